"""The shell blocks of a document: what a reader pastes, line by line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"(?:<!-- needs: (?P<needs>[^>]+) -->\n)?```sh\n(?P<lines>.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """Lines to paste; `needs`: what they need besides this machine, as the document marks it, or nothing."""

    document: str
    needs: str
    lines: tuple[str, ...]


def blocks(document: Path) -> Iterator[Block]:
    """All, in their order."""
    for match in _BLOCK.finditer(document.read_text()):
        lines = tuple(line for line in match["lines"].splitlines() if line.strip())
        yield Block(document.name, match["needs"] or "", lines)
