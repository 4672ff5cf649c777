"""Dockerfiles of all rooms: hadolint, and what every image here must do."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.check.finding import Finding, NotRun, Outcome

HADOLINT = Path(sys.executable).parent / "hadolint"
AS_ROOT: dict[str, str] = {
    "function_app/functions.Dockerfile": "Microsoft's host image is made to run as root, on port 80",
}
"""Images that may end as root, with why."""


def check(root: Path) -> Iterator[Outcome]:
    """Every file named Dockerfile or *.Dockerfile in the rooms."""
    files = [
        path for room in ("edge", "face_api", "function_app") for path in sorted((root / room).glob("*Dockerfile"))
    ]
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
        yield from _image(str(path.relative_to(root)), path.read_text())


def _image(file: str, text: str) -> Iterator[Finding]:
    """The last stage runs as a numbered user other than root, and nothing secret is built in."""
    last_stage = re.split(r"(?m)^FROM ", text)[-1]
    users = re.findall(r"(?m)^USER\s+(\S+)", last_stage)
    if file not in AS_ROOT and not (users and re.match(r"[1-9]\d*(:|$)", users[-1])):
        yield Finding("root", file, "the last USER must be a number above 0, so that runAsNonRoot can tell")
    for name in re.findall(r"(?m)^(?:ENV|ARG)\s+(\w+)", text):
        if re.search(r"(KEY|SECRET|PASSWORD|TOKEN)$", name):
            yield Finding("plain-secret", file, f"{name} would stay in the image")
