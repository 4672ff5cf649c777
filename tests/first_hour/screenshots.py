"""Makes the pictures of docs/first-hour.md: `python -m tests.first_hour.screenshots [NAME…]`, about five minutes.

Each is a real run's: the demo's frame is taken while it runs, the page when the sample has been shown twice; the rest
is what the commands print.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser
from rich.console import Console, RenderableType
from rich.text import Text

from local.child import Child
from local.demo.progress import Counts
from local.demo.run import Plan, watch_it_through
from local.demo.source import places, resolve
from local.demo.summary import Summary
from local.demo.view import View, drawn
from tests.dashboard.browser import SIZES as WINDOWS
from tests.dashboard.browser import chromium, opened
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
SIZES = ((80, 24), (120, 40))
"""Columns, rows."""
FRAME_SECONDS = 50
PAGE_SECONDS, PAGE_HEIGHT = 150, 1200
TERMINAL = """\
<svg viewBox="0 0 {terminal_width} {terminal_height}" xmlns="http://www.w3.org/2000/svg">
<style>.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", monospace; font-size: {char_height}px;
line-height: {line_height}px; }} {styles}</style>
<defs>{lines}</defs>
<rect fill="#1b1f24" width="100%" height="100%"/>
<g transform="translate(0, 9)">{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>"""
"""rich's own template names fonts of a host on the net."""


class Watching(View):
    """Keeps what a terminal would show at one moment."""

    frame: RenderableType = ""

    def show(self, seconds: float, counts: Counts, windows: tuple[dict[str, Any], ...]) -> None:
        """Called four times a second."""
        if seconds <= FRAME_SECONDS:
            self.frame = drawn("sample", seconds, counts, windows)


def demo() -> tuple[RenderableType, Summary]:
    """A whole run over the sample: the frame, and how it ended."""
    view = Watching(Console(stderr=True), "sample")
    plan = Plan(resolve("sample", {}), places("sample"), None, dashboard=False)
    with tempfile.TemporaryDirectory() as folder:
        summary = watch_it_through(plan, Path(folder), os.environ, view)
    return view.frame, summary


def printed(columns: int, *arguments: str) -> Text:
    """What `./footfall …` prints on a terminal so wide."""
    environment = {**os.environ, "COLUMNS": str(columns), "FORCE_COLOR": "1"}
    command = [sys.executable, "-m", "command", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return Text.from_ansi(done.stdout.rstrip("\n"))


def live_page(browser: Browser, folder: Path) -> None:
    """The page of `./footfall up`, so long after its start."""
    said, path = list[str](), IMAGES / "first-hour-page.png"
    command = [sys.executable, "-m", "command", "up", "--data", str(folder / "data")]
    child = Child("up", command, {}, on_output=said.append)
    try:
        wait_until(lambda: any("Ctrl-C" in line for line in said), "the stack is up", 90)
        time.sleep(PAGE_SECONDS)
        address = next(word for line in said for word in line.split() if word.startswith("http://127.0.0.1:"))
        with opened(browser, address, "desk") as page:
            page.set_viewport_size({"width": WINDOWS["desk"][0], "height": PAGE_HEIGHT})
            page.locator("#day-visitors").get_by_text("–").wait_for(state="hidden")
            page.screenshot(path=path)
    finally:
        child.stop(30)
    with Image.open(path) as picture:
        picture.quantize(256).save(path, optimize=True)


def main(only: list[str]) -> None:
    """Write the images named anew, or every one."""
    os.umask(0o077)  # as the command has it: faces lie in a run's folder
    frame, summary = demo() if not only or {"demo", "summary"} & set(only) else ("", None)
    with chromium() as browser, Path(os.devnull).open("w") as nowhere, tempfile.TemporaryDirectory() as folder:
        if not only or "page" in only:
            live_page(browser, Path(folder))
        page = browser.new_page()
        for columns, rows in SIZES:
            shown: dict[str, RenderableType] = {
                "demo": frame,
                "summary": summary.as_text(columns) if summary else "",
                "doctor": printed(columns, "doctor"),
                "help": printed(columns, "--help"),
            }
            for name in shown.keys() & set(only or shown):
                content = shown[name]
                console = Console(record=True, width=columns, file=nowhere, force_terminal=True)
                console.print(content)
                said = console.export_text(clear=False).count("\n")
                assert said <= rows, f"{name} has {said} lines, the terminal {rows}"
                console.print("\n" * (rows - said - 1), end="")
                page.set_viewport_size({"width": columns * 10 + 20, "height": rows * 20 + 20})
                page.set_content(f"<body style='margin:0'>{console.export_svg(code_format=TERMINAL)}</body>")
                page.locator("svg").screenshot(path=IMAGES / f"first-hour-{name}-{columns}x{rows}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
