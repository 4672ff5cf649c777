"""Links as .NET's SDK opens them, whose programs can't be run here (azure-sdk-for-net, AmqpConnectionScope.cs).

Its addresses are a URI's path, with the slash; its filter is described by a number where others write the name; it
names its entity, its owner level and itself among the properties, and asks for what it would like to have.
"""

import pytest

from benchmarks.event_hubs_peer import Peer, Reader
from local.event_hubs.amqp import encode, incoming
from local.event_hubs.amqp.frames import frame
from tests.local_event_hubs.conftest import KEY, Served

FILTER_CODE = 0x137000000A
OWNER_LEVEL = 7


def consumer_link(handle: int, address: str, expression: str) -> bytes:
    """An attach of its consumer."""
    by_number = b"\x00" + encode.ulong(FILTER_CODE) + encode.string(expression)  # described by a wide number
    chosen = encode.symbol("apache.org:selector-filter:string") + by_number
    source = encode.described(0x28, encode.sequence([encode.string(address), *[None] * 6, encode.mapping([chosen])]))
    target = encode.described(0x29, encode.sequence([encode.string("b4ef2cb4-8c94-4b4a-a2f9-ee4a9a3b8c6b")]))
    properties = [
        encode.symbol("com.microsoft:entity-type") + encode.int32(7),
        encode.symbol("com.microsoft:epoch") + encode.long(OWNER_LEVEL),
        encode.symbol("com.microsoft:receiver-name") + encode.string("a consumer"),
    ]
    wished = encode.symbols(["com.microsoft:georeplication", "com.microsoft:enable-receiver-runtime-metric"])
    fields = [encode.string("scope;1:2:3"), encode.uint(handle), encode.TRUE, None, None, source, target]
    return frame(
        0,
        encode.described(
            incoming.ATTACH,
            encode.sequence([*fields, None, None, None, None, None, wished, encode.mapping(properties)]),
        ),
    )


@pytest.mark.parametrize("slash", ["/", ""])
@pytest.mark.parametrize(
    ("expression", "left"),
    [
        ("amqp.annotation.x-opt-offset > '-1'", 3),
        ("amqp.annotation.x-opt-sequence-number > '0'", 2),
        ("amqp.annotation.x-opt-sequence-number >= '1'", 2),
        ("amqp.annotation.x-opt-enqueued-time > '0'", 3),
    ],
)
def test_a_consumer_reads_from_where_its_filter_says(served: Served, slash: str, expression: str, left: int) -> None:
    with Peer(served.port, KEY, served.hub) as peer:
        sender = peer.sender("0")
        for body in (b"a", b"b", b"c"):
            sender.send([body])
        peer.write(consumer_link(50, f"{slash}{served.hub}/ConsumerGroups/$Default/Partitions/0", expression))
        peer.wait_for(incoming.ATTACH)
        Reader(peer, 50).read(left)


def test_its_owner_level_is_heeded(served: Served) -> None:
    address = f"/{served.hub}/ConsumerGroups/$Default/Partitions/0"
    with Peer(served.port, KEY, served.hub) as first:
        first.write(consumer_link(50, address, "amqp.annotation.x-opt-offset > '-1'"))
        first.wait_for(incoming.ATTACH)
        with Peer(served.port, KEY, served.hub) as later:
            later.attach(address, receives=True)  # without a level, while one with a level is there
            with pytest.raises(RuntimeError, match=r"amqp:link:stolen"):
                later.wait_for(incoming.TRANSFER)
