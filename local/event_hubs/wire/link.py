"""Links: messages one way, with credit (part 2.6 of the specification)."""

import collections
from collections.abc import Callable

from local.event_hubs.amqp import outgoing
from local.event_hubs.amqp.incoming import Flow, Transfer
from local.event_hubs.broker.event_log import Cursor, EventLog
from local.event_hubs.broker.readers import Reader
from local.event_hubs.errors import DecodeError, Refused
from local.event_hubs.wire.allowance import Allowance
from local.event_hubs.wire.deliveries import Deliveries, LinkState

CREDIT = 1000
_MOST_REPLIES = 64
_EVENTS_AT_ONCE = 256
_WRAP = 0xFFFFFFFF


class IncomingLink:
    """Messages from the client: put together out of frames, handed to `take`, and the outcome told."""

    def __init__(
        self,
        deliveries: Deliveries,
        allowance: Allowance,
        handle: int,
        take: Callable[[bytes, int], None],
        *,
        largest: int,
    ) -> None:
        """`take` gets a message of up to `largest` bytes and its format; it raises Refused or DecodeError."""
        self.handle, self._deliveries, self._allowance, self._take = handle, deliveries, allowance, take
        self._largest = largest
        self.credit, self.delivery_count = CREDIT, 0
        self._first: Transfer | None = None
        self._settled = False
        self._held = bytearray()
        self._size = 0

    @property
    def state(self) -> LinkState:
        """Where it stands."""
        return self.handle, self.delivery_count, self.credit

    def opened(self) -> None:
        """The client knows of the link: let it send."""
        self._deliveries.tell(self.state)

    def receive(self, transfer: Transfer, payload: bytes) -> None:
        """Take one frame. Raises Refused when the link must be detached."""
        first = self._first or transfer
        if self._first is None:
            if self.credit <= 0 or transfer.delivery is None:
                raise Refused("amqp:link:transfer-limit-exceeded", "A transfer without credit or delivery id.")
            self._first, self._settled = transfer, False
        self._settled = self._settled or transfer.settled
        self._size += len(payload)
        if self._size <= self._largest:
            self._allowance.hold(len(payload))
            self._held += payload
        else:
            self._let_go()
        if transfer.more and not transfer.aborted:
            return
        message, size = bytes(self._held), self._size
        self._let_go()
        self._first, self._size = None, 0
        self.delivery_count, self.credit = (self.delivery_count + 1) & _WRAP, self.credit - 1
        if not transfer.aborted:
            state = self._outcome(message, size, first.message_format)
            if not self._settled:
                self._deliveries.settle(first.delivery or 0, state)
        if self.credit < CREDIT // 2:
            self.credit = CREDIT
            self._deliveries.tell(self.state)

    def close(self) -> None:
        """Let go what is held."""
        self._let_go()

    def _let_go(self) -> None:
        self._allowance.release(len(self._held))
        self._held = bytearray()

    def _outcome(self, message: bytes, size: int, message_format: int) -> bytes:
        try:
            if size > self._largest:
                raise Refused(
                    "amqp:link:message-size-exceeded",
                    f"The received message (size {size} bytes) exceeds the limit ({self._largest} bytes).",
                )
            self._take(message, message_format)
        except Refused as refused:
            return outgoing.rejected(refused)
        except DecodeError as error:
            return outgoing.rejected(Refused("amqp:decode-error", str(error)))
        return outgoing.ACCEPTED


class OutgoingLink:
    """Messages to the client, as many as it has given credit for."""

    def __init__(self, deliveries: Deliveries, handle: int, node: str, target: str) -> None:
        self.handle, self.node, self.target, self._deliveries = handle, node, target, deliveries
        self.credit = self.delivery_count = 0

    @property
    def state(self) -> LinkState:
        """Where it stands."""
        return self.handle, self.delivery_count, self.credit

    def opened(self) -> None:
        """The client knows of the link."""

    def grant(self, flow: Flow) -> None:
        """Take the client's credit and send; what is left goes if it drains the link."""
        self.credit = (flow.delivery_count + flow.credit - self.delivery_count) & _WRAP
        self.pump()
        if flow.drain:
            self.delivery_count, self.credit = (self.delivery_count + self.credit) & _WRAP, 0

    def pump(self) -> None:
        """Send what waits."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go what is held."""

    def _frames(self, message: bytes) -> list[bytes]:
        """The frames of a message, counted as sent; none while there is no credit or window for it."""
        frames = self._deliveries.frames(self.handle, self.delivery_count, message) if self.credit > 0 else []
        if frames:
            self.delivery_count, self.credit = (self.delivery_count + 1) & _WRAP, self.credit - 1
        return frames


class Replies(OutgoingLink):
    """Answers of `$cbs` or `$management`."""

    def __init__(self, deliveries: Deliveries, handle: int, node: str, target: str) -> None:
        super().__init__(deliveries, handle, node, target)
        self._waiting: collections.deque[bytes] = collections.deque()

    def answer(self, message: bytes) -> None:
        """Send an answer as soon as there is credit. Raises Refused when too many wait."""
        if len(self._waiting) >= _MOST_REPLIES:
            raise Refused("amqp:resource-limit-exceeded", "Too many answers wait for credit.")
        self._waiting.append(message)
        self.pump()

    def pump(self) -> None:
        """Send what waits."""
        while self._waiting and (frames := self._frames(self._waiting[0])):
            self._waiting.popleft()
            self._deliveries.write(b"".join(frames))


class Dismissal(OutgoingLink):
    """A reader that is let in only to be told why it can't read.

    Were the link refused at once, azure-eventhub 5.15 would keep the reason to itself, and try again for ever.
    """

    def __init__(
        self, deliveries: Deliveries, handle: int, reason: Refused, drop: Callable[[OutgoingLink, Refused], None]
    ) -> None:
        super().__init__(deliveries, handle, "", "")
        self._reason, self._drop = reason, drop

    def opened(self) -> None:
        """Say why, and detach."""
        self._drop(self, self._reason)

    def pump(self) -> None:
        """Nothing is sent."""


class EventStream(OutgoingLink):
    """The events of a partition, from a place in its log on."""

    def __init__(
        self,
        deliveries: Deliveries,
        handle: int,
        log: EventLog,
        cursor: Cursor,
        *,
        allowed: Callable[[], None],
        metrics: Callable[[], bytes],
        drop: Callable[[OutgoingLink, Refused], None],
    ) -> None:
        """`allowed` raises Refused when the reader's token has run out; `metrics` goes with every event.

        `drop` detaches this link, with the reason.
        """
        super().__init__(deliveries, handle, "", "")
        self._log, self._cursor, self._allowed, self._metrics, self._drop = log, cursor, allowed, metrics, drop
        self.reader: Reader | None = None
        self.leave: Callable[[], None] = lambda: None

    def pump(self) -> None:
        """Send events while there is credit and the client reads."""
        try:
            self._allowed()
        except Refused as refused:
            self._drop(self, refused)
            return
        while self.credit > 0 and self._deliveries.client_reads:
            events = self._log.read(self._cursor, min(self.credit, _EVENTS_AT_ONCE))
            metrics = self._metrics() if events else b""
            sending: list[bytes] = []
            for event, after in events:
                frames = self._frames(event.head + metrics + event.body)
                if not frames:
                    break
                sending += frames
                self._cursor = after
            if not sending:
                return
            self._deliveries.write(b"".join(sending))

    def dismiss(self, error: Refused) -> None:
        """Another reader has taken over."""
        self._drop(self, error)

    def close(self) -> None:
        """No more events are wanted."""
        self.leave()
