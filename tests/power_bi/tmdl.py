"""A small reader of TMDL, enough for our model: objects by indentation, properties, flags and expressions.

Grammar: learn.microsoft.com, "Tabular Model Definition Language (TMDL)". Stricter than the real one: tabs only, and an
object type or property that our model does not use is an error.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

OBJECTS = {"database", "model", "table", "column", "measure", "partition", "expression", "ref table"}
PROPERTIES = {
    "compatibilityLevel", "culture", "defaultPowerBIDataSourceVersion", "sourceQueryCulture", "lineageTag", "dataType",
    "formatString", "summarizeBy", "sourceColumn", "sortByColumn", "displayFolder", "mode", "source",
}  # fmt: skip
FLAGS = {"isHidden"}
HEADER = re.compile(r"(?P<type>ref table|[a-z]+)(?: (?P<name>'(?:[^']|'')+'|[\w]+))?(?: =(?P<value>.*))?$", re.DOTALL)
PROPERTY = re.compile(r"(?P<key>\w+)(?::| =)(?: (?P<value>.*))?$", re.DOTALL)


class TmdlInvalid(Exception):
    """A line that is no TMDL of ours."""


@dataclass
class Node:
    """One object: `expression` is what follows its `=`, `description` what stands above it after `///`."""

    type: str
    name: str
    expression: str = ""
    description: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)

    def of(self, kind: str) -> list["Node"]:
        """Its children of one type."""
        return [child for child in self.children if child.type == kind]


def read_folder(folder: Path) -> list[Node]:
    """All objects at the top of all .tmdl files below `folder`."""
    return [node for path in sorted(folder.rglob("*.tmdl")) for node in parse(path.read_text())]


def parse(text: str) -> list[Node]:
    """Read one document. Raises TmdlInvalid, naming the line."""
    top = Node("document", "")
    stack = [top]
    description: list[str] = []
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line.strip():
            continue
        depth = _depth(line, at)
        content = line.strip()
        if content.startswith("///"):
            description.append(content[3:].strip())
            continue
        if depth >= len(stack):
            raise TmdlInvalid(f"line {at}: too deep")
        del stack[depth + 1 :]
        block, at = _block(lines, at, depth) if content.endswith("=") else ("", at)
        node = _take(stack[-1], content, block, at)
        if node is not None:
            node.description = " ".join(description)
            stack.append(node)
        elif description:
            raise TmdlInvalid(f"line {at}: a description stands above an object")
        description = []
    return top.children


def _take(parent: Node, content: str, block: str, at: int) -> Node | None:
    if content in FLAGS:
        parent.properties[content] = "true"
        return None
    if (match := PROPERTY.match(content)) and match["key"] in PROPERTIES:
        if match["key"] in parent.properties:
            raise TmdlInvalid(f"line {at}: {match['key']} twice")
        parent.properties[match["key"]] = match["value"] or block
        return None
    match = HEADER.match(content)
    if match is None or match["type"] not in OBJECTS:
        raise TmdlInvalid(f"line {at}: neither an object nor a property: {content}")
    name = (match["name"] or "").strip("'").replace("''", "'")
    node = Node(match["type"], name, (match["value"] or "").strip() or block)
    parent.children.append(node)
    return node


def _depth(line: str, at: int) -> int:
    indent = line[: len(line) - len(line.lstrip())]
    if indent.strip("\t"):
        raise TmdlInvalid(f"line {at}: indented with something else than tabs")
    return len(indent)


def _block(lines: list[str], at: int, depth: int) -> tuple[str, int]:
    """An expression on the lines below its `=`, at least two tabs deeper, since one deeper are the properties."""
    taken = []
    while at < len(lines) and (not lines[at].strip() or _depth(lines[at], at + 1) >= depth + 2):
        taken.append(lines[at][depth + 2 :])
        at += 1
    if not taken:
        raise TmdlInvalid(f"line {at}: nothing follows =")
    return "\n".join(taken).strip("\n"), at
