"""The Bicep compiler's own word: nothing from its linter with every rule on, its format, snapshots that are today's."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from infra.check import compiler, rules, tools
from infra.check.compiler import Compiler
from infra.check.files import read_json
from infra.check.finding import Finding, NotRun, Outcome
from infra.check.snapshots import AZURE, HUB, environments, fresh, kept

LEAST_RESOURCES = 54
"""What the smallest installation came to when the first snapshot was kept."""

_DECLARED = re.compile(
    r"(?m)^(?P<decorators>(?:@[^\n]*\n|^ .*\n|^\]\)\n)*)(?P<kind>param|output) (?P<name>\w+) (?P<type>\w+)"
)
_OF_HUB = ("BCP", "no-unused-", "secure-", "outputs-should-not-contain-secrets")
_FORGIVEN = ("dependsOn", "BCP104", "BCP318")
_BY_THE_CALENDAR = "use-recent-api-versions"
"""What it says of unchanged sources grows with the days and with the compiler: advice, no fault."""


def check(root: Path) -> Iterator[Outcome]:
    """The sources by themselves, then what the compiler says of them where there is one."""
    yield from _described(root)
    program = tools.bicep()
    with compiler.running(program) as bicep:
        said = _lint(bicep, root)
        faults = [one for one in said if one.rule != _BY_THE_CALENDAR]
        yield from faults
        yield from (NotRun(f"{one.file}, {one.rule}", one.message) for one in said if one.rule == _BY_THE_CALENDAR)
        if not faults:
            yield from _format(bicep, root)
            yield from _hub(program, bicep, root)
    if not faults:
        yield from _snapshots(root)


def _described(root: Path) -> Iterator[Finding]:
    for path in sorted((root / AZURE).rglob("*.bicep")):
        for found in _DECLARED.finditer(path.read_text()):
            about = found.groupdict() | {"file": path.name}
            yield from rules.judge("declaration", str(path.relative_to(root)), found["name"], about)


def _lint(bicep: Compiler, root: Path) -> list[Finding]:
    """Type faults are warnings to the compiler, so all it says is a fault here. Modules come with main.bicep."""
    said = [bicep.compile(path, root) for path in [root / AZURE / "main.bicep", *environments(root)]]
    return sorted(set().union(*said), key=str)


def _snapshots(root: Path) -> Iterator[Finding]:
    for file, snapshot in sorted(fresh(root).items()):
        path = kept(root / file)
        if not path.exists() or read_json(path, root) != snapshot:
            said = "is not what the templates come to: run `make snapshots`, read the difference"
            yield Finding("snapshot", str(path.relative_to(root)), said)
        if file.startswith(AZURE) and len(snapshot["predictedResources"]) < LEAST_RESOURCES:
            count = len(snapshot["predictedResources"])
            yield Finding("snapshot", file, f"comes to {count} resources; there were {LEAST_RESOURCES}")


def _format(bicep: Compiler, root: Path) -> Iterator[Finding]:
    for path in sorted((root / AZURE).rglob("*")):
        if path.suffix in (".bicep", ".bicepparam") and bicep.format(path) != path.read_text():
            yield Finding("format", str(path.relative_to(root)), "`bicep format` would change it")


def _hub(program: str, bicep: Compiler, root: Path) -> Iterator[Outcome]:
    """The Stack Hub's ARM JSON, turned into Bicep by the official decompiler, against the same types and rules."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        shutil.copy(root / AZURE / "bicepconfig.json", folder)
        for path in sorted((root / HUB).glob("*.json")):
            if "resources" not in read_json(path, root):
                continue
            file, copy = str(path.relative_to(root)), folder / path.name
            shutil.copy(path, copy)
            command = [program, "decompile", "--force", str(copy)]
            subprocess.run(command, capture_output=True, check=False, timeout=60, env=compiler.surroundings())
            if not copy.with_suffix(".bicep").exists():
                yield NotRun(f"types of {file}", "the decompiler can't read it")
                continue
            for one in sorted(bicep.compile(copy.with_suffix(".bicep"), folder), key=str):
                if one.rule.startswith(_OF_HUB) and not any(word in str(one) for word in _FORGIVEN):
                    yield Finding(one.rule, file, f"as Bicep, {one.message}")
