"""The arguments of `python -m dashboard` and of `python -m dashboard report`."""

import argparse
import os
from pathlib import Path

from dashboard.opening import EXAMPLE
from dashboard.words import LANGUAGES


def of_page(parser: argparse.ArgumentParser) -> None:
    """Add those of the page."""
    _of_both(parser)
    parser.add_argument("--port", type=int, default=0, help="loopback port; 0 (default) takes a free one")
    parser.add_argument(
        "--health",
        nargs="+",
        default=[],
        metavar="FILE|URL",
        help="JSON documents for the health strip (default: DIR/health.json)",
    )
    parser.add_argument(
        "--frame-ancestors",
        default=os.environ.get("FRAME_ANCESTORS", ""),
        metavar="SITES",
        help="which sites may show the page in a frame, e.g. https://intranet.example (default: FRAME_ANCESTORS; none)",
    )


def of_report(parser: argparse.ArgumentParser) -> None:
    """Add those of the report."""
    _of_both(parser)
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("--day", metavar="YYYY-MM-DD")
    when.add_argument("--week", metavar="YYYY-Www", help="e.g. 2026-W11, from Monday")
    when.add_argument("--month", metavar="YYYY-MM")
    when.add_argument("--from", dest="first", metavar="YYYY-MM-DD", help="with --to: any days, both included")
    parser.add_argument("--to", dest="last", metavar="YYYY-MM-DD")
    parser.add_argument("--store", help="one store (default: all)")
    parser.add_argument("--camera", help="one camera (default: all)")
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    parser.add_argument("--landscape", action="store_true", help="turn the paper")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="*.html, or *.pdf where Chromium is")


def _of_both(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rows", type=Path, required=True, metavar="DIR", help="folder that the window runner writes its rows to"
    )
    parser.add_argument(
        "--time-zone",
        default=os.environ.get("TIME_ZONE"),
        metavar="NAME",
        help="the stores' clock, e.g. Europe/Paris (default: TIME_ZONE, or that of DAY_START, or UTC)",
    )
    parser.add_argument(
        "--day-start",
        default=os.environ.get("DAY_START", "00:00"),
        metavar="HH:MM",
        help="when the stores' day begins, as the cameras have it (default: DAY_START, or 00:00)",
    )
    parser.add_argument(
        "--opening-hours",
        default=os.environ.get("OPENING_HOURS", ""),
        metavar="TEXT",
        help=f"e.g. '{EXAMPLE}', or 'store: … | store: …' (default: OPENING_HOURS; else all hours)",
    )
