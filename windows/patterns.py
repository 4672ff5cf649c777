"""LIKE as T-SQL means it: `%`, `_`, and a character out of a set `[a-z]` or `[^a-z]`."""

from collections.abc import Iterator

from windows.errors import NotSupportedError
from windows.kinds import literal

SPECIAL = frozenset(r"\.+*?()|[]{}^$")


def like(text: str, pattern: str) -> str:
    """SQL for whether the text (SQL) is of the pattern.

    Raises NotSupportedError for a set that is empty or does not end.
    """
    if "[" not in pattern and "]" not in pattern:
        return f"({text} LIKE {literal(pattern)})"
    start, end = pattern.startswith("%"), pattern.endswith("%") and len(pattern) > 1
    inner = "".join(_regular(pattern[start : len(pattern) - end]))
    expression = f"(?s){'' if start else '^'}{inner}{'' if end else '$'}"
    return f"regexp_matches({text}, {literal(expression)})"


def _regular(pattern: str) -> Iterator[str]:
    at = 0
    while at < len(pattern):
        here = pattern[at]
        at += 1
        if here == "[":
            end = pattern.find("]", at + 1)
            inside = pattern[at:end]
            if end < 0 or inside in ("", "^"):
                raise NotSupportedError(f"LIKE with a set that is empty or does not end: {pattern}")
            at = end + 1
            negated = inside.startswith("^")
            yield f"[{'^' if negated else ''}{''.join(_escaped_in_set(inside[negated:]))}]"
        else:
            yield {"%": ".*", "_": "."}.get(here) or (f"\\{here}" if here in SPECIAL else here)


def _escaped_in_set(inside: str) -> Iterator[str]:
    for place, here in enumerate(inside):
        edge = place in (0, len(inside) - 1)
        yield f"\\{here}" if here in "\\[]^" or (here == "-" and edge) else here
