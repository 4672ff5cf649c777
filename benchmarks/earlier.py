"""The project as it was at an earlier commit, for benchmarks that let it take turns with today's."""

import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMIT = "69d6e49"
"""Before tallies, people counted, and the face chain of today."""
HERE = Path(__file__).resolve().parent.parent
_GIT = shutil.which("git") or "git"


@contextmanager
def earlier_checkout(*, weights: bool = True) -> Iterator[Path | None]:
    """A folder with the project at COMMIT, its weight files built if wanted; None where git does not have it."""
    with tempfile.TemporaryDirectory(prefix="footfall-earlier-") as folder:
        archive = subprocess.run([_GIT, "archive", COMMIT], cwd=HERE, capture_output=True, check=False)
        if archive.returncode:
            yield None
            return
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        if weights:
            subprocess.run([sys.executable, "-m", "models", "build"], cwd=folder, capture_output=True, check=True)
        yield Path(folder)
