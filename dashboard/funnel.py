"""From those who pass to those who look: each step, and its share of the step before."""

from collections.abc import Collection

from dashboard.look import Figures


def funnel(faces: Figures, traffic: Figures, kinds: Collection[str], *, one_camera: bool) -> list[Figures]:
    """The steps that the store's lines and zones can tell; `rate` over 1 is possible, `over` says so.

    Passers-by are counted at passages, those who stop in zones, faces at displays: people may do one without the
    other, so a later step can be the larger.
    """
    steps: list[tuple[str, int]] = []
    if "passage" in kinds:
        steps.append(("passed", traffic["passed"]))
    if "entrance" in kinds:
        steps.append(("cameIn", traffic["cameIn"]))
    if "zone" in kinds:
        steps.append(("stays", traffic["stays"]))
    if faces["faces"] or not kinds:
        steps.append(("displayVisitors", faces["displayVisitors"]))
        if not one_camera:
            # At one camera, `visitors` are those whom no other camera saw before.
            steps.append(("visitors", faces["visitors"]))
    shown: list[Figures] = []
    for name, count in steps:
        before = shown[-1]["count"] if shown else 0
        rate = round(count / before, 4) if before else None
        shown.append({"step": name, "count": count, "rate": rate, "over": rate is not None and rate > 1})
    return shown
