"""A network camera for tests: RTSP with basic authentication, H.264 in RTP over the same TCP connection or over UDP."""

import base64
import re
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction

import av

from tests.edge.scenes import shop

SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=NAME\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:track\r\n"
)
RATE = 20


@dataclass(frozen=True)
class Habits:
    """How a camera behaves: its session's name, frames between two key frames, how many frames a viewer who comes in
    the middle misses, how much faster than real it sends, and whether it knows UDP alone.

    describe: what it answers instead of its own SDP; it then hangs up at PLAY.
    """

    name: bytes = b"camera"
    gop: int = 10
    missed: int = 0
    haste: float = 1.0
    udp_only: bool = False
    describe: bytes | None = None


class Camera(socketserver.ThreadingTCPServer):
    """Serves one stream to anyone with the right password; `hang_up` ends all connections."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, user: str, password: str, habits: Habits) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.habits = habits
        self.authorization = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.address = f"rtsp://{user}:{password}@127.0.0.1:{self.server_address[1]}/live"
        self.connections: list[socket.socket] = []

    def hang_up(self) -> None:
        """End every connection."""
        while self.connections:
            with suppress(OSError):
                self.connections.pop().shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_: object) -> None:
        """A peer that went away is nothing to speak of."""


class Conversation(socketserver.StreamRequestHandler):
    """One client: OPTIONS, DESCRIBE, SETUP, PLAY, and then packets until someone hangs up."""

    server: Camera
    udp: tuple[str, int] | None = None

    def handle(self) -> None:
        self.server.connections.append(self.connection)
        habits = self.server.habits
        while request := self.rfile.readline().decode():
            headers = dict(iter(self._header, None))
            method, sequence = request.split()[0], headers.get("cseq", "0")
            if method != "OPTIONS" and headers.get("authorization") != self.server.authorization:
                self._answer(sequence, "401 Unauthorized", {"WWW-Authenticate": 'Basic realm="camera"'})
            elif method == "DESCRIBE":
                sdp = SDP.encode().replace(b"NAME", habits.name) if habits.describe is None else habits.describe
                self._answer(sequence, "200 OK", {"Content-Type": "application/sdp"}, sdp)
            elif method == "SETUP":
                self._set_up(sequence, headers.get("transport", ""))
            elif method == "PLAY":
                self._answer(sequence, "200 OK", {"Session": "1"})
                if habits.describe is None:
                    self._stream()
                return
            else:
                self._answer(sequence, "200 OK", {"Public": "OPTIONS, DESCRIBE, SETUP, PLAY"})

    def _header(self) -> tuple[str, str] | None:
        name, colon, value = self.rfile.readline().decode().partition(":")
        return (name.strip().lower(), value.strip()) if colon else None

    def _set_up(self, sequence: str, wanted: str) -> None:
        ports = re.search(r"client_port=(\d+)-", wanted)
        if ports:
            self.udp = (self.client_address[0], int(ports[1]))
            transport = f"RTP/AVP;unicast;client_port={ports[1]}-{int(ports[1]) + 1};server_port=6970-6971"
            self._answer(sequence, "200 OK", {"Transport": transport, "Session": "1"})
        elif self.server.habits.udp_only:
            self._answer(sequence, "461 Unsupported Transport", {})
        else:
            self._answer(sequence, "200 OK", {"Transport": "RTP/AVP/TCP;interleaved=0-1", "Session": "1"})

    def _answer(self, sequence: str, status: str, headers: dict[str, str], body: bytes = b"") -> None:
        lines = [f"RTSP/1.0 {status}", f"CSeq: {sequence}", *(f"{name}: {value}" for name, value in headers.items())]
        self.wfile.write(("\r\n".join([*lines, f"Content-Length: {len(body)}"]) + "\r\n\r\n").encode() + body)

    def _stream(self) -> None:
        habits = self.server.habits
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packets:
            packets.bind(("127.0.0.1", 0))
            packets.setblocking(False)
            with av.open(f"rtp://127.0.0.1:{packets.getsockname()[1]}", "w", format="rtp") as out:
                gop = f"repeat-headers=1:keyint={habits.gop}:min-keyint={habits.gop}:scenecut=0"
                options = {"preset": "ultrafast", "tune": "zerolatency", "x264-params": gop}
                stream = out.add_stream("libx264", rate=RATE, options=options)
                stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
                scenes = [shop(320, 240, seed) for seed in range(7)]
                for number in range(100 * RATE):
                    image = av.VideoFrame.from_ndarray(scenes[number % 7], format="rgb24")
                    image.pts, image.time_base = number, Fraction(1, RATE)
                    out.mux(stream.encode(image))
                    self._forward(packets, heard=number >= habits.missed)
                    time.sleep(1 / RATE / habits.haste if number >= habits.missed else 0)

    def _forward(self, packets: socket.socket, heard: bool) -> None:
        while True:
            try:
                packet = packets.recv(65536)
            except BlockingIOError:
                return
            if heard and self.udp:
                packets.sendto(packet, self.udp)
            elif heard:
                self.wfile.write(b"$" + struct.pack(">BH", 0, len(packet)) + packet)


@contextmanager
def camera(habits: Habits = Habits()) -> Iterator[Camera]:
    """A camera on loopback, for the viewer with the pass-word."""
    with Camera(user="viewer", password="pass-word", habits=habits) as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield served
        finally:
            served.shutdown()
            served.hang_up()
            thread.join()
