"""The index finds what a full scan finds, whatever was added and removed, also once it scans heads only."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from face_api.faces.template import DIMENSIONS, Vector, distance, unit
from face_api.memory import block as block_module
from face_api.memory import heads as heads_module
from face_api.memory import index as index_module
from face_api.memory.heads import leading_axes
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


def full_scan(kept: dict[str, Vector], face: Vector) -> dict[str, float]:
    """How far each row is from the face, by the plain formula."""
    return {name: distance(vector, face) for name, vector in kept.items()}


@pytest.fixture
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 64 rows, so that a few hundred fill several and are scanned by their heads."""
    for module in (block_module, index_module):
        monkeypatch.setattr(module, "ROWS", 64)


ROWS = vectors(400, 7)
REACH = 0.9
ROUNDING = 3e-3
"""How far the index may be off, as it keeps 8 bits a dimension."""


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
@pytest.mark.usefixtures("_small_blocks")
def test_it_finds_what_a_full_scan_finds(data: st.DataObject) -> None:
    index = VectorIndex()
    index.extend([Row(str(n), f"v{n % 9}") for n in range(200)], ROWS[:200])
    kept = {str(n): ROWS[n] for n in range(200)}
    for n in data.draw(st.lists(st.integers(0, 399), max_size=150)):
        if str(n) in kept:
            index.remove(str(n))
            del kept[str(n)]
        else:
            index.add(Row(str(n), f"v{n % 9}"), ROWS[n])
            kept[str(n)] = ROWS[n]
    for face in ROWS[::57]:
        found = index.within(face, REACH, len(ROWS))
        truth = full_scan(kept, face)
        assert [apart for _, apart in found] == sorted(apart for _, apart in found)
        assert all(row.owner == f"v{int(row.template_id) % 9}" for row, _ in found)
        assert all(abs(apart - truth[row.template_id]) < ROUNDING for row, apart in found if apart > 0.1)
        names = {row.template_id for row, _ in found}
        assert names >= {name for name, apart in truth.items() if apart < REACH - ROUNDING}
        assert names <= {name for name, apart in truth.items() if apart < REACH + ROUNDING}
    assert len(index) == len(kept)


@pytest.mark.usefixtures("_small_blocks")
def test_the_nearest_are_found_also_where_only_the_likeliest_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "_CANDIDATES", 40)
    index = VectorIndex()
    index.extend([Row(str(n), str(n)) for n in range(len(ROWS))], ROWS)
    for face in vectors(400, 7)[::31] + 0.002:
        truth = full_scan({str(n): row for n, row in enumerate(ROWS)}, unit(face))
        nearest = sorted(truth, key=lambda name: truth[name])[:3]
        assert [row.owner for row, _ in index.within(unit(face), 2.0, 3)] == nearest


@pytest.mark.usefixtures("_small_blocks")
def test_an_index_that_was_emptied_can_be_filled_again() -> None:
    index = VectorIndex()
    index.extend([Row(str(n), str(n)) for n in range(130)], ROWS[:130])
    for n in range(130):
        index.remove(str(n))
    index.remove("never there")
    assert len(index) == 0
    assert index.within(ROWS[0], 2.0, 1000) == []
    index.add(Row("1", "1"), ROWS[1])
    assert [row.owner for row, _ in index.within(ROWS[1], 2.0, 1000)] == ["1"]


def test_a_row_that_moves_is_overwritten_where_it_was() -> None:
    here, there = block_module.Block(), block_module.Block()
    here.put(5, ROWS[:1])
    here.put_heads(5, 6, leading_axes(ROWS))
    assert here.bounds(leading_axes(ROWS).heads(ROWS[:1])[0], 6)[5] >= 1 - ROUNDING
    kept = here.vectors(5, 6)
    here.move(5, there, 0)
    assert (there.vectors(0, 1) == kept).all()
    assert not here.vectors(5, 6).any()
    assert not here.bounds(np.ones(heads_module.SIZE, np.float32), 6).any()


def test_an_empty_index_finds_nothing() -> None:
    assert VectorIndex().within(vectors(1, 0)[0], 2.0, 10) == []
