"""The spool's key: from a secret, or made at first start."""

import base64
import hmac
import os
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edge.errors import SpoolUnusable
from edge.spool import disk
from edge.spool.disk import MAY_PASS

BYTES = 32


def spool_key(folder: Path, secret: str | None) -> bytes:
    """32 bytes: the secret (base64), or those in `folder/key`, made with mode 0600 if it isn't there.

    A key beside the pictures protects a card or a backup only if `key` isn't on it; give SpoolKey for more.
    Raises SpoolUnusable, or OSError if the disk takes no file now.
    """
    if secret:
        return base64.b64decode(secret)
    path = folder / "key"
    try:
        return _checked(path.read_bytes(), path)
    except FileNotFoundError:
        return _make(path)
    except OSError as error:
        raise SpoolUnusable(f"{path}: {error.strerror}") from None


def check_same(folder: Path, key: bytes, anything_waits: bool) -> None:
    """Raises SpoolUnusable if what waits was sealed with another key: with this one all of it would be dropped."""
    path = folder / "key-id"
    ours = hmac.digest(key, b"footfall spool", "sha256")
    try:
        kept = disk.read(path)
    except OSError:
        return
    if anything_waits and kept and not hmac.compare_digest(kept, ours):
        raise SpoolUnusable(
            f"{folder}: what waits here is sealed with another key; give SpoolKey back, or empty the folder to lose it"
        )
    if kept != ours:
        disk.write(path, ours)


def _make(path: Path) -> bytes:
    key = AESGCM.generate_key(BYTES * 8)
    draft = path.with_suffix(".new")
    try:
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        if error.errno in MAY_PASS:
            raise
        raise SpoolUnusable(f"{path}: {error.strerror}") from None
    return key


def _checked(key: bytes, path: Path) -> bytes:
    if len(key) != BYTES:
        raise SpoolUnusable(
            f"{path}: not a key of {BYTES} bytes; delete it to start with a new one (pictures are lost)"
        )
    return key
