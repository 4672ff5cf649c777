"""Label files as the tools of different makers write them, and whether they fit a model."""

import codecs
import re
from collections.abc import Sequence

from edge.errors import ModelRefused

DEFAULT_LABELS = ("person",)
"""Of a model of one class that comes without labels."""
MOST_LABELS = 10_000
LINE_END = re.compile(r"\r\n|\r|\n")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
NUMBERED = re.compile(r"(\d{1,6})(?:\s*[:,]\s*|\s+)(\S.*)")
NO_CLASS = frozenset(("", "background"))


def text_of(content: bytes) -> str:
    """A text file in UTF-8, in UTF-16 as Windows writes it, or else in Latin-1. Raises ModelRefused."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
    if CONTROL.search(text.replace("\r", "\n")):
        raise ModelRefused("the model's labels or manifest isn't text")
    return text


def read_labels(content: bytes) -> tuple[str, ...]:
    """The classes' names in order; an empty one for a class without a name. Raises ModelRefused.

    A line is a name, or a number and a name (Coral), which may leave numbers out.
    """
    lines = [line.strip() for line in LINE_END.split(text_of(content))]
    while lines and not lines[-1]:
        lines.pop()
    if not 0 < len(lines) <= MOST_LABELS:
        raise ModelRefused("the model's labels are empty or too many")
    numbered = [NUMBERED.fullmatch(line) for line in lines if line]
    if not all(numbered):
        return tuple(lines)
    named = {int(match[1]): match[2] for match in numbered if match}
    if len(named) != len(numbered) or max(named) >= MOST_LABELS:
        raise ModelRefused("the model's labels give a number twice, or one that is too high")
    return tuple(named.get(number, "") for number in range(max(named) + 1))


def fitted(labels: Sequence[str] | None, classes: int | None) -> tuple[str, ...]:
    """The labels in the order of a model's classes.

    labels: None if there are none; classes: how many a model tells apart, None if its tensors don't say. A first label
    that means "nothing" is a class of classifiers, but not of detectors, whose label files have it all the same: where
    both are known, their numbers tell. Raises ModelRefused if labels and model don't fit.
    """
    if labels is None:
        if classes != 1:
            raise ModelRefused("the model comes without labels: put labels.txt beside it into the zip")
        return DEFAULT_LABELS
    nothing_first = labels[0].strip("_? ").casefold() in NO_CLASS
    if nothing_first and (classes is None or len(labels) == classes + 1):
        labels = labels[1:]
    if classes is not None and len(labels) != classes:
        raise ModelRefused(f"the model tells {classes} classes apart, and its labels name {len(labels)}")
    return tuple(labels)
