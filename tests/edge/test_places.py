"""Lines and zones as users write them: taken or refused with a reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from edge.counting.places import Line, Zone, warnings
from edge.errors import SettingsRefused
from edge.settings import resolve
from edge.settings_in_force import SettingsInForce
from vision.boxes import Point

DOOR: dict[str, JsonValue] = {"from": "0.05,0.72", "to": "0.95,0.72"}
DISPLAY: dict[str, JsonValue] = {"polygon": "0.38,0.55 0.74,0.55 0.74,1 0.38,1"}


def refusal(**twin: JsonValue) -> dict[str, str]:
    with pytest.raises(SettingsRefused) as refused:
        resolve({}, twin)
    return refused.value.reasons


@pytest.mark.parametrize("written", [{"door": DOOR}, json.dumps({"door": DOOR})])
def test_a_line_is_an_object_or_json_in_a_string(written: JsonValue) -> None:
    assert resolve({}, {"Lines": written}).lines == (Line("door", Point(0.05, 0.72), Point(0.95, 0.72), "entrance"),)


def test_a_zone_has_its_own_length_of_a_stay() -> None:
    zones = resolve({}, {"Zones": {"display": {**DISPLAY, "staySeconds": 30}, "desk": DISPLAY}}).zones
    assert [zone.stay_seconds for zone in zones] == [30, 5]
    assert zones[0].polygon == (Point(0.38, 0.55), Point(0.74, 0.55), Point(0.74, 1), Point(0.38, 1))


def test_environment_variables_hold_the_same_json() -> None:
    settings = resolve(
        {"Lines": json.dumps({"aisle": {**DOOR, "kind": "passage"}}), "Zones": json.dumps({"d": DISPLAY})}
    )
    assert (settings.lines[0].kind, settings.zones[0].name) == ("passage", "d")


def test_the_json_of_spatial_analysis_is_taken_as_it_is() -> None:
    """The shape of Azure's own examples: names in any spelling, events, a polygon that ends where it began."""
    lines = {
        "lines": [
            {
                "name": "Door Camera",
                "line": {"start": {"x": 0.5, "y": 0.1}, "end": {"x": 0.5, "y": 0.9}},
                "events": [{"type": "linecrossing", "config": {"trigger": "event", "focus": "footprint"}}],
            }
        ]
    }
    corners = [[0.3, 0.3], [0.3, 0.9], [0.6, 0.9], [0.6, 0.3], [0.3, 0.3]]
    zones = {"zones": [{"name": "queue", "polygon": corners, "events": [{"type": "count", "config": {}}]}]}
    settings = resolve({"Lines": json.dumps(lines)}, {"Zones": zones})  # type: ignore[dict-item]
    assert settings.lines == (Line("door-camera", Point(0.5, 0.1), Point(0.5, 0.9)),)
    assert settings.zones == (Zone("queue", tuple(Point(x, y) for x, y in corners[:-1])),)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ({"door": {"from": "0.05,0.72", "to": "1.2,0.72"}}, "door: outside the picture"),
        ({"door": {"from": "0.05,0.72", "to": "nan,0.72"}}, "door: outside the picture"),
        ({"door": {"from": "0.05,0.72", "to": "0.06,0.72"}}, "door: too short"),
        ({"door": {"from": "0.05,0.72"}}, "door: lacks to"),
        ({"door": {"from": "0.05 0.72", "to": "0.9,0.72"}}, 'door: a point is written as "0.05,0.72"'),
        ({"door": {"from": 1, "to": "0.9,0.72"}}, "door: from is text"),
        ({"door": {**DOOR, "kind": "window"}}, "door: kind is one of entrance, passage"),
        ({"door": {**DOOR, "Kind": "passage"}}, "door: expected only from, kind, to"),
        ({"Door 1": DOOR}, "expected names"),
        ({f"door-{number}": DOOR for number in range(9)}, "9 of them; at most 8"),
        ({"door": "0,0 1,1"}, "door: expected an object"),
        ([DOOR], "expected an object"),
        ("{", "expected JSON"),
        ("[" * 5000, "expected JSON"),
        (json.dumps({"lines": [{"name": "a"}]}), "a: lacks line"),
        (json.dumps({"lines": [{"line": {}}]}), "lacks name"),
    ],
)
def test_a_line_that_cannot_be_counted_at_is_refused_with_the_reason(lines: JsonValue, reason: str) -> None:
    assert refusal(Lines=lines)["Lines"].startswith(reason)


@pytest.mark.parametrize(
    ("zone", "reason"),
    [
        ({"polygon": "0.1,0.1 0.9,0.9"}, "d: a polygon has 3 to 32 corners"),
        ({"polygon": "0.1,0.1 0.9,0.9 0.9,0.1 0.1,0.9"}, "d: the polygon crosses itself"),
        ({"polygon": "0.1,0.1 0.11,0.1 0.11,0.11"}, "d: too small"),
        ({**DISPLAY, "staySeconds": 0}, "d: staySeconds is a number over 0"),
        ({**DISPLAY, "staySeconds": "5"}, "d: staySeconds is a number over 0"),
    ],
)
def test_a_zone_that_cannot_be_counted_in_is_refused_with_the_reason(zone: JsonValue, reason: str) -> None:
    assert refusal(Zones={"d": zone})["Zones"].startswith(reason)


def test_a_line_and_a_zone_share_no_name() -> None:
    assert "a line's name too" in refusal(Lines={"door": DOOR}, Zones={"door": DISPLAY})["Zones"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda leaf: (
            st.lists(leaf)
            | st.dictionaries(st.sampled_from(["lines", "line", "from", "to", "start", "x", "a"]) | st.text(), leaf)
        ),
    )
)
def test_whatever_the_twin_holds_is_taken_or_refused(value: JsonValue) -> None:
    for name in ("Lines", "Zones", "DayStart"):
        refused: set[str] = set()
        try:
            resolve({}, {name: value})
        except SettingsRefused as error:
            refused = set(error.reasons)
        assert refused <= {name}


def test_a_patch_of_one_line_leaves_the_others() -> None:
    settings = SettingsInForce({}, {"Lines": {"door": DOOR, "aisle": DOOR}})
    assert settings.patch({"Lines": {"aisle": {"kind": "passage"}}}) == {}
    assert [(line.name, line.kind) for line in settings.current.lines] == [("door", "entrance"), ("aisle", "passage")]
    assert settings.patch({"Lines": {"door": None}}) == {}
    assert [line.name for line in settings.current.lines] == ["aisle"]


def test_places_at_the_pictures_edge_are_warned_of() -> None:
    at_edge = Line("door", Point(0.1, 0.98), Point(0.9, 0.97))
    across = Line("aisle", Point(0.0, 0.5), Point(1.0, 0.5))
    (warning,) = warnings((at_edge, across), ())
    assert warning.startswith("door: lies along the picture's edge")
