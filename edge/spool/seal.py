"""A parcel as bytes that only this module can read: AES-GCM, bound to the file's name."""

import json
import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edge.parcel import Parcel

NONCE = 12


def seal(parcel: Parcel, key: bytes, name: str) -> bytes:
    """Nonce, then the encrypted header and content; opens only with the same key and name."""
    header = json.dumps({"name": parcel.name, "people": parcel.people}).encode()
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, struct.pack(">I", len(header)) + header + parcel.content, name.encode())


def unseal(sealed: bytes, key: bytes, name: str) -> Parcel | None:
    """The parcel; None if these bytes are cut short, changed, moved from another file, or of another key."""
    try:
        plain = AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], name.encode())
    except (InvalidTag, ValueError):
        return None
    size = struct.unpack_from(">I", plain)[0]
    header = json.loads(plain[4 : 4 + size])
    return Parcel(header["name"], plain[4 + size :], header["people"])
