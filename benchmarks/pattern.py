"""The whole pattern on the sample footage: latency from capture to acknowledgement, and bytes against video."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from local.demo.summary import VIDEO_BITS_PER_SECOND

SHARE_OF_A_DAY_WITH_PEOPLE = 0.1


def main() -> None:
    """Run the demo once and print what it measured beside the goals."""
    result = demo()
    frames, seconds = result["frames"], result["seconds"]
    seconds_with_people = seconds * result["framesWithPeople"] / frames
    sample_share = result["pictureBytes"] / result["videoBytes"]
    bytes_per_second = result["pictureBytes"] / seconds_with_people
    day_share = bytes_per_second * SHARE_OF_A_DAY_WITH_PEOPLE / (VIDEO_BITS_PER_SECOND / 8)
    table = Table("the whole pattern, sample footage", "measured", "goal")
    table.add_row("capture → acknowledged, p50", f"{result['latencyMs']['p50']:.0f} ms", "")
    table.add_row("capture → acknowledged, p95", f"{result['latencyMs']['p95']:.0f} ms", "≤ 1000 ms")
    table.add_row("people in view", f"{seconds_with_people / seconds:.0%} of {seconds:.0f} s", "")
    table.add_row("frames looked at", f"{frames / seconds:.1f} a second", "")
    table.add_row("bytes sent, of 1.5 Mbit/s video", f"{sample_share:.1%}", "< 15 %")
    table.add_row("the same over a day with people in view a tenth of it", f"{day_share:.2%}", "< 2 %")
    Console().print(table)


def demo() -> dict[str, Any]:
    """One run of the demo's command, without the dashboard."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "demo.json")
        command = [sys.executable, "-m", "local", "demo", "--no-dashboard", "--json", str(file)]
        subprocess.run(command, check=True, capture_output=True)
        result: dict[str, Any] = json.loads(file.read_text())
        return result


if __name__ == "__main__":
    main()
