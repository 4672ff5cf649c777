"""A network of its own for a command, in which every attempt to reach or look up anything is counted.

    unshare --map-root-user --net --mount python -m tests.support.calls_home COMMAND…

There is loopback; a default route to an interface that swallows every packet; and a name server that knows nothing.
So native code is counted too, whatever it is built on. On stdout comes what the command says, then one JSON line:
`status`, `packets` (where to), `lookups` (of what).
"""

import fcntl
import ipaddress
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_KERNELS_OWN = (0, 58)  # of IPv6: multicast reports and router solicitations, which any interface sends
_INTERFACE = "counted0"
_HERE = (
    f"ip address add 198.51.100.2/24 dev {_INTERFACE}",
    f"ip -6 address add 2001:db8::2/64 dev {_INTERFACE} nodad",
    f"ip link set {_INTERFACE} up",
    f"ip route add default dev {_INTERFACE}",
    f"ip -6 route add default dev {_INTERFACE}",
    "ip link set lo up",
)


@dataclass(frozen=True)
class Calls:
    """What a command has tried: addresses that packets went to, and names that were asked for; and what it said."""

    status: int
    packets: list[str]
    lookups: list[str]
    stdout: str = ""
    stderr: str = ""


def calls_of(*command: str, seconds: float = 300) -> Calls:
    """Runs a command in a network of its own; what it has tried."""
    own = ["unshare", "--map-root-user", "--net", "--mount", sys.executable, "-m", "tests.support.calls_home"]
    done = subprocess.run([*own, *command], capture_output=True, text=True, check=False, timeout=seconds)
    sys.stderr.write(done.stderr)
    done.check_returncode()
    said, _, tried = done.stdout.rstrip("\n").rpartition("\n")
    return Calls(**json.loads(tried), stdout=said, stderr=done.stderr)


def destination(packet: bytes) -> str | None:
    """Where an IP packet goes; None for what the kernel sends by itself."""
    if packet[0] >> 4 == 4:
        return str(ipaddress.ip_address(packet[16:20]))
    return None if packet[6] in _KERNELS_OWN else str(ipaddress.ip_address(packet[24:40]))


def name_asked(question: bytes) -> str:
    """The name in a DNS question (RFC 1035, 4.1.2)."""
    labels, place = [], 12
    while length := question[place]:
        labels.append(question[place + 1 : place + 1 + length].decode("ascii", "replace"))
        place += 1 + length
    return ".".join(labels)


def _swallow_packets(packets: list[str]) -> None:
    interface = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(interface, _TUNSETIFF, struct.pack("16sH", _INTERFACE.encode(), _IFF_TUN | _IFF_NO_PI))
    for command in _HERE:
        subprocess.run(command.split(), check=True)

    def read() -> None:
        while True:
            if to := destination(os.read(interface, 65536)):
                packets.append(to)

    threading.Thread(target=read, daemon=True).start()


def _answer_no_name(lookups: list[str]) -> None:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    with tempfile.NamedTemporaryFile("w", delete=False) as settings:
        settings.write("nameserver 127.0.0.1\noptions attempts:1 timeout:1\n")
    Path(settings.name).chmod(0o644)
    over = f"mount --bind {settings.name} {Path('/etc/resolv.conf').resolve()}"
    subprocess.run(over.split(), check=True)

    def answer() -> None:
        while True:
            question, asker = server.recvfrom(4096)
            lookups.append(name_asked(question))
            server.sendto(question[:2] + b"\x81\x83" + question[4:6] + bytes(6) + question[12:], asker)  # no such name

    threading.Thread(target=answer, daemon=True).start()


if __name__ == "__main__":
    seen = Calls(0, [], [])
    _swallow_packets(seen.packets)
    _answer_no_name(seen.lookups)
    status = subprocess.run(sys.argv[1:], check=False).returncode
    sys.stdout.write(json.dumps({"status": status, "packets": seen.packets, "lookups": seen.lookups}) + "\n")
