"""Zips as they may come from the twin's ModelZipUrl, good and bad."""

import hashlib
import http.server
import io
import json
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def dev_kit_zip(tflite: bytes, labels: str = "person\n") -> bytes:
    """The Vision AI Dev Kit's layout."""
    config = {"MODEL_FILENAME": "model.tflite", "LABELS_NAME": "labels.txt", "NUM_THREADS": 1}
    return zipped(
        {
            "va-snpe-engine-library_config.json": json.dumps(config).encode(),
            "model.tflite": tflite,
            "labels.txt": labels.encode(),
        }
    )


def sha256(content: bytes) -> str:
    """As ModelZipSha256 has it."""
    return hashlib.sha256(content).hexdigest()


@contextmanager
def served(content: bytes, status: int = 200) -> Iterator[str]:
    """An address on loopback that answers with this content."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/model.zip"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
