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
        about = {"file": file, "text": text, "last": re.split(r"(?m)^FROM ", text)[-1]}
        yield from rules.judge("dockerfile", file, "image", about)
        yield from _sources(file, text)


def _sources(file: str, text: str) -> Iterator[Finding]:
    """What is built in is fixed: bases by version or digest, packages by hash."""
    arguments = dict(re.findall(r"(?m)^ARG (\w+)=(\S+)$", text))
    stages = set(re.findall(r"(?m)^FROM .* AS (\w+)$", text))
    for named in re.findall(r"(?m)^FROM (?:--platform=\S+ )?(\S+)", text):
        base = arguments.get(named.strip("${}"), named)
        if base not in stages and not re.search(r":\d|@sha256:", base):
            yield Finding("base", file, f"{base}: a base needs a version, or a digest")
    for installed in re.findall(r"pip install [^\n]*(?:\\\n[^\n]*)*", text):
        if "--require-hashes" not in installed and not file.startswith("infra/drill"):
            yield Finding("hashes", file, "pip must install by hash: --require-hashes, from a lock of `infra.locks`")
