"""What a link can be opened to: a hub or partition to send to, a partition to read, `$cbs`, `$management`."""

from typing import TYPE_CHECKING

from local.event_hubs.amqp import encode
from local.event_hubs.amqp.decode import Described
from local.event_hubs.amqp.incoming import Attach
from local.event_hubs.amqp.messages import DELIVERY_ANNOTATIONS, answer, events_of, request_of
from local.event_hubs.broker.access import Right
from local.event_hubs.broker.event_log import EventLog, Storable
from local.event_hubs.broker.namespace import not_found
from local.event_hubs.broker.position import position
from local.event_hubs.broker.readers import Reader
from local.event_hubs.errors import Refused
from local.event_hubs.wire.link import EventStream, IncomingLink, OutgoingLink, Replies
from local.event_hubs.wire.requests import CBS, MANAGEMENT, respond

if TYPE_CHECKING:
    from local.event_hubs.wire.session import Session

_SELECTOR = "apache.org:selector-filter:string"
_EPOCH = "com.microsoft:epoch"
_METRICS = "com.microsoft:enable-receiver-runtime-metric"


def open_link(session: "Session", asked: Attach) -> IncomingLink | OutgoingLink:
    """The link that a client asks for. Raises Refused."""
    node = asked.source.address if asked.client_receives else asked.target.address
    if node in (CBS, MANAGEMENT):
        if asked.client_receives:
            return Replies(session, asked.handle, node, asked.target.address)
        return _requests(session, asked.handle, node)
    return _reader(session, asked, node) if asked.client_receives else _writer(session, asked.handle, node)


def _requests(session: "Session", handle: int, node: str) -> IncomingLink:
    def take(message: bytes, _: int) -> None:
        request = request_of(message)
        replies = session.replies(node, request.reply_to)
        if not isinstance(replies, Replies):
            raise Refused("amqp:precondition-failed", "There is no link for the answer.")
        status, description, body = respond(session.namespace, session.grants, node, request)
        replies.answer(answer(request, status, description, body))

    return IncomingLink(session, handle, take)


def _writer(session: "Session", handle: int, node: str) -> IncomingLink:
    place, hub, partition = session.namespace.find(node)
    session.grants.require(place.path, Right.SEND)

    def take(message: bytes, message_format: int) -> None:
        session.grants.require(place.path, Right.SEND)
        events = events_of(message, message_format)
        session.namespace.throttle.admit(len(events))
        chosen = partition or hub.choose(events[0].key)
        chosen.keep([Storable(event.head, len(event.head) + len(event.rest), event.stamped) for event in events])

    return IncomingLink(session, handle, take)


def _reader(session: "Session", asked: Attach, node: str) -> EventStream:
    place, hub, partition = session.namespace.find(node)
    session.grants.require(place.path, Right.LISTEN)
    if partition is None or place.group not in hub.groups:
        raise not_found(node)
    start = position(_selector(asked))
    log = partition.log
    stream = EventStream(
        session,
        asked.handle,
        log,
        log.end if start.field is None else log.after(start.field, start.value),
        allowed=lambda: session.grants.require(place.path, Right.LISTEN),
        metrics=(lambda: _runtime_metrics(log, session.namespace.now())) if _METRICS in asked.desired else bytes,
    )
    reader = Reader(place.group or "", _epoch(asked), stream.pump, stream.dismiss)
    readers = partition.readers
    readers.admit(reader)
    stream.leave = lambda: readers.remove(reader)
    return stream


def _selector(asked: Attach) -> str | None:
    value = asked.source.filters.get(_SELECTOR)
    value = value.value if isinstance(value, Described) else value
    return value.decode(errors="replace") if isinstance(value, bytes) else value if isinstance(value, str) else None


def _epoch(asked: Attach) -> int | None:
    epoch = asked.properties.get(_EPOCH, asked.properties.get(_EPOCH.encode()))
    return epoch if type(epoch) is int else None


def _runtime_metrics(log: EventLog, now: float) -> bytes:
    """The newest event of the partition, as delivery annotations."""
    last = log.last
    pairs = [
        encode.symbol("last_enqueued_sequence_number") + encode.long(last.sequence if last else -1),
        encode.symbol("last_enqueued_offset") + encode.string(str(last.offset if last else -1)),
        encode.symbol("last_enqueued_time_utc") + encode.timestamp(last.enqueued_ms if last else 0),
        encode.symbol("runtime_info_retrieval_time_utc") + encode.timestamp(int(now * 1000)),
    ]
    return encode.described(DELIVERY_ANNOTATIONS, encode.mapping(pairs))
