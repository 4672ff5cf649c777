"""A newcomer pastes every shell block of the README and of the first hour, in their order, into one terminal."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import pytest

from local.child import Child
from local.footage.sample import sample_footage
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS
from tests.first_hour.blocks import Block, blocks
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "first-hour.md")
LEFT_OUT = Counter({"a camera": 3, "Azure": 1, "ten minutes": 1})
"""What is not run here: how many blocks need what, as the documents mark them."""
CLIP_SECONDS = 4
BASH = shutil.which("bash") or "bash"
AS_MADE = 'make() { command make -o setup -o setup-tests ARGS="--seconds 4" "$@"; }'
"""Set-up is done here, and a few seconds of the sample are enough."""


def all_blocks() -> list[Block]:
    return [block for document in DOCUMENTS for block in blocks(document)]


def test_every_shell_block_is_run_or_says_what_it_needs() -> None:
    assert Counter(block.needs for block in all_blocks() if block.needs) == LEFT_OUT
    fences = sum(len(re.findall(r"^```(?:ba)?sh", document.read_text(), re.MULTILINE)) for document in DOCUMENTS)
    assert len(all_blocks()) == fences


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with what set-up has made, a clip and a photograph."""
    folder = tmp_path_factory.mktemp("checkout")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines():
        if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for made in (".venv", "local/node_modules", "models/weights"):
        (folder / made).symlink_to((ROOT / made).resolve())
    shim = folder / "footfall"
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m command "$@"\n')  # as the link of set-up, to this clone
    shim.chmod(0o755)
    photographs = files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), lambda _: None)
    shutil.copy(photographs[0], folder / "photograph.jpg")
    cut(sample_footage(), folder / "my-video.mp4")
    return folder


def cut(film: Path, clip: Path) -> None:
    """The film's first seconds, not encoded anew."""
    with av.open(str(film)) as source, av.open(str(clip), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.pts is None or packet.pts * (stream.time_base or Fraction(1)) > CLIP_SECONDS:
                continue
            packet.stream = copy
            target.mux(packet)


@contextmanager
def kept_running(line: str, checkout: Path) -> Iterator[Child]:
    """What runs until Ctrl-C, once it says so."""
    said = list[str]()
    child = Child("pasted", [BASH, "-c", f"exec {line}"], dict(os.environ), on_output=said.append, folder=checkout)
    try:
        wait_until(lambda: any("Ctrl-C" in told for told in said) or child.status is not None, "it runs", 120)
        assert child.status is None, child.last_words
        yield child
    finally:
        child.stop(30)


@pytest.fixture
def own_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where no other stack of this user is to be seen, which `twin` would ask to choose from."""
    with tempfile.TemporaryDirectory(prefix="hour-") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield


@pytest.mark.timeout(400)
def test_every_line_works_as_it_is_pasted(checkout: Path, own_terminal: None) -> None:
    lines = list(dict.fromkeys(line for block in all_blocks() if not block.needs for line in block.lines))
    assert len(lines) >= 9
    waiting = iter(lines)
    for line in waiting:
        if line == "./footfall up":
            with kept_running(line, checkout) as running:
                for meanwhile in waiting:  # in a second terminal
                    paste(meanwhile, checkout)
                running.signal(signal.SIGINT)
                assert running.wait_for_exit(60) == 0
        else:
            paste(line, checkout)


def paste(line: str, checkout: Path) -> None:
    script = f"{AS_MADE}\n{line}"
    done = subprocess.run([BASH, "-c", script], cwd=checkout, capture_output=True, text=True, check=False, timeout=150)
    assert done.returncode == 0, f"{line}\n{done.stdout[-800:]}{done.stderr[-800:]}"
    assert "Traceback" not in done.stderr, line
