"""MQTT packets and topics: what is sent reads back, and no bytes do worse than raise PacketMalformed."""

import base64
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
from local.shared_access import sign
from tests.local_iot_edge.conftest import Served

IDENTITY = Identity("device", "edge", "1", b"k" * 32)


PATH = "devices/d/modules/m"


def text(value: str) -> bytes:
    return len(value.encode()).to_bytes(2) + value.encode()


def connect_packet(client_id: str, user: str, password: str) -> bytes:
    body = text("MQTT") + b"\x04\xc0\x00\x3c" + text(client_id) + text(user) + text(password)
    size = len(body)
    return bytes((0x10, size & 0x7F | 0x80, size >> 7)) + body


def token(identity: Identity, expiry: int, resource: str | None = None) -> str:
    resource = resource or identity.resource
    signature = sign(identity.key, f"{quote(resource, safe='')}\n{expiry}".encode())
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
            topics.meaning(each, "devices/d/modules/m")


def test_topics_mean_what_iot_hub_says() -> None:
    assert topics.meaning("$iothub/twin/GET/?$rid=a1", PATH) == topics.GetTwin("a1")
    assert topics.meaning("$iothub/twin/PATCH/properties/reported/?$rid=2", PATH) == topics.PatchReported("2")
    assert topics.meaning("$iothub/methods/res/200/?$rid=9", PATH) == topics.MethodAnswer("9", 200)
    assert topics.meaning("devices/d/modules/m/messages/events/%24.on=counts&a=b%20c", PATH) == topics.Telemetry(
        {"$.on": "counts", "a": "b c"}
    )
    with pytest.raises(PacketMalformed):
        topics.meaning("devices/d/modules/other/messages/events/", PATH)


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


def spelled(quoted: str, *, more: str = "") -> str:
    """A token over a resource as an SDK quotes it: what is signed is what is sent."""
    signature = quote(sign(IDENTITY.key, f"{quoted}\n100".encode()), safe="")
    return f"SharedAccessSignature sr={quoted}&sig={signature}&se=100{more}"


@pytest.mark.parametrize(
    ("sender", "sent"),
    [
        ("Python, JavaScript", spelled(f"{HUB_NAME}%2Fdevices%2Fdevice%2Fmodules%2Fedge")),
        ("Java", spelled(f"{HUB_NAME}/devices/device/modules/edge")),
        (".NET, WebUtility", spelled(f"{HUB_NAME}%2Fdevices%2Fdevice%2Fmodules%2Fedge", more="&skn=")),
        ("C, small hex digits", spelled(f"{HUB_NAME}%2fdevices%2fdevice%2fmodules%2fedge", more="&skn=")),
        ("a host in capitals", spelled(f"{HUB_NAME.upper()}/devices/device/modules/edge")),
    ],
)
def test_a_token_is_checked_over_the_bytes_that_its_sender_signed(sender: str, sent: str) -> None:
    assert tokens.check(sent, IDENTITY, 99.0) == 100.0


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
    about = served.running
    module = about.modules[served.module]
    return Identity(about.device, served.module, module.generation, base64.b64decode(module.key))


def signed_in(secure: ssl.SSLSocket, identity: Identity, expiry: int) -> bytes:
    secure.sendall(
        connect_packet(identity.client_id, f"{HUB_NAME}/{identity.client_id}/?api-version=1", token(identity, expiry))
    )
    return secure.recv(4)


def published(topic: str, body: bytes, number: int) -> bytes:
    """A message with quality of service 1, as SDKs send all."""
    rest = text(topic) + number.to_bytes(2) + body
    size, length = len(rest), bytearray()
    while True:
        size, digit = divmod(size, 128)
        length.append(digit | 0x80 if size else digit)
        if not size:
            return b"\x32" + bytes(length) + rest


@pytest.mark.parametrize("topic", ["$iothub/twin/GET/?$rid=1", "$iothub/twin/PATCH/properties/reported/?$rid=1"])
def test_a_request_is_acknowledged_before_it_is_answered(served: Served, topic: str) -> None:
    with peer(served) as secure:
        assert signed_in(secure, identity_of(served), int(time.time()) + 600)[:2] == b"\x20\x02"
        secure.sendall(published(topic, b"{}", 7))
        assert secure.recv(4) == b"\x40\x02\x00\x07"
        assert b"$iothub/twin/res/20" in secure.recv(4096)


@pytest.mark.parametrize(("size", "taken"), [(256 * 1024, True), (256 * 1024 + 1, False)])
def test_a_message_has_256_kilobytes_at_most(served: Served, size: int, taken: bool) -> None:
    identity = identity_of(served)
    with peer(served) as secure:
        assert signed_in(secure, identity, int(time.time()) + 600)[:2] == b"\x20\x02"
        with contextlib.suppress(OSError):  # hung up on while sending
            secure.sendall(published(f"{identity.path}/messages/events/", b"x" * size, 9))
        answer = b""
        with contextlib.suppress(OSError):
            answer = secure.recv(4)
        assert answer == (b"\x40\x02\x00\x09" if taken else b"")


def test_the_device_itself_signs_in(served: Served) -> None:
    about = served.running
    device = Identity(about.device, None, "1", base64.b64decode(about.device_key))
    with peer(served) as secure:
        assert signed_in(secure, device, int(time.time()) + 600)[:2] == b"\x20\x02"
        secure.sendall(published(f"devices/{about.device}/messages/events/", b"{}", 3))
        assert secure.recv(4) == b"\x40\x02\x00\x03"


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
