"""Lines and zones as users write them, into places: the twin's own form, or Spatial Analysis' JSON as it is.

Ours: {"door": {"from": "0.05,0.72", "to": "0.95,0.72", "kind": "entrance"}} and
{"display": {"polygon": "0.38,0.55 0.74,0.55 0.74,1", "staySeconds": 5}}, as an object or a string that holds one.
Spatial Analysis': {"lines": [{"name", "line": {"start": {"x", "y"}, "end": {…}}}]} and
{"zones": [{"name", "polygon": [[x, y], …]}]}; its events and thresholds say nothing to us.
"""

import json
import re
from collections.abc import Callable, Mapping
from math import hypot, isfinite
from typing import Any, TypeVar

from edge.counting.geometry import area, crosses_itself
from edge.counting.places import STAY_SECONDS, Line, LineKind, Zone
from vision.boxes import Point

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
KINDS: tuple[LineKind, ...] = ("entrance", "passage")
MOST_PLACES, MOST_CORNERS = 8, 32
SHORTEST_LINE, SMALLEST_ZONE = 0.05, 0.0025
LONGEST_STAY = 3600.0
Made = TypeVar("Made", Line, Zone)


def read_lines(value: object) -> object:
    """Lines. Raises ValueError, naming the line and what is wrong with it."""
    return _read(value, Line, "lines", _line, _spatial_line)


def read_zones(value: object) -> object:
    """Zones. Raises ValueError, naming the zone and what is wrong with it."""
    return _read(value, Zone, "zones", _zone, _spatial_zone)


def _read(
    value: object,
    kind: type[Made],
    listed: str,
    ours: Callable[[str, Mapping[str, Any]], Made],
    spatial: Callable[[str, Mapping[str, Any]], Made],
) -> tuple[Made, ...]:
    if isinstance(value, tuple) and all(isinstance(place, kind) for place in value):
        return value
    described = _object(value)
    if isinstance(described.get(listed), list):
        named = [(_slug(_member(place, "name")), place) for place in described[listed]]
        read = spatial
    else:
        named, read = list(described.items()), ours
    if len(named) > MOST_PLACES:
        raise ValueError(f"{len(named)} of them; at most {MOST_PLACES}")
    if len({name for name, _ in named}) < len(named):
        raise ValueError("two of one name")
    return tuple(_made(read, name, place) for name, place in named)


def _made(read: Callable[[str, Mapping[str, Any]], Made], name: str, place: object) -> Made:
    if not NAME.fullmatch(name):
        raise ValueError("expected names of 1 to 63 of a-z, 0-9 and -, not starting with -")
    if not isinstance(place, dict):
        raise ValueError(f"{name}: expected an object")
    try:
        return read(name, place)
    except ValueError as wrong:
        raise ValueError(f"{name}: {wrong}") from None


def _line(name: str, described: Mapping[str, Any]) -> Line:
    _only(described, {"from", "to", "kind"})
    kind = described.get("kind", KINDS[0])
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    return _checked_line(Line(name, _point(_text(described, "from")), _point(_text(described, "to")), kind))


def _spatial_line(name: str, described: Mapping[str, Any]) -> Line:
    line = _member(described, "line")
    start, end = _member(line, "start"), _member(line, "end")
    return _checked_line(Line(name, _spatial_point(start), _spatial_point(end)))


def _checked_line(line: Line) -> Line:
    if hypot(line.end.x - line.start.x, line.end.y - line.start.y) < SHORTEST_LINE:
        raise ValueError(f"too short; a line is at least {SHORTEST_LINE} of the picture long")
    return line


def _zone(name: str, described: Mapping[str, Any]) -> Zone:
    _only(described, {"polygon", "staySeconds"})
    corners = tuple(_point(corner) for corner in _text(described, "polygon").split())
    seconds = described.get("staySeconds", STAY_SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST_STAY:
        raise ValueError(f"staySeconds is a number over 0, up to {LONGEST_STAY:.0f}")
    return _checked_zone(Zone(name, corners, float(seconds)))


def _spatial_zone(name: str, described: Mapping[str, Any]) -> Zone:
    corners = _member(described, "polygon")
    if not isinstance(corners, list) or not all(isinstance(corner, list) and len(corner) == 2 for corner in corners):
        raise ValueError("polygon is a list of [x, y]")
    points = tuple(_share_point(x, y) for x, y in corners)
    # Spatial Analysis' own examples repeat the first corner at the end.
    return _checked_zone(Zone(name, points[:-1] if points[:1] == points[-1:] else points))


def _checked_zone(zone: Zone) -> Zone:
    if not 3 <= len(zone.polygon) <= MOST_CORNERS:
        raise ValueError(f"a polygon has 3 to {MOST_CORNERS} corners")
    if crosses_itself(zone.polygon):
        raise ValueError("the polygon crosses itself; name its corners in order around it")
    if area(zone.polygon) < SMALLEST_ZONE:
        raise ValueError(f"too small; a zone covers at least {SMALLEST_ZONE} of the picture")
    return zone


def _object(value: object) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (json.JSONDecodeError, RecursionError):
            raise ValueError("expected JSON: an object of places by name") from None
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise ValueError("expected an object of places by name")
    return value


def _member(described: object, name: str) -> Any:
    if not isinstance(described, dict) or name not in described:
        raise ValueError(f"lacks {name}")
    return described[name]


def _text(described: Mapping[str, Any], name: str) -> str:
    value = _member(described, name)
    if not isinstance(value, str):
        raise ValueError(f'{name} is text such as "0.05,0.72"')
    return value


def _point(text: str) -> Point:
    try:
        x, y = (float(number) for number in text.split(","))
    except ValueError:
        raise ValueError('a point is written as "0.05,0.72": shares of the picture, across and down') from None
    return _share_point(x, y)


def _spatial_point(described: object) -> Point:
    return _share_point(_member(described, "x"), _member(described, "y"))


def _share_point(x: object, y: object) -> Point:
    if not all(isinstance(share, int | float) and isfinite(share) and 0 <= share <= 1 for share in (x, y)):
        raise ValueError("outside the picture: a point is two shares from 0 to 1")
    return Point(float(x), float(y))  # type: ignore[arg-type]


def _only(described: Mapping[str, Any], known: set[str]) -> None:
    if set(described) - known:
        raise ValueError(f"expected only {', '.join(sorted(known))}")


def _slug(name: object) -> str:
    """A name of Spatial Analysis', which may hold anything, in the form of ours."""
    return re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-")[:63]
