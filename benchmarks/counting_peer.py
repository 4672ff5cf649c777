"""Runs in the peers' own environment: published trackers and supervision's LineZone on detections from stdin.

In: {"frames": [{"at", "boxes": [[x1, y1, x2, y2, score], …]}], "line": [[x, y], [x, y]], "rate"}. Out: one JSON line,
setting → [[way, second], …]. Nothing of the project is imported here.
"""

import itertools
import json
import sys
import warnings
from typing import Any

import numpy as np
import supervision as sv  # type: ignore[import-not-found]
from trackers import ByteTrackTracker, OCSORTTracker, SORTTracker  # type: ignore[import-not-found]

SURE = 0.35
OVERLAPS = (0.1, 0.3)
THRESHOLDS = (1, 2)
"""supervision's minimum_crossing_threshold."""
BUFFER = 45
"""Frames at thirty a second for which a lost track is kept: 1.5 s, as ours."""


def trackers(rate: float, overlap: float) -> dict[str, Any]:
    """Each tracker at this frame rate, with the least overlap of a match."""
    common: dict[str, Any] = {
        "frame_rate": rate,
        "lost_track_buffer": BUFFER,
        "minimum_consecutive_frames": 2,
        "minimum_iou_threshold": overlap,
    }
    return {
        "ByteTrack": ByteTrackTracker(track_activation_threshold=SURE, high_conf_det_threshold=SURE, **common),
        "OC-SORT": OCSORTTracker(high_conf_det_threshold=SURE, **common),
        "SORT": SORTTracker(track_activation_threshold=SURE, **common),
    }


def crossings(
    tracker: Any, frames: list[dict[str, Any]], line: list[list[float]], threshold: int, only_sure: bool
) -> list[list[Any]]:
    """What LineZone tells, foot points counting."""
    zone = sv.LineZone(
        sv.Point(*line[0]), sv.Point(*line[1]), [sv.Position.BOTTOM_CENTER], minimum_crossing_threshold=threshold
    )
    told: list[list[Any]] = []
    for frame in frames:
        rows = np.array(frame["boxes"], np.float32).reshape(-1, 5)
        rows = rows[rows[:, 4] >= SURE] if only_sure else rows
        found = sv.Detections(xyxy=rows[:, :4], confidence=rows[:, 4], class_id=np.zeros(len(rows), int))
        found = tracker.update(found)
        if len(found):
            found = found[found.tracker_id != -1]
        ins, outs = zone.trigger(found)
        # supervision's `in` is to the left hand of one who walks the line, ours to the right.
        told += [["out", frame["at"]]] * int(ins.sum()) + [["in", frame["at"]]] * int(outs.sum())
    return told


def main() -> None:
    """Every tracker with every setting."""
    warnings.simplefilter("ignore")
    asked = json.load(sys.stdin)
    told = {}
    for overlap, threshold in itertools.product(OVERLAPS, THRESHOLDS):
        for name, tracker in trackers(asked["rate"], overlap).items():
            setting = f"{name}, IoU {overlap}, {threshold} frames"
            told[setting] = crossings(tracker, asked["frames"], asked["line"], threshold, name == "SORT")
    print(json.dumps(told))


if __name__ == "__main__":
    main()
