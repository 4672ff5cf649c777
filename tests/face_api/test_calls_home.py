"""The service calls nobody, native code included: counted in a network of its own."""

import sys
from pathlib import Path

from tests.support.calls_home import calls_of

CALLER = """
import socket
for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8:1::1")):
    socket.socket(family, socket.SOCK_DGRAM).sendto(b"x", (address, 9))
try:
    socket.getaddrinfo("telemetry.example", 443)
except socket.gaierror:
    pass
"""


def test_whoever_calls_or_asks_for_a_name_is_counted() -> None:
    calls = calls_of(sys.executable, "-c", CALLER)
    assert (calls.status, calls.packets) == (0, ["192.0.2.1", "2001:db8:1::1"])
    assert set(calls.lookups) == {"telemetry.example"}


def test_under_a_load_the_service_sends_no_packet_and_looks_no_name_up(
    tmp_path: Path, photographs: list[bytes]
) -> None:
    for number, content in enumerate(photographs):
        (tmp_path / f"{number}.jpg").write_bytes(content)
    names = [str(path) for path in sorted(tmp_path.glob("*.jpg"))]
    calls = calls_of(sys.executable, "-m", "tests.face_api.under_load", *names)
    assert (calls.status, calls.packets, calls.lookups) == (0, [], [])
