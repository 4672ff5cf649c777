"""`make bench`: every benchmark, one after the other, on this machine, now. Name topics to run only those."""

import argparse
import importlib
import os
import platform
import time

from rich.console import Console

TOPICS = (
    "pattern",
    "edge_gate",
    "edge_video",
    "edge_pictures",
    "counting",
    "face_api",
    "face_api_earlier",
    "face_api_accuracy",
    "silent_connections",
    "visitor_memory",
    "worker",
    "event_hubs",
    "windows",
    "dashboard",
    "load_simulation",
    "accuracy_people",
    "accuracy_faces",
    "accuracy_identity",
    "accuracy_attributes",
)
BY_NAME = ("face_api_peers",)
"""Only when named: installs some 500 MB of peers into the user's cache."""


def main() -> None:
    """Run them. Each prints a table of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "topics", nargs="*", metavar="TOPIC", help=f"out of {', '.join(TOPICS)} (default: all), or {', '.join(BY_NAME)}"
    )
    chosen = parser.parse_args().topics or TOPICS
    if unknown := set(chosen) - {*TOPICS, *BY_NAME}:
        parser.error(f"no such topic: {', '.join(sorted(unknown))}")
    console = Console()
    console.print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {time.strftime('%F')}"
    )
    for topic in chosen:
        console.rule(topic)
        importlib.import_module(f"benchmarks.{topic}").main()


if __name__ == "__main__":
    main()
