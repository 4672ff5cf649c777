"""A package registry on loopback for pip (simple index) and npm (package documents): real clients, our packages."""

import base64
import hashlib
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


@dataclass
class Shelf:
    """What the registry offers: path → body; and how often it was asked for anything."""

    bodies: dict[str, bytes] = field(default_factory=dict)
    requests: int = 0
    port: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """Variables that send pip and npm here and nowhere else."""
        return {
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_INDEX_URL": f"http://127.0.0.1:{self.port}/simple/",
            "PIP_NO_CACHE_DIR": "1",
            "npm_config_registry": f"http://127.0.0.1:{self.port}/",
            "npm_config_userconfig": "/dev/null",
        }

    def offer_wheel(self, name: str, version: str, files: dict[str, bytes]) -> None:
        """A wheel with these files."""
        module = name.replace("-", "_")
        info = f"{module}-{version}.dist-info"
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as wheel:
            for path, body in files.items():
                wheel.writestr(path, body)
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
        file = f"{module}-{version}-py3-none-any.whl"
        self.bodies[f"/files/{file}"] = content.getvalue()
        self.bodies[f"/simple/{name}/"] = f'<a href="/files/{file}">{file}</a>'.encode()

    def offer_tarball(self, name: str, version: str, files: dict[str, bytes]) -> None:
        """An npm package with these files."""
        content = io.BytesIO()
        manifest = json.dumps({"name": name, "version": version}).encode()
        with tarfile.open(fileobj=content, mode="w:gz") as tarball:
            for path, body in {"package.json": manifest, **files}.items():
                member = tarfile.TarInfo(f"package/{path}")
                member.size = len(body)
                tarball.addfile(member, io.BytesIO(body))
        file = f"/files/{name.rpartition('/')[2]}-{version}.tgz"
        self.bodies[file] = content.getvalue()
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(content.getvalue()).digest()).decode()
        dist = {"tarball": f"http://127.0.0.1:{self.port}{file}", "integrity": integrity}
        document = {
            "name": name,
            "dist-tags": {"latest": version},
            "versions": {version: {"name": name, "version": version, "dist": dist}},
        }
        self.bodies[f"/{name}"] = json.dumps(document).encode()


@contextmanager
def registry() -> Iterator[Shelf]:
    """Serve a shelf on a free port until the end of the block."""
    shelf = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shelf.requests += 1
            path = unquote(self.path)
            body = shelf.bodies.get(path)
            self.send_response(404 if body is None else 200)
            kind = "text/html" if path.startswith("/simple") else "application/json"
            self.send_header("Content-Type", "application/octet-stream" if path.startswith("/files") else kind)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shelf.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield shelf
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
