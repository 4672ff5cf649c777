"""A network camera for tests: RTSP with basic authentication, H.264 in RTP over the same TCP connection."""

import base64
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction

import av

from tests.edge.scenes import shop

SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:track\r\n"
)
RATE = 20


class Camera(socketserver.ThreadingTCPServer):
    """Serves one stream to anyone with the right password; `hang_up` ends all connections."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, user: str, password: str) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
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

    def handle(self) -> None:
        self.server.connections.append(self.connection)
        while request := self.rfile.readline().decode():
            headers = dict(iter(self._header, None))
            method, sequence = request.split()[0], headers.get("cseq", "0")
            if method != "OPTIONS" and headers.get("authorization") != self.server.authorization:
                self._answer(sequence, "401 Unauthorized", {"WWW-Authenticate": 'Basic realm="camera"'})
            elif method == "DESCRIBE":
                self._answer(sequence, "200 OK", {"Content-Type": "application/sdp"}, SDP)
            elif method == "SETUP":
                self._answer(sequence, "200 OK", {"Transport": "RTP/AVP/TCP;interleaved=0-1", "Session": "1"})
            elif method == "PLAY":
                self._answer(sequence, "200 OK", {"Session": "1"})
                self._stream()
                return
            else:
                self._answer(sequence, "200 OK", {"Public": "OPTIONS, DESCRIBE, SETUP, PLAY"})

    def _header(self) -> tuple[str, str] | None:
        name, colon, value = self.rfile.readline().decode().partition(":")
        return (name.strip().lower(), value.strip()) if colon else None

    def _answer(self, sequence: str, status: str, headers: dict[str, str], body: str = "") -> None:
        lines = [f"RTSP/1.0 {status}", f"CSeq: {sequence}", *(f"{name}: {value}" for name, value in headers.items())]
        self.wfile.write(("\r\n".join([*lines, f"Content-Length: {len(body)}"]) + "\r\n\r\n" + body).encode())

    def _stream(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packets:
            packets.bind(("127.0.0.1", 0))
            packets.setblocking(False)
            with av.open(f"rtp://127.0.0.1:{packets.getsockname()[1]}", "w", format="rtp") as out:
                options = {"preset": "ultrafast", "tune": "zerolatency", "g": "10", "x264-params": "repeat-headers=1"}
                stream = out.add_stream("libx264", rate=RATE, options=options)
                stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
                for number in range(100 * RATE):
                    image = av.VideoFrame.from_ndarray(shop(320, 240, seed=number % 7), format="rgb24")
                    image.pts, image.time_base = number, Fraction(1, RATE)
                    out.mux(stream.encode(image))
                    self._forward(packets)
                    time.sleep(1 / RATE)

    def _forward(self, packets: socket.socket) -> None:
        while True:
            try:
                packet = packets.recv(65536)
            except BlockingIOError:
                return
            self.wfile.write(b"$" + struct.pack(">BH", 0, len(packet)) + packet)


@contextmanager
def camera() -> Iterator[Camera]:
    """A camera on loopback, for the viewer with the pass-word."""
    with Camera(user="viewer", password="pass-word") as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield served
        finally:
            served.shutdown()
            served.hang_up()
            thread.join()
