"""The arguments of `python -m local size`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from local.size.demand import Demand


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    usual = Demand(1, 1, 1)
    whole, share = _between(1, 1_000_000), _between(0.001, 1.0)
    parser.add_argument("--stores", type=whole, required=True, metavar="N", help="stores")
    parser.add_argument("--cameras", type=whole, required=True, metavar="M", help="cameras in each store")
    parser.add_argument(
        "--visitors-per-hour", type=whole, required=True, metavar="V", help="before one camera, in the busiest hour"
    )
    more = parser.add_argument_group("what is usual, and can be told")
    for name, kind, text in (
        ("seconds-in-view", whole, "a visitor stays before the camera"),
        ("seconds-between-pictures", whole, "TimeBetweenPicturesInSeconds"),
        ("places", _between(0, 32), "lines and zones that a camera counts at"),
        ("open-hours", _between(1, 24), "a day"),
        ("mean-to-busiest", share, "a mean hour's visitors against the busiest hour's"),
        ("memory-days", whole, "MEMORY_DAYS"),
        ("min-group", whole, "MIN_GROUP"),
        ("retention-hours", whole, "pictures may wait (PICTURE_RETENTION_MINUTES / 60)"),
    ):
        default = getattr(usual, name.replace("-", "_"))
        more.add_argument(f"--{name}", type=kind, default=default, metavar="N", help=f"{text} (default: {default})")
    parser.add_argument("--figures", type=Path, metavar="FILE", help="measured figures to use")
    parser.add_argument("--prices", type=Path, metavar="FILE", help="a price list: adds what a month in Azure costs")
    parser.add_argument("--json", action="store_true", help="JSON on stdout instead of a table")


def _between(least: float, most: float) -> Callable[[str], float]:
    """A number in a range, whole when the range's ends are."""
    kind = int if isinstance(least, int) else float

    def read(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a {'whole ' * (kind is int)}number, {least} to {most}")
        return number

    return read
