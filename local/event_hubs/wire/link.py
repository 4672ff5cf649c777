"""Links: messages one way, with credit (part 2.6 of the specification)."""

import collections
from collections.abc import Callable
from typing import TYPE_CHECKING

from local.event_hubs.amqp import outgoing
from local.event_hubs.amqp.incoming import Flow, Transfer
from local.event_hubs.broker.event_log import Cursor, EventLog
from local.event_hubs.broker.readers import Reader
from local.event_hubs.errors import DecodeError, Refused

if TYPE_CHECKING:
    from local.event_hubs.wire.session import Session

CREDIT = 1000
_MOST_REPLIES = 64
_EVENTS_AT_ONCE = 256
_WRAP = 0xFFFFFFFF


class IncomingLink:
    """Messages from the client: put together out of frames, handed to `take`, and the outcome told."""

    def __init__(self, session: "Session", handle: int, take: Callable[[bytes, int], None]) -> None:
        """`take` gets a message and its format; it raises Refused or DecodeError for one that is not taken."""
        self.handle, self._session, self._take = handle, session, take
        self.credit, self.delivery_count = CREDIT, 0
        self._first: Transfer | None = None
        self._settled = False
        self._parts: list[bytes] = []
        self._size = 0

    def receive(self, transfer: Transfer, payload: bytes) -> None:
        """Take one frame. Raises Refused when the link must be detached."""
        first = self._first or transfer
        if self._first is None:
            if self.credit <= 0 or transfer.delivery is None:
                raise Refused("amqp:link:transfer-limit-exceeded", "A transfer without credit or delivery id.")
            self._first, self._settled = transfer, False
        self._settled = self._settled or transfer.settled
        self._size += len(payload)
        if self._size <= outgoing.MAX_MESSAGE_SIZE:
            self._parts.append(payload)
        else:
            self._parts.clear()
        if transfer.more and not transfer.aborted:
            return
        message, size = b"".join(self._parts), self._size
        self._first, self._parts, self._size = None, [], 0
        self.delivery_count, self.credit = (self.delivery_count + 1) & _WRAP, self.credit - 1
        if not transfer.aborted:
            state = self._outcome(message, size, first.message_format)
            if not self._settled:
                self._session.settle(first.delivery or 0, state)
        if self.credit < CREDIT // 2:
            self.credit = CREDIT
            self._session.grant_credit(self)

    def close(self) -> None:
        """Nothing is held."""

    def _outcome(self, message: bytes, size: int, message_format: int) -> bytes:
        try:
            if size > outgoing.MAX_MESSAGE_SIZE:
                raise Refused(
                    "amqp:link:message-size-exceeded",
                    f"A message of {size} bytes is over the limit of {outgoing.MAX_MESSAGE_SIZE}.",
                )
            self._take(message, message_format)
        except Refused as refused:
            return outgoing.rejected(refused)
        except DecodeError as error:
            return outgoing.rejected(Refused("amqp:decode-error", str(error)))
        return outgoing.ACCEPTED


class OutgoingLink:
    """Messages to the client, as many as it has given credit for."""

    def __init__(self, session: "Session", handle: int, node: str, target: str) -> None:
        self.handle, self.node, self.target, self._session = handle, node, target, session
        self.credit = self.delivery_count = 0

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
        frames = self._session.transfer(self, message) if self.credit > 0 else []
        if frames:
            self.delivery_count, self.credit = (self.delivery_count + 1) & _WRAP, self.credit - 1
        return frames


class Replies(OutgoingLink):
    """Answers of `$cbs` or `$management`."""

    def __init__(self, session: "Session", handle: int, node: str, target: str) -> None:
        super().__init__(session, handle, node, target)
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
            self._session.outlet.write(b"".join(frames))


class EventStream(OutgoingLink):
    """The events of a partition, from a place in its log on."""

    def __init__(
        self,
        session: "Session",
        handle: int,
        log: EventLog,
        cursor: Cursor,
        *,
        allowed: Callable[[], None],
        metrics: Callable[[], bytes],
    ) -> None:
        """`allowed` raises Refused when the reader's token has run out; `metrics` goes with every event."""
        super().__init__(session, handle, "", "")
        self._log, self._cursor, self._allowed, self._metrics = log, cursor, allowed, metrics
        self.reader: Reader | None = None
        self.leave: Callable[[], None] = lambda: None

    def pump(self) -> None:
        """Send events while there is credit and the client reads."""
        try:
            self._allowed()
        except Refused as refused:
            self._session.drop(self, refused)
            return
        outlet = self._session.outlet
        while self.credit > 0 and outlet.ready:
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
            outlet.write(b"".join(sending))

    def dismiss(self, error: Refused) -> None:
        """Another reader has taken over."""
        self._session.drop(self, error)

    def close(self) -> None:
        """No more events are wanted."""
        self.leave()
