"""The rooms stay apart: who may import whom, and which adapters may see an SDK."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("edge", "function_app", "face_api", "windows", "dashboard", "vision", "models", "local", "command")
MAY_IMPORT = {
    "edge": {"vision"},
    "function_app": set(),
    "face_api": {"vision"},
    "windows": set(),
    "dashboard": set(),
    "vision": set(),
    "models": set(),
    "local": {"models", "vision"},
    "command": set(),  # names the rooms' entries as text, and loads one
}


def imports(file: Path) -> set[str]:
    """The top-level packages that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def python_files(room: str) -> list[Path]:
    return [file for file in (ROOT / room).rglob("*.py") if "node_modules" not in file.parts]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_no_room_but_those_it_may(room: str) -> None:
    allowed = MAY_IMPORT[room] | {room}
    trespasses = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in python_files(room)
        for name in imports(file) & set(ROOMS)
        if name not in allowed
    }
    assert not trespasses


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(file: Path, modules: set[str]) -> set[str]:
    """Which of `modules` a file imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= full if full <= modules else full | {node.module}
    return found & modules


@pytest.mark.parametrize("room", ROOMS)
def test_inside_a_room_imports_go_one_way(room: str) -> None:
    """Imports for the sake of types count: who is named in a signature is depended upon."""
    files = {module_name(file): file for file in python_files(room)}
    graph = {name: imported_modules(file, set(files)) - {name} for name, file in files.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' → '.join(error.args[1])}")


def test_only_anonymize_sees_both_a_face_and_a_tally() -> None:
    """A module that names both could carry something of the one into the other."""
    both = set()
    for file in python_files("function_app"):
        names = {
            alias.name
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        if {"Face", "Tally"} <= names:
            both.add(file.name)
    assert both == {"anonymize.py"}


@pytest.mark.parametrize("room", ["vision", "models"])
def test_the_libraries_see_no_cloud(room: str) -> None:
    assert not {name for file in python_files(room) for name in imports(file)} & {"azure", "requests", "httpx"}
