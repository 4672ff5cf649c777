"""Resources against Azure's published types, where the checks that know them stand beside the checkout."""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from infra.check.azure_resources import deployments
from infra.check.bicep.deployment import Planned
from infra.check.finding import ROOT, Finding, NotRun, Outcome, Unreadable

TYPES_CHECK = ROOT.parent / "shared/checks/bicep_types.py"


def check(root: Path) -> Iterator[Outcome]:
    """The Bicep, with every expression worked out, and the Stack Hub's templates as they are."""
    if not TYPES_CHECK.exists():
        yield NotRun("resource types", f"{TYPES_CHECK} is not here")
        return
    with tempfile.TemporaryDirectory() as folder:
        sources: dict[Path, str] = {}
        for number, planned in enumerate(deployments(root)):
            if isinstance(planned, Finding):
                continue  # azure_resources has said so
            try:
                files = _by_file(planned.resources)
            except Unreadable:
                continue
            for file, resources in files.items():
                template = Path(folder, f"{number}-{file.replace('/', '-')}.json")
                template.write_text(json.dumps({"resources": resources}, default=str))
                sources[template] = file
        for template in sorted((root / "infra/stack_hub").glob("*.json")):
            if "resources" in json.loads(template.read_text()):
                sources[template] = str(template.relative_to(root))
        yield from _run(sources)


def _by_file(resources: tuple[Planned, ...]) -> dict[str, list[dict[str, object]]]:
    files: dict[str, list[dict[str, object]]] = defaultdict(list)
    for one in resources:
        body = {key: value for key, value in one.body.items() if key not in ("parent", "scope")}
        files[one.file].append({"type": one.type, "apiVersion": one.api_version, **body})
    return files


def _run(sources: dict[Path, str]) -> Iterator[Outcome]:
    command = [sys.executable, str(TYPES_CHECK), *map(str, sources)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    *lines, last = answer.stdout.splitlines() or ["nothing"]
    if not last.endswith("problems"):
        yield Finding("resource-type", "infra/azure", f"{TYPES_CHECK.name} failed: {answer.stderr[-300:]}")
    said: set[tuple[str, str]] = set()
    for line in lines:
        template, _, problem = line.partition(": ")
        file = sources[Path(template)]
        if problem.endswith("(not checked)"):
            file, problem = "resource types", problem.partition(": ")[2].removesuffix(" (not checked)")
        if problem.endswith("(open set: check)") or (file, problem) in said:
            continue
        said.add((file, problem))
        if file == "resource types":
            yield NotRun(file, problem)
        else:
            yield Finding("resource-type", file, problem)
