"""What a link can be opened to: a hub or partition to send to, a partition to read, `$cbs`, `$management`."""

from collections.abc import Callable
from dataclasses import dataclass

from local.event_hubs.amqp import encode, outgoing
from local.event_hubs.amqp.decode import Described
from local.event_hubs.amqp.incoming import Attach
from local.event_hubs.amqp.messages import DELIVERY_ANNOTATIONS, answer, events_of, request_of
from local.event_hubs.broker.access import Grants, Right
from local.event_hubs.broker.event_log import EventLog, Storable
from local.event_hubs.broker.namespace import Namespace, not_found
from local.event_hubs.broker.position import position
from local.event_hubs.broker.readers import Reader
from local.event_hubs.errors import Refused
from local.event_hubs.wire.allowance import Allowance
from local.event_hubs.wire.deliveries import Deliveries
from local.event_hubs.wire.link import Dismissal, EventStream, IncomingLink, OutgoingLink, Replies
from local.event_hubs.wire.requests import CBS, MANAGEMENT, respond

_SELECTOR = "apache.org:selector-filter:string"
_EPOCH = "com.microsoft:epoch"
_LARGEST_REQUEST = 16 * 1024
_METRICS = "com.microsoft:enable-receiver-runtime-metric"


@dataclass(frozen=True)
class Place:
    """What a link needs of the session it is opened in."""

    namespace: Namespace
    grants: Grants
    deliveries: Deliveries
    allowance: Allowance
    replies: Callable[[str, str], OutgoingLink | None]
    """The link on which a node's answers go to the client, by node and the address asked for."""
    drop: Callable[[OutgoingLink, Refused], None]
    """Detaches a link, with the reason."""


def open_link(at: Place, asked: Attach) -> IncomingLink | OutgoingLink:
    """The link that a client asks for. Raises Refused."""
    node = asked.source.address if asked.client_receives else asked.target.address
    if node in (CBS, MANAGEMENT):
        if asked.client_receives:
            return Replies(at.deliveries, asked.handle, node, asked.target.address)
        return _requests(at, asked.handle, node)
    if not asked.client_receives:
        return _writer(at, asked.handle, node)
    try:
        return _reader(at, asked, node)
    except Refused as refused:
        return Dismissal(at.deliveries, asked.handle, refused, at.drop)


def _requests(at: Place, handle: int, node: str) -> IncomingLink:
    def take(message: bytes, _: int) -> None:
        request = request_of(message)
        replies = at.replies(node, request.reply_to)
        if not isinstance(replies, Replies):
            raise Refused("amqp:precondition-failed", "There is no link for the answer.")
        status, description, body = respond(at.namespace, at.grants, node, request)
        replies.answer(answer(request, status, description, body))

    return IncomingLink(at.deliveries, at.allowance, handle, take, largest=_LARGEST_REQUEST)


def _writer(at: Place, handle: int, node: str) -> IncomingLink:
    place, hub, partition = at.namespace.find(node)
    at.grants.require(place.path, Right.SEND)

    def take(message: bytes, message_format: int) -> None:
        at.grants.require(place.path, Right.SEND)
        events = events_of(message, message_format)
        at.namespace.throttle.admit(len(events))
        chosen = partition or hub.choose(events[0].key)
        chosen.keep([Storable(event.head, len(event.head) + len(event.rest), event.stamped) for event in events])

    return IncomingLink(at.deliveries, at.allowance, handle, take, largest=outgoing.MAX_MESSAGE_SIZE)


def _reader(at: Place, asked: Attach, node: str) -> EventStream:
    place, hub, partition = at.namespace.find(node)
    at.grants.require(place.path, Right.LISTEN)
    if partition is None or place.group not in hub.groups:
        raise not_found(node)
    log = partition.log
    start = position(_selector(asked))
    start.check_reached(log.last)
    stream = EventStream(
        at.deliveries,
        asked.handle,
        log,
        log.end if start.field is None else log.after(start.field, start.value),
        allowed=lambda: at.grants.require(place.path, Right.LISTEN),
        metrics=(lambda: _runtime_metrics(log, at.namespace.now())) if _METRICS in asked.desired else bytes,
        drop=at.drop,
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
