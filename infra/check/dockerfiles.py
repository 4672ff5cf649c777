"""Dockerfiles of all rooms: hadolint, and what every image here must do."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.check import rules
from infra.check.finding import Finding, NotRun, Outcome

ROOMS = ("edge", "face_api", "function_app", "windows", "infra/drill")
HADOLINT = Path(sys.executable).parent / "hadolint"


def check(root: Path) -> Iterator[Outcome]:
    """Every file named Dockerfile or *.Dockerfile in the rooms."""
    files = [path for room in ROOMS for path in sorted((root / room).glob("*Dockerfile"))]
    if not files:
        yield NotRun("hadolint", "no room has a Dockerfile")
        return
    command = [str(HADOLINT), "--format", "json", "--no-fail"]
    answer = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False, timeout=60)
    if answer.returncode:
        yield Finding("hadolint", "", f"hadolint failed: {answer.stderr[-300:]}")
        return
    for fault in json.loads(answer.stdout):
        file = str(Path(fault["file"]).relative_to(root))
        yield Finding("hadolint", file, f"line {fault['line']}: {fault['code']}: {fault['message']}")
    for path in files:
        text, file = path.read_text(), str(path.relative_to(root))
        arguments = dict(re.findall(r"(?m)^ARG (\w+)=(\S+)$", text))
        named = re.findall(r"(?m)^FROM (?:--platform=\S+ )?(\S+)", text)
        bases = [arguments.get(one.strip("${}"), one) for one in named]
        about = {"file": file, "text": text, "bases": bases, "last": re.split(r"(?m)^FROM ", text)[-1]}
        yield from rules.judge("dockerfile", file, "image", about)
