"""MQTT packets and topics: what is sent reads back, and no bytes do worse than raise PacketMalformed."""

import contextlib
import socket
import ssl
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.iot_edge import tokens
from local.iot_edge.errors import AccessDenied, PacketMalformed
from local.iot_edge.identity import HUB_NAME, Identity
from local.iot_edge.mqtt import packets, topics
from tests.local_iot_edge.conftest import Served

IDENTITY = Identity("device", "edge", "1", b"k" * 32)


def text(value: str) -> bytes:
    return len(value.encode()).to_bytes(2) + value.encode()


def connect_packet(client_id: str, user: str, password: str) -> bytes:
    body = text("MQTT") + b"\x04\xc0\x00\x3c" + text(client_id) + text(user) + text(password)
    size = len(body)
    return bytes((0x10, size & 0x7F | 0x80, size >> 7)) + body


def token(identity: Identity, expiry: int, resource: str | None = None) -> str:
    resource = resource or identity.resource
    signature = tokens.sign(identity.key, f"{quote(resource, safe='')}\n{expiry}".encode())
    return f"SharedAccessSignature sr={quote(resource, safe='')}&sig={quote(signature, safe='')}&se={expiry}"


@given(st.text(min_size=1, max_size=200), st.binary(max_size=20_000))
def test_a_message_reads_back_as_it_was_sent(topic: str, body: bytes) -> None:
    encoded = packets.publish(topic, body)
    size, digits = 0, 0
    while True:
        digit = encoded[1 + digits]
        size |= (digit & 0x7F) << 7 * digits
        digits += 1
        if not digit & 0x80:
            break

    assert size == len(encoded) - 1 - digits
    assert packets.packet(encoded[0], encoded[1 + digits :]) == packets.Publish(topic, body, None)


@given(st.integers(0, 255), st.binary(max_size=100))
def test_no_packet_does_worse_than_be_malformed(head: int, body: bytes) -> None:
    with contextlib.suppress(PacketMalformed):
        packets.packet(head, body)


@given(st.text(max_size=80))
def test_no_topic_does_worse_than_be_malformed(topic: str) -> None:
    for each in (
        topic,
        f"$iothub/{topic}",
        f"$iothub/methods/res/{topic}",
        f"devices/d/modules/m/messages/events/{topic}",
    ):
        with contextlib.suppress(PacketMalformed):
            topics.meaning(each, "d/m")


def test_topics_mean_what_iot_hub_says() -> None:
    assert topics.meaning("$iothub/twin/GET/?$rid=a1", "d/m") == topics.GetTwin("a1")
    assert topics.meaning("$iothub/twin/PATCH/properties/reported/?$rid=2", "d/m") == topics.PatchReported("2")
    assert topics.meaning("$iothub/methods/res/200/?$rid=9", "d/m") == topics.MethodAnswer("9", 200)
    assert topics.meaning("devices/d/modules/m/messages/events/%24.on=counts&a=b%20c", "d/m") == topics.Telemetry(
        {"$.on": "counts", "a": "b c"}
    )
    with pytest.raises(PacketMalformed):
        topics.meaning("devices/d/modules/other/messages/events/", "d/m")


def test_subscriptions_take_in_what_they_should() -> None:
    assert topics.matches("$iothub/methods/POST/#", "$iothub/methods/POST/ping/?$rid=1")
    assert topics.matches("a/+/c", "a/b/c")
    assert not topics.matches("a/+", "a/b/c")
    assert not topics.matches("a/b/c", "a/b")


def test_a_token_is_good_for_its_module_until_it_runs_out() -> None:
    assert tokens.check(token(IDENTITY, 100), IDENTITY, 99.0) == 100.0
    for bad, says in (
        (token(IDENTITY, 100).replace("sig=", "sig=A"), "signature"),
        (token(IDENTITY, 100, f"{HUB_NAME}/devices/device/modules/other"), "another resource"),
        (token(IDENTITY, 99), "expired"),
        ("Bearer x", "expected"),
        ("SharedAccessSignature " + "a" * 5000, "expected"),
    ):
        with pytest.raises(AccessDenied, match=says):
            tokens.check(bad, IDENTITY, 99.0)


@given(st.text(max_size=100))
def test_no_token_does_worse_than_be_denied(noise: str) -> None:
    for each in (noise, f"SharedAccessSignature {noise}", f"SharedAccessSignature sr={noise}&sig={noise}&se={noise}"):
        with pytest.raises(AccessDenied):
            tokens.check(each, IDENTITY, 0.0)


@contextlib.contextmanager
def peer(served: Served):  # type: ignore[no-untyped-def]
    """A TLS connection to the gateway that trusts its root."""
    about = served.running
    context = ssl.create_default_context(cafile=about.root_certificate)
    with (
        socket.create_connection((about.gateway, 8883), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=about.gateway) as secure,
    ):
        yield secure


def identity_of(served: Served) -> Identity:
    import base64

    about = served.running
    module = about.modules[served.module]
    return Identity(about.device, served.module, module.generation, base64.b64decode(module.key))


def signed_in(secure: ssl.SSLSocket, identity: Identity, expiry: int) -> bytes:
    secure.sendall(
        connect_packet(identity.client_id, f"{HUB_NAME}/{identity.client_id}/?api-version=1", token(identity, expiry))
    )
    return secure.recv(4)


def test_a_connection_ends_when_its_token_runs_out(served: Served) -> None:
    with peer(served) as secure:
        assert signed_in(secure, identity_of(served), int(time.time()) + 2) == b"\x20\x02\x00\x00"
        begin = time.monotonic()
        assert secure.recv(1) == b""
        assert time.monotonic() - begin < 5


def test_of_two_connections_of_one_module_the_newer_stays(served: Served) -> None:
    identity, good = identity_of(served), int(time.time()) + 600
    with peer(served) as older, peer(served) as newer:
        assert signed_in(older, identity, good)[:2] == b"\x20\x02"
        assert signed_in(newer, identity, good)[:2] == b"\x20\x02"
        assert older.recv(1) == b""
        newer.sendall(b"\xc0\x00")
        assert newer.recv(2) == b"\xd0\x00"


def test_who_does_not_sign_in_properly_is_told_so(served: Served) -> None:
    identity = identity_of(served)
    with peer(served) as secure:
        assert signed_in(secure, Identity(identity.device, "nobody", "1", b"x"), 2**31) == b"\x20\x02\x00\x05"


def test_what_is_not_understood_ends_that_connection_alone(served: Served) -> None:
    identity = identity_of(served)
    good = int(time.time()) + 600
    for noise in (
        b"\x10\xff\xff\xff\xff\xff",
        b"\x30\x05\x00\x00abc",
        b"\x36\x10" + text("$iothub/twin/GET/"),
        b"\x82\x02\x00\x01",
        b"\x32\xff\xff\xff\x7f",
        b"\x10\x00",
    ):
        with peer(served) as secure:
            assert signed_in(secure, identity, good)[:2] == b"\x20\x02"
            secure.sendall(noise + bytes(64))
            with contextlib.suppress(OSError):
                while secure.recv(4096):
                    pass
    with peer(served) as secure:
        assert signed_in(secure, identity, good)[:2] == b"\x20\x02"


def test_bytes_that_are_not_tls_end_that_connection_alone(served: Served) -> None:
    with socket.create_connection((served.running.gateway, 8883), timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with contextlib.suppress(OSError):
            while plain.recv(4096):
                pass
    with peer(served) as secure:
        assert signed_in(secure, identity_of(served), 2**31)[:2] == b"\x20\x02"
