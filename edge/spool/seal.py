"""A picture as bytes that only this module can read: AES-GCM, bound to the file's name."""

import json
import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edge.picture import Picture

NONCE = 12


def seal(picture: Picture, key: bytes, name: str) -> bytes:
    """Nonce, then the encrypted header and JPEG; opens only with the same key and name."""
    header = json.dumps({"name": picture.name, "people": picture.people}).encode()
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, struct.pack(">I", len(header)) + header + picture.jpeg, name.encode())


def unseal(sealed: bytes, key: bytes, name: str) -> Picture | None:
    """The picture; None if these bytes are cut short, changed, moved from another file, or of another key."""
    try:
        plain = AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], name.encode())
    except (InvalidTag, ValueError):
        return None
    size = struct.unpack_from(">I", plain)[0]
    header = json.loads(plain[4 : 4 + size])
    return Picture(header["name"], plain[4 + size :], header["people"])
