"""Dockerfiles of all rooms: hadolint, and what every image here must do."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

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
        yield from _image(str(path.relative_to(root)), path.read_text())


def _image(file: str, text: str) -> Iterator[Finding]:
    """The last stage runs as a numbered user above 0, nothing secret is built in, nothing reports to a maker."""
    last_stage = re.split(r"(?m)^FROM ", text)[-1]
    users = re.findall(r"(?m)^USER\s+(\S+)", last_stage)
    if not (users and re.match(r"[1-9]\d*(:|$)", users[-1])):
        yield Finding("root", file, "the last USER must be a number above 0, so that runAsNonRoot can tell")
    if file == "face_api/Dockerfile" and "ORT_DISABLE_TELEMETRY=1" not in last_stage:
        yield Finding("telemetry", file, "onnxruntime reports to its maker: set ORT_DISABLE_TELEMETRY=1")
    bases = dict(re.findall(r"(?m)^ARG (\w+)=(\S+)$", text))
    stages = set(re.findall(r"(?m)^FROM .* AS (\w+)$", text))
    for named in re.findall(r"(?m)^FROM (?:--platform=\S+ )?(\S+)", text):
        base = bases.get(named.strip("${}"), named)
        if base not in stages and not re.search(r":\d|@sha256:", base):
            yield Finding("base", file, f"{base}: a base needs a version, or a digest")
    if "ARG ARCHITECTURE" in text:
        yield Finding("platform", file, "an architecture in a base's name matches no platform: use buildx --platform")
    for installed in re.findall(r"pip install [^\n]*(?:\\\n[^\n]*)*", text):
        if "--require-hashes" not in installed and not file.startswith("infra/drill"):
            yield Finding("hashes", file, "pip must install by hash: --require-hashes, from a lock of `infra.locks`")
    for name in re.findall(r"(?m)^(?:ENV|ARG)\s+(\w+)", text):
        if re.search(r"(KEY|SECRET|PASSWORD|TOKEN)$", name):
            yield Finding("plain-secret", file, f"{name} would stay in the image")
