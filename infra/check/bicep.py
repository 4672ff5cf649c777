"""The Bicep compiler's own word: nothing from its linter with every rule on, its format, snapshots that are today's."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from infra.check import compiler, tools
from infra.check.compiler import Compiler, Diagnostic
from infra.check.files import read_json
from infra.check.finding import Finding, NotRun, Outcome, Unreadable
from infra.check.snapshots import AZURE, HUB, environments, fresh, kept

LEAST_RESOURCES = 54
"""What the smallest installation came to when the first snapshot was kept."""

_DECLARED = re.compile(
    r"(?m)^(?P<decorators>(?:@[^\n]*\n|^ .*\n|^\]\)\n)*)(?P<kind>param|output) (?P<name>\w+) (?P<type>\w+)"
)
_FORGIVEN = ("dependsOn", "BCP104", "BCP318")
_BY_THE_CALENDAR = "use-recent-api-versions"
"""What it says of unchanged sources grows with the days and with the compiler: advice, no fault."""


def check(root: Path) -> Iterator[Outcome]:
    """The sources by themselves, then what the compiler says of them where there is one."""
    yield from _described(root)
    try:
        program = tools.bicep()
    except tools.Missing as missing:
        yield tools.left_out("Bicep", missing)
        return
    with compiler.running(program) as bicep:
        said = list(_lint(bicep, root))
        faults = [one for one in said if one.rule != _BY_THE_CALENDAR]
        yield from faults
        yield from (NotRun(f"{one.file}, {one.rule}", one.message) for one in said if one.rule == _BY_THE_CALENDAR)
        if not faults:
            yield from _format(bicep, root)
            yield from _hub_types(program, bicep, root)
    if not faults:
        yield from _snapshots(root)


def _described(root: Path) -> Iterator[Finding]:
    """Parameters and outputs say what they are; what an operator types in has a range."""
    for path in sorted((root / AZURE).rglob("*.bicep")):
        file = str(path.relative_to(root))
        for found in _DECLARED.finditer(path.read_text()):
            decorators, name = found["decorators"], found["name"]
            if "@description(" not in decorators:
                yield Finding("undescribed", file, f"{name} has no description")
            if found["kind"] == "output" or "@allowed(" in decorators:
                continue
            if found["type"] == "int" and not ("@minValue" in decorators and "@maxValue" in decorators):
                yield Finding("unbounded", file, f"{name} needs minValue and maxValue, or the values allowed")
            if found["type"] == "string" and path.name == "main.bicep" and "@maxLength" not in decorators:
                yield Finding("unbounded", file, f"{name} needs maxLength, or the values allowed")


def _lint(bicep: Compiler, root: Path) -> Iterator[Finding]:
    """Type faults are warnings to the compiler, so all it says is a fault here. Modules come with main.bicep."""
    said: set[Diagnostic] = set()
    for path in [root / AZURE / "main.bicep", *environments(root)]:
        said.update(bicep.compile(path))
    for one in sorted(said, key=lambda one: (str(one.file), one.line)):
        file = str(one.file.resolve().relative_to(root.resolve()))
        yield Finding(one.code, file, f"line {one.line}: {one.message}")


def _snapshots(root: Path) -> Iterator[Finding]:
    try:
        now = fresh(root)
    except Unreadable as fault:
        yield Finding("snapshot", fault.file, fault.reason)
        return
    for file, snapshot in sorted(now.items()):
        path = kept(root / file)
        if not path.exists() or read_json(path, root) != snapshot:
            name = str(path.relative_to(root))
            yield Finding(
                "snapshot", name, "is not what the templates come to: run `make snapshots`, read the difference"
            )
        if file.startswith(AZURE) and len(snapshot["predictedResources"]) < LEAST_RESOURCES:
            count = len(snapshot["predictedResources"])
            yield Finding("snapshot", file, f"comes to {count} resources; there were {LEAST_RESOURCES}")


def _format(bicep: Compiler, root: Path) -> Iterator[Finding]:
    for path in sorted((root / AZURE).rglob("*")):
        if path.suffix in (".bicep", ".bicepparam") and bicep.format(path) != path.read_text():
            yield Finding("format", str(path.relative_to(root)), "`bicep format` would change it")


def _hub_types(program: str, bicep: Compiler, root: Path) -> Iterator[Outcome]:
    """The Stack Hub's ARM JSON, turned into Bicep by the official decompiler, against the same types."""
    with tempfile.TemporaryDirectory() as temporary:
        for path in sorted((root / HUB).glob("*.json")):
            if "resources" not in json.loads(path.read_text()):
                continue
            file, copy = str(path.relative_to(root)), Path(temporary).resolve() / path.name
            shutil.copy(path, copy)
            command = [program, "decompile", "--force", str(copy)]
            surroundings = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
            subprocess.run(command, capture_output=True, check=False, timeout=60, env=surroundings)
            source = copy.with_suffix(".bicep")
            if not source.exists():
                yield NotRun(f"types of {file}", "the decompiler can't read it")
                continue
            for one in bicep.compile(source):
                if one.code.startswith("BCP") and not any(word in one.message for word in _FORGIVEN):
                    yield Finding(one.code, file, one.message)
