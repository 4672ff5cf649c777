"""What `$cbs` (tokens) and `$management` (about hubs and partitions) answer."""

from local.event_hubs.amqp import encode
from local.event_hubs.amqp.messages import Request
from local.event_hubs.broker.access import TOKEN_TYPE, Grants
from local.event_hubs.broker.hub import Hub
from local.event_hubs.broker.namespace import Namespace, partition_of
from local.event_hubs.errors import Refused

CBS, MANAGEMENT = "$cbs", "$management"
_STATUS = {"amqp:not-found": 404, "amqp:unauthorized-access": 401}
Answer = tuple[int, str, bytes]
"""Status code, its description, and the encoded body."""


def respond(namespace: Namespace, grants: Grants, node: str, request: Request) -> Answer:
    """Answer a request to `node`; a refusal becomes a status code."""
    try:
        return _put_token(namespace, grants, request) if node == CBS else _read(namespace, request)
    except Refused as refused:
        return _STATUS.get(refused.condition, 400), f"{refused.condition}: {refused.description}", encode.NULL


def _put_token(namespace: Namespace, grants: Grants, request: Request) -> Answer:
    properties = request.properties
    if properties.get("operation") != "put-token" or properties.get("type") != TOKEN_TYPE:
        return 400, f"Only put-token with {TOKEN_TYPE} is served.", encode.NULL
    grants.add(namespace.check_token(request.body, str(properties.get("name") or "")))
    return 202, "Accepted", encode.NULL


def _read(namespace: Namespace, request: Request) -> Answer:
    properties = request.properties
    name = str(properties.get("name") or "")
    namespace.check_token(properties.get("security_token"), f"sb://localhost/{name}")
    hub = namespace.hub(name)
    match properties.get("operation"), properties.get("type"):
        case "READ", "com.microsoft:eventhub":
            return 200, "OK", _about_hub(hub)
        case "READ", "com.microsoft:partition":
            return 200, "OK", _about_partition(hub, str(properties.get("partition")))
    return 400, "Only READ of com.microsoft:eventhub and com.microsoft:partition is served.", encode.NULL


def _about_hub(hub: Hub) -> bytes:
    return _text_map(
        name=encode.string(hub.name),
        type=encode.string("com.microsoft:eventhub"),
        created_at=encode.timestamp(hub.created_ms),
        partition_count=encode.int32(len(hub.partitions)),
        partition_ids=encode.strings(str(partition.number) for partition in hub.partitions),
        georeplication_factor=encode.int32(1),
    )


def _about_partition(hub: Hub, number: str) -> bytes:
    partition = partition_of(hub, number)
    log, last = partition.log, partition.log.last
    return _text_map(
        name=encode.string(hub.name),
        type=encode.string("com.microsoft:partition"),
        partition=encode.string(str(partition.number)),
        begin_sequence_number=encode.long(log.first_sequence),
        last_enqueued_sequence_number=encode.long(log.next_sequence - 1),
        last_enqueued_offset=encode.string(str(last.offset if last else -1)),
        last_enqueued_time_utc=encode.timestamp(last.enqueued_ms if last else 0),
        is_partition_empty=encode.boolean(last is None),
    )


def _text_map(**values: bytes) -> bytes:
    return encode.mapping([encode.string(name) + value for name, value in values.items()])
