"""KEY=VALUE on the command line to twin properties."""

from collections.abc import Sequence

from local.iot_edge import payload
from local.iot_edge.errors import BadArgument, NotJson
from local.iot_edge.payload import Json


def patch(assignments: Sequence[str]) -> dict[str, Json]:
    """Read `KEY=VALUE`s: JSON where it reads as such, else text; `KEY=` removes; `A.B=1` is `{"A": {"B": 1}}`.

    Raises BadArgument.
    """
    result: dict[str, Json] = {}
    for assignment in assignments:
        key, sign, text = assignment.partition("=")
        if not sign or not all(key.split(".")):
            raise BadArgument(f"{key!r}: write KEY=VALUE, or KEY= to remove a property")
        *outer, last = key.split(".")
        place = result
        for name in outer:
            inner = place.setdefault(name, {})
            if not isinstance(inner, dict):
                raise BadArgument(f"{key!r} is set as a value and as an object")
            place = inner
        place[last] = value(text)
    return result


def value(text: str) -> Json:
    """One value: JSON if it reads as JSON, else text; nothing is null."""
    try:
        return payload.parse(text.encode())
    except NotJson:
        return text
