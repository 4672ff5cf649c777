"""The spool's key: from a secret, or made at first start."""

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edge.errors import SpoolUnusable

BYTES = 32


def spool_key(folder: Path, secret: str | None) -> bytes:
    """32 bytes: the secret (base64), or those in `folder/key`, made with mode 0600 if it isn't there.

    A key beside the pictures protects a card or a backup only if `key` isn't on it; give SpoolKey for more.
    Raises SpoolUnusable.
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


def _make(path: Path) -> bytes:
    key = AESGCM.generate_key(BYTES * 8)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise SpoolUnusable(f"{path}: {error.strerror}") from None
    return key


def _checked(key: bytes, path: Path) -> bytes:
    if len(key) != BYTES:
        raise SpoolUnusable(
            f"{path}: not a key of {BYTES} bytes; delete it to start with a new one (pictures are lost)"
        )
    return key
