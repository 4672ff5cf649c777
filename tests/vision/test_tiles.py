"""Tiles: they cover the picture, and a face that several of them see is one face."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vision.boxes import Box, Point
from vision.face_detector import DetectedFace
from vision.tiles import each_face_once, overlapping_tiles


@given(
    st.integers(40, 400),
    st.integers(40, 400),
    st.integers(1, 4),
    st.integers(1, 4),
    st.floats(0, 0.6, exclude_max=True),
)
def test_tiles_cover_every_pixel_and_stay_inside(
    width: int, height: int, columns: int, rows: int, share: float
) -> None:
    seen = np.zeros((height, width), bool)
    tiles = overlapping_tiles(width, height, columns, rows, share)
    for tile in tiles:
        assert 0 <= tile.x1 < tile.x2 <= width
        assert 0 <= tile.y1 < tile.y2 <= height
        seen[int(tile.y1) : int(tile.y2), int(tile.x1) : int(tile.x2)] = True
    assert len(tiles) == columns * rows
    assert seen.all()


def face(x1: float, y1: float, x2: float, y2: float, score: float) -> DetectedFace:
    return DetectedFace(Box(x1, y1, x2, y2), (Point(x1, y1),) * 6, score)


def test_when_a_tile_cuts_a_face_only_the_whole_one_counts() -> None:
    whole, cut, other = face(100, 100, 200, 200, 0.9), face(140, 100, 200, 200, 0.8), face(300, 100, 400, 200, 0.7)
    assert each_face_once([cut, other, whole]) == [whole, other]


def test_without_faces_there_are_none() -> None:
    assert each_face_once([]) == []
