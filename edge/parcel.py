"""What goes to storage: a picture, or a minute's counts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parcel:
    """A blob's name and content; of a picture, how many people the model saw in it."""

    name: str
    content: bytes
    people: int | None = None
