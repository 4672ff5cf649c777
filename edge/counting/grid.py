"""The 15-second grid on which counts lie, and which quarter minutes have been told of already."""

from dataclasses import dataclass, field

QUARTER, MINUTE = 15, 60
MOST_SPANS = 32


def step_end(seconds: float, step: int) -> int:
    """The end of the step that a moment (seconds since the epoch) lies in; its own, for one that ends a step."""
    return -int(-seconds // step) * step


@dataclass(slots=True)
class UsedUp:
    """Stretches of quarter minutes that have left, by the ends of their first and last.

    Whatever the clock does, each is told of once: a row with the same place and time would count as a repeat.
    """

    spans: list[tuple[int, int]] = field(default_factory=list)

    def next_free(self, end: int) -> int:
        """This quarter minute's end, or that of the first after it that hasn't left."""
        for first, last in sorted(self.spans):
            if first <= end <= last:
                end = last + QUARTER
        return end

    def add(self, first: int, last: int) -> None:
        """The quarter minutes with these ends, and those between them, have left."""
        for span in [span for span in self.spans if first <= span[1] + QUARTER and span[0] - QUARTER <= last]:
            self.spans.remove(span)
            first, last = min(first, span[0]), max(last, span[1])
        self.spans.append((first, last))
        del self.spans[:-MOST_SPANS]
