"""Twins: patches merge as RFC 7396 says, within IoT Hub's limits."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.iot_edge import payload
from local.iot_edge.errors import NotJson, TwinRefused
from local.iot_edge.payload import Json
from local.iot_edge.twin import LARGEST_SECTION, Properties, Twin, merged

keys = st.text("abcDEF", min_size=1, max_size=3)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(-1e9, 1e9), st.text(max_size=10))
values: st.SearchStrategy[Json] = st.recursive(
    scalars, lambda inner: st.dictionaries(keys, inner, max_size=4), max_leaves=8
)
patches = st.dictionaries(keys, values, max_size=5)


def has_null(value: Json) -> bool:
    return value is None or (isinstance(value, dict) and any(map(has_null, value.values())))


@given(patches, patches)
def test_after_a_patch_its_values_are_there_its_nulls_are_gone_and_the_rest_is_as_before(
    before: Properties, patch: Properties
) -> None:
    start = merged({}, before)
    result = merged(start, patch)

    assert not has_null(dict(result))
    for key, value in patch.items():
        if value is None:
            assert key not in result
        elif isinstance(value, dict):
            old = start.get(key)
            assert result[key] == merged(old if isinstance(old, dict) else {}, value)
        else:
            assert result[key] == value
    assert {key: value for key, value in result.items() if key not in patch} == {
        key: value for key, value in start.items() if key not in patch
    }


@given(patches, patches)
def test_the_same_patch_twice_changes_nothing_more(before: Properties, patch: Properties) -> None:
    once = merged(merged({}, before), patch)

    assert merged(once, patch) == once


@given(st.one_of(patches, values))
def test_every_patch_makes_a_twin_one_version_on_or_is_refused(patch: Json) -> None:
    twin = Twin({"kept": 1}, {"frames": 2}, 4, 9)
    try:
        changed = twin.with_desired(patch)
    except TwinRefused:
        assert not isinstance(patch, dict)
        return

    assert (changed.desired_version, changed.reported, changed.reported_version) == (5, twin.reported, 9)
    assert changed.desired["kept"] == 1


def nested(depth: int) -> dict[str, Json]:
    return {"a": nested(depth - 1)} if depth > 1 else {"a": 1}


@pytest.mark.parametrize(
    ("patch", "says"),
    [
        (["no", "object"], "JSON object"),
        ({"a.b": 1}, "'a.b'"),
        ({"": 1}, "empty"),
        ({"outer": {"in ner": 1}}, "'in ner'"),
        ({"key": "x" * 4097}, "longer than 4096"),
        ({f"k{n}": "x" * 4000 for n in range(9)}, f"{LARGEST_SECTION} at most"),
        (nested(11), "deep"),
        ({"n": 2**60}, "2\\^52"),
    ],
)
def test_a_patch_beyond_iot_hubs_limits_is_refused(patch: Json, says: str) -> None:
    with pytest.raises(TwinRefused, match=says):
        Twin().with_desired(patch)


def test_a_patch_at_the_limits_is_taken_and_names_with_a_dollar_are_left_out() -> None:
    twin = Twin().with_desired({**nested(10), "text": "x" * 4096, "$version": 77})

    assert twin.desired_version == 2
    assert set(twin.desired) == {"a", "text"}


@given(st.binary(max_size=60))
def test_no_payload_does_worse_than_not_be_json(data: bytes) -> None:
    with contextlib.suppress(NotJson):
        payload.parse(data)
    with pytest.raises(NotJson):
        payload.parse(b"[" * 100_000)
