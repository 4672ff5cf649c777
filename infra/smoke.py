"""`python -m infra.smoke`: each image started as it will be: read-only, as its own user, without capabilities.

Needs docker or podman. Status 0: all did what they should; 1: some did not; 2: nothing here runs images.
"""

import argparse
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from infra.version import current
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS

LOCKED = ("--rm", "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none")

_READY = """
import os, subprocess, sys, time, urllib.request
service = subprocess.Popen([sys.executable, "-m", "face_api"], env={**os.environ, "FACE_API_KEY": "0" * 32})
for _ in range(300):
    try:
        print("ready", urllib.request.urlopen("http://127.0.0.1:5000/ready", timeout=4).status)
        break
    except OSError:
        time.sleep(1)
service.terminate()
print("ended", service.wait(30))
"""
_CLOSED = """
import os
try:
    open("/written", "w")
except OSError as fault:
    print("root", fault.strerror.lower())
print("user", os.getuid())
"""


@dataclass(frozen=True)
class Trial:
    """What an image is started with, and what it must say."""

    image: str
    arguments: tuple[str, ...]
    says: tuple[str, ...]
    status: int = 0
    program: str = ""
    """Instead of the image's own entry point."""


TRIALS = (
    Trial("footfall-edge", ("gate", "--json", "/picture.jpg"), ("true",)),
    Trial("footfall-face-api", ("-c", _READY), ("ready 200", "ended 0"), program="python"),
    Trial("footfall-worker", (), ("PictureStorage",), status=2),
    Trial("footfall-windows", (), ("set EventHub, EVENT_HUB_NAME, CheckpointStorage",), status=2),
    Trial(
        "footfall-functions",
        ("-c", "import sys; sys.path.insert(0, '/home/site/wwwroot'); import function_app.schema; print('imported')"),
        ("imported",),
        program="python",
    ),
)


def main(argv: list[str]) -> int:
    """Try those named, or all."""
    parser = argparse.ArgumentParser(prog="python -m infra.smoke", description=__doc__)
    parser.add_argument("images", nargs="*", metavar="IMAGE", help=f"of {', '.join(one.image for one in TRIALS)}")
    parser.add_argument("--tag", default=current(), help="default: %(default)s")
    arguments = parser.parse_args(argv)
    program = shutil.which("docker") or shutil.which("podman")
    if program is None:
        sys.stderr.write("infra.smoke: install docker or podman\n")
        return 2
    picture = files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), lambda _: None)[0]
    faults = 0
    for trial in TRIALS:
        if arguments.images and trial.image not in arguments.images:
            continue
        closed = Trial(trial.image, ("-c", _CLOSED), ("root read-only file system", "user 10001"), program="python")
        for one in (closed, trial):
            wrong = _tried(program, one, arguments.tag, picture)
            faults += bool(wrong)
            sys.stdout.write(f"{'✗' if wrong else '✓'} {one.image}: {wrong or ', '.join(one.says)}\n")
    return 1 if faults else 0


def _tried(program: str, trial: Trial, tag: str, picture: Path) -> str:
    """What was wrong; nothing if it held."""
    entry = ["--entrypoint", trial.program] if trial.program else []
    command = [program, "run", *LOCKED, f"--volume={picture.resolve()}:/picture.jpg:ro", *entry]
    answer = subprocess.run(
        [*command, f"{trial.image}:{tag}", *trial.arguments], capture_output=True, text=True, check=False, timeout=600
    )
    said = answer.stdout + answer.stderr
    missing = [words for words in trial.says if words not in said]
    if missing or answer.returncode != trial.status:
        return f"status {answer.returncode}, not said: {missing}; it said {' '.join(said.split())[-300:]}"
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
