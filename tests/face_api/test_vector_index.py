"""The index finds what a full scan finds, whatever was added and removed, also once it scans heads only."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face_api.faces.template import DIMENSIONS, Vector
from face_api.memory import index as index_module
from face_api.memory.index import Row, VectorIndex


def vectors(count: int, seed: int) -> Vector:
    """Unit vectors that lie mostly in 60 dimensions, as templates do, many of them near one another."""
    generator = np.random.default_rng(seed)
    basis = np.linalg.qr(generator.standard_normal((DIMENSIONS, 60)))[0]
    people = generator.standard_normal((max(1, count // 4), 60))
    spread = people[generator.integers(0, len(people), count)] + 0.35 * generator.standard_normal((count, 60))
    rows = spread @ basis.T + 0.02 * generator.standard_normal((count, DIMENSIONS))
    unit: Vector = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def full_scan(kept: dict[str, Vector], face: Vector, distance: float) -> dict[str, float]:
    """What is within the distance, by the plain formula on what the index keeps (float16)."""
    found = {}
    for name, vector in kept.items():
        apart = float(np.sqrt(max(0.0, 2 - 2 * float(vector.astype(np.float16).astype(np.float32) @ face))))
        if apart <= distance:
            found[name] = apart
    return found


ROWS = vectors(400, 7)


@settings(max_examples=5, deadline=None)
@given(st.data())
def test_it_finds_exactly_what_a_full_scan_finds(data: st.DataObject) -> None:
    rows = ROWS
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(index_module, "_FIRST_ROTATION", 150)
        patched.setattr(index_module, "_CANDIDATES", 120)
        index = VectorIndex()
        index.extend([Row(str(n), f"v{n % 9}") for n in range(200)], rows[:200])
        kept = {str(n): rows[n] for n in range(200)}
        for n in data.draw(st.lists(st.integers(0, 399), max_size=60)):
            if str(n) in kept:
                index.remove(str(n))
                del kept[str(n)]
            else:
                index.add(Row(str(n), f"v{n % 9}"), rows[n])
                kept[str(n)] = rows[n]
        for face in rows[::57]:
            found = index.within(face, 0.9)
            assert [apart for _, apart in found] == sorted(apart for _, apart in found)
            assert {row.template_id: apart for row, apart in found} == pytest.approx(
                full_scan(kept, face, 0.9), abs=2e-3
            )
    assert len(index) == len(kept)


def test_an_empty_index_finds_nothing() -> None:
    assert VectorIndex().within(vectors(1, 0)[0], 2.0) == []
