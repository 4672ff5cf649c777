"""Bicep text to tokens; strings keep their interpolations as token lists of their own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PATTERN = re.compile(
    r"""(?P<space>[ \t\r]+|//[^\n]*|/\*.*?\*/)
      | (?P<newline>\n)
      | (?P<multiline>'''.*?''')
      | (?P<string>')
      | (?P<number>\d+)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<mark>==|!=|<=|>=|=~|!~|&&|\|\||\?\?|::|[-+*/%<>=!?:.,(){}\[\]@|])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", "$": "$"}


class SyntaxFault(Exception):
    """Text that isn't Bicep, with its line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")


@dataclass(frozen=True)
class Token:
    """`kind` is newline, text, number, name, mark or end; a text's parts are strings and token tuples."""

    kind: str
    text: str
    line: int
    parts: tuple["str | tuple[Token, ...]", ...] = ()


def tokens(text: str) -> tuple[Token, ...]:
    """All tokens of a file, ended by one of kind `end`. Raises SyntaxFault."""
    return tuple(_read(text, 1))


def _read(text: str, line: int) -> Iterator[Token]:
    at = 0
    while at < len(text):
        match = _PATTERN.match(text, at)
        if match is None:
            raise SyntaxFault(line, f"{text[at]!r} is not expected here")
        kind = str(match.lastgroup)
        found = match.group()
        if kind == "string":
            parts, at = _string(text, match.end(), line)
            yield Token("text", "", line, parts)
            continue
        if kind == "multiline":
            yield Token("text", "", line, (found[3:-3].removeprefix("\n"),))
        elif kind != "space":
            yield Token(kind, found, line)
        line += found.count("\n")
        at = match.end()
    yield Token("end", "", line)


def _string(text: str, at: int, line: int) -> tuple[tuple[str | tuple[Token, ...], ...], int]:
    """The parts of a string whose opening quote was read, and where it ends."""
    parts: list[str | tuple[Token, ...]] = []
    plain = ""
    while at < len(text) and text[at] != "\n":
        if text[at] == "'":
            return (*parts, plain), at + 1
        if text[at] == "\\":
            plain += _ESCAPES.get(text[at + 1], text[at + 1])
            at += 2
        elif text.startswith("${", at):
            end = _closing(text, at + 2, line)
            parts += [plain, tuple(_read(text[at + 2 : end], line))]
            plain, at = "", end + 1
        else:
            plain += text[at]
            at += 1
    raise SyntaxFault(line, "a string is not closed")


def _closing(text: str, at: int, line: int) -> int:
    """Where the brace of an interpolation closes, past strings and braces inside it."""
    depth = 1
    while at < len(text) and text[at] != "\n":
        if text[at] == "'":
            at = _string(text, at + 1, line)[1]
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return at
        at += 1
    raise SyntaxFault(line, "an interpolation is not closed")
