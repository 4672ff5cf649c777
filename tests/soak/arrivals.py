"""What has reached storage: written down by the proxy, whoever sent it, so that nobody's word need be taken."""

import hashlib
import threading
from pathlib import Path
from urllib.parse import unquote, urlsplit

from local.azurite import ACCOUNT
from local.stack import CONTAINER

_PREFIX = f"/{ACCOUNT}/{CONTAINER}/"


class Arrivals:
    """Blobs of the pictures' container by name. Their bytes are kept on disk, each once.

    A name may come again once its blob has been dealt with: then it has several contents.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True)
        self._lock = threading.Lock()
        self._digests: dict[str, list[str]] = {}

    def put(self, path: str, body: bytes) -> None:
        """Storage has taken this."""
        url = urlsplit(path)
        if not url.path.startswith(_PREFIX) or "comp=" in url.query:
            return
        digest = hashlib.sha256(body).hexdigest()
        with self._lock:
            digests = self._digests.setdefault(unquote(url.path.removeprefix(_PREFIX)), [])
            if digest not in digests:
                digests.append(digest)
            file = self._folder / digest
            if not file.exists():
                file.write_bytes(body)

    def names(self) -> list[str]:
        """In the order in which they came."""
        with self._lock:
            return list(self._digests)

    def reused(self) -> dict[str, int]:
        """Names under which different bytes came, and how many."""
        return {name: len(digests) for name, digests in self._digests.items() if len(digests) > 1}

    def contents(self, name: str) -> list[bytes]:
        """A blob's bytes, each different ones once."""
        return [(self._folder / digest).read_bytes() for digest in self._digests[name]]
