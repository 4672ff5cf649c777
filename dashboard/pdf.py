"""From a page to a PDF, by the Chromium that is installed."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from dashboard.errors import NoBrowser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SECONDS = 60


def print_pdf(page: Path, out: Path) -> None:
    """Print the local file `page` to `out`. Raises NoBrowser."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise NoBrowser("a PDF needs Chromium, which is not here: write FILE.html and print it, or install Chromium")
    with tempfile.TemporaryDirectory(prefix="footfall-chromium-") as profile:
        command = [
            path, "--headless", "--disable-gpu", "--disable-background-networking",
            *([] if os.geteuid() else ["--no-sandbox"]),  # which Chromium refuses to root
            f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={out.resolve()}", page.as_uri(),
        ]  # fmt: skip
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
        except (OSError, subprocess.SubprocessError):
            raise NoBrowser("Chromium could not make the PDF: write FILE.html and print it") from None
