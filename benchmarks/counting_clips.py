"""Clips whose crossings were labelled by eye, or drawn: what is to be counted in them.

The sample footage is there for everyone. vtest.avi comes out of Debian's package opencv-doc (BSD), which is fetched
into the user's cache where there is apt-get. Clips in FOOTFALL_CLIPS count too if they are there.
"""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from local.footage.sample import sample_footage
from local.footage.truth import LINES, ZONES, crossings, stays
from models.store import user_cache

Way = str
VTEST = "usr/share/doc/opencv-doc/examples/data/vtest.avi"
VTEST_SHA256 = "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf"
LEFTWARDS = (30, 36, 56, 126, 146, 214, 236, 246, 438, 477, 525, 588, 666, 707, 765)
RIGHTWARDS = (136, 190, 206, 332, 346, 381, 391, 510, 597, 755)
HALL = (("out", 2.9), ("in", 8.0), ("out", 18.0), ("in", 23.1), ("out", 28.9), ("in", 30.7))
ONE_BY_ONE = (18.8, 44.0, 69.0, 85.7, 118.7, 134.9)
SAT = (11.5, 20.0, 17.5, 10.5, 24.5, 10.5)


@dataclass(frozen=True)
class Clip:
    """Footage, one line and perhaps zones in it, and what is to be counted: (way, second) and seconds of stays."""

    name: str
    file: Path
    lines: dict[str, dict[str, str]]
    crossings: tuple[tuple[Way, float], ...]
    zones: dict[str, dict[str, str | int]]
    stays: tuple[float, ...] = ()


def clips() -> list[Clip]:
    """Those that are to be had here."""
    drawn = Clip("sample footage (drawn)", sample_footage(), dict(LINES), tuple(crossings()), dict(ZONES))
    found = [drawn]
    vtest = fetched_vtest()
    if vtest:
        told = [("in", frame / 10) for frame in LEFTWARDS] + [("out", frame / 10) for frame in RIGHTWARDS]
        line = {"walk": {"from": "0.86,0.45", "to": "0.86,0.85"}}
        found.append(Clip("vtest (PETS 2009)", vtest, line, tuple(told), {}))
    folder = Path(os.environ.get("FOOTFALL_CLIPS", "/nowhere"))
    if (hall := folder / "counting-hall.mp4").exists():
        found.append(Clip("hall", hall, {"hall": {"from": "0.05,0.72", "to": "0.95,0.72"}}, HALL, {}))
    if (one := folder / "one-by-one-person-detection.mp4").exists():
        zone: dict[str, dict[str, str | int]] = {"table": {"polygon": "0.38,0.55 0.74,0.55 0.74,1 0.38,1"}}
        told = [("out", second) for second in ONE_BY_ONE]
        found.append(Clip("one by one", one, {"hall": {"from": "0.72,0.4", "to": "0.72,1"}}, tuple(told), zone, SAT))
    return found


def drawn_stays() -> int:
    """In the sample footage."""
    return len(stays())


def fetched_vtest() -> Path | None:
    """The clip out of Debian's package; None where that can't be had."""
    kept = user_cache() / "clips" / "vtest.avi"
    if not kept.exists() and shutil.which("apt-get") and shutil.which("dpkg-deb"):
        kept.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=kept.parent) as folder:
            done = subprocess.run(["apt-get", "download", "opencv-doc"], cwd=folder, capture_output=True, check=False)  # noqa: S607
            package = next(Path(folder).glob("*.deb"), None)
            if done.returncode or package is None:
                return None
            subprocess.run(["dpkg-deb", "-x", package, folder], capture_output=True, check=True)  # noqa: S607
            (Path(folder) / VTEST).replace(kept)
    if not kept.exists() or hashlib.sha256(kept.read_bytes()).hexdigest() != VTEST_SHA256:
        return None
    return kept
