"""What a look at one thing found."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """`about`: what was looked at; `says`: what was found; `todo`: what to do, where it isn't well."""

    about: str
    state: Literal["well", "wrong", "not looked at"]
    says: str
    todo: str = ""


def well(about: str, says: str) -> Finding:
    """It is as it must be."""
    return Finding(about, "well", says)


def wrong(about: str, says: str, todo: str) -> Finding:
    """It is in the way; `todo` mends it."""
    return Finding(about, "wrong", says, todo)


def unasked(about: str, todo: str) -> Finding:
    """Nothing was given to look at; `todo` says how to."""
    return Finding(about, "not looked at", "", todo)
