"""Makes the terminals in docs/first-hour.md: `python -m tests.first_hour.screenshots [NAME…]`, about two minutes.

Each is a real run's: the demo's frame is taken while it runs, the rest is what the commands print.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from local.demo.progress import Counts
from local.demo.run import Plan, watch_it_through
from local.demo.source import places, resolve
from local.demo.summary import Summary
from local.demo.view import View, drawn
from tests.dashboard.browser import chromium

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
SIZES = ((80, 24), (120, 40))
"""Columns, rows."""
FRAME_SECONDS = 50
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


def main(only: list[str]) -> None:
    """Write the images named anew, or every one."""
    os.umask(0o077)  # as the command has it: faces lie in a run's folder
    frame, summary = demo() if not only or {"demo", "summary"} & set(only) else ("", None)
    with chromium() as browser, Path(os.devnull).open("w") as nowhere:
        page = browser.new_page()
        for columns, rows in SIZES:
            shown: dict[str, RenderableType] = {
                "demo": frame,
                "summary": summary.as_text(columns) if summary else "",
                "doctor": printed(columns, "doctor"),
                "help": printed(columns, "--help"),
            }
            for name in only or shown:
                content = shown[name]
                console = Console(record=True, width=columns, file=nowhere, force_terminal=True)
                console.print(content)
                said = console.export_text(clear=False).count("\n")
                assert said <= rows, f"{name} has {said} lines, the terminal {rows}"
                console.print("\n" * (rows - said - 1), end="")
                page.set_viewport_size({"width": columns * 10 + 20, "height": rows * 20 + 20})
                page.set_content(f"<body style='margin:0'>{console.export_svg(code_format=TERMINAL)}</body>")
                page.screenshot(path=IMAGES / f"first-hour-{name}-{columns}x{rows}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
