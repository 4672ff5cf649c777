"""Who reads a partition: several at once, or, with an epoch, one alone."""

from collections.abc import Callable
from dataclasses import dataclass

from local.event_hubs.errors import Refused

MOST_READERS = 5
"""Readers without an epoch of one partition in one consumer group, at most, as in Azure."""


@dataclass(eq=False)
class Reader:
    """A reader of one partition. `wake` tells it of new events, `dismiss` that it must go."""

    group: str
    epoch: int | None
    wake: Callable[[], None]
    dismiss: Callable[[Refused], None]


class Readers:
    """The readers of one partition."""

    def __init__(self) -> None:
        self._readers: list[Reader] = []

    def admit(self, reader: Reader) -> None:
        """Let a reader in; one with an epoch dismisses those of its group that have none or no higher one.

        Raises Refused where a higher epoch is there, or too many readers are.
        """
        mates = [mate for mate in self._readers if mate.group == reader.group]
        highest = max((mate.epoch for mate in mates if mate.epoch is not None), default=None)
        if highest is not None and (reader.epoch is None or reader.epoch < highest):
            raise Refused("amqp:link:stolen", f"A receiver with the higher epoch {highest} is connected.")
        if reader.epoch is not None:
            for mate in mates:
                self.remove(mate)
                mate.dismiss(Refused("amqp:link:stolen", f"A receiver with the epoch {reader.epoch} has connected."))
        elif len(mates) >= MOST_READERS:
            raise Refused(
                "amqp:resource-limit-exceeded",
                f"The maximum number of receivers per partition in a consumer group, {MOST_READERS}, is reached.",
            )
        self._readers.append(reader)

    def remove(self, reader: Reader) -> None:
        """Let a reader go; safe to call again."""
        if reader in self._readers:
            self._readers.remove(reader)

    def wake(self) -> None:
        """Tell all of new events."""
        for reader in tuple(self._readers):
            reader.wake()
