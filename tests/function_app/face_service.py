"""A Face API over HTTP whose answers a test decides: instant, or 429, 500, slow, garbage.

    python -m tests.function_app.face_service [--port N]     a process of its own, for drills; logs `ready` with `port`

It reads how many faces a picture has, and what each looks like, from the picture's own bytes (see `picture_of`), so
that a test knows which events must come out. `POST /mode {"mode": …}` changes the mode of the running service.
"""

import argparse
import json
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

KEY = "the-face-api-key"
MEMORY = "shop"
EMOTIONS = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
GARBAGE = b'[{"faceId": "not-an-id", "faceRectangle": {"top": 1'


def face(
    age: float = 34.5678, gender: str = "female", emotion: str = "happiness", visit: str = "new"
) -> dict[str, Any]:
    """How one face of a picture shall be answered."""
    return {"age": age, "gender": gender, "emotion": emotion, "visit": visit}


def picture_of(*faces: dict[str, Any], padding: int = 2000) -> bytes:
    """Bytes that stand for a picture with these faces."""
    return b"PICTURE" + json.dumps(faces).encode() + b"\n" + b"\xff" * padding


class FaceService:
    """The service, in threads of this process while the `with` block runs."""

    def __init__(self, port: int = 0) -> None:
        self.mode = "instant"
        self.asked = self.detects = self.observes = self.refused = 0
        self.queries: list[str] = []
        self.bodies: list[Any] = []
        self.face_ids: list[str] = []
        self._visits: dict[str, dict[str, Any]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve_forever(self) -> None:
        """Serve in this thread."""
        self._server.serve_forever()

    def detect(self, picture: bytes, query: str) -> tuple[int, Any]:
        """As the contract's detect does."""
        self.detects += 1
        self.queries.append(query)
        if picture.startswith(b"\x89PNG"):
            return 200, []
        if not picture.startswith(b"PICTURE"):
            return 400, {"error": {"code": "InvalidImage", "message": "Decoding error, image format unsupported."}}
        wanted = query.partition("returnFaceAttributes=")[2].partition("&")[0].split(",")
        found = [self._detected(each, wanted) for each in json.loads(picture[7 : picture.index(b"\n")])]
        if "returnFaceId=false" in query:
            for one in found:
                del one["faceId"]
        return 200, found

    def _detected(self, each: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
        face_id = str(uuid.uuid4())
        self.face_ids.append(face_id)
        self._visits[face_id] = {"faceId": face_id, "visit": each["visit"], "firstAtCamera": each.get("first", True)}
        emotion = dict.fromkeys(EMOTIONS, 0.0125) | {each["emotion"]: 0.9125}
        known = {"age": each["age"], "gender": each["gender"], "emotion": emotion}
        return {
            "faceId": face_id,
            "faceRectangle": {"top": 131313131, "left": 977977977, "width": 177177177, "height": 162162162},
            "faceAttributes": {name: value for name, value in known.items() if name in wanted},
        }

    def observe(self, question: Any) -> tuple[int, Any]:
        """As the visitor memory does."""
        self.observes += 1
        self.bodies.append(question)
        return 200, [self._visits[face_id] for face_id in question["faceIds"]]


def _handler(service: FaceService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # one write an answer

        def do_GET(self) -> None:
            self._answer(200 if service.mode == "instant" else 503, {"status": service.mode})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == "/mode":
                service.mode = json.loads(body)["mode"]
                self._answer(200, {})
            elif self.headers.get("Ocp-Apim-Subscription-Key") != KEY:
                service.refused += 1
                self._answer(401, {"error": {"code": "401", "message": "Access denied."}})
            else:
                self._in_mode(body)

        def _in_mode(self, body: bytes) -> None:
            service.asked += 1
            if service.mode == "leisurely":
                time.sleep(1)
            match service.mode:
                case "throttled":
                    self._answer(429, {"error": {"code": "429", "message": "Too many."}}, {"Retry-After": "2"})
                case "failing":
                    self._answer(500, {"error": {"code": "Internal", "message": "Broken."}})
                case "garbage":
                    self._send(200, GARBAGE, {})
                case "slow":
                    time.sleep(30)
                case _ if self.path.startswith("/face/v1.0/detect?"):
                    self._answer(*service.detect(body, self.path.partition("?")[2]))
                case _ if self.path == f"/visitors/v1/{MEMORY}/observe":
                    self._answer(*service.observe(json.loads(body)))
                case _:
                    self._answer(404, {"error": {"code": "NotFound", "message": "No such path."}})

        def _answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
            self._send(status, json.dumps(body).encode(), headers or {})

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    service = FaceService(parser.parse_args().port)
    sys.stderr.write(json.dumps({"event": "ready", "port": service.port}) + "\n")
    sys.stderr.flush()
    service.serve_forever()
