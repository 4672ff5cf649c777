"""What of a PNG is no picture, as far as it would keep the picture from being read (PNG specification, 11.3)."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_WORDS = frozenset((b"iCCP", b"iTXt", b"tEXt", b"zTXt"))
_MOST_BYTES = 1024
_HEAD, _CHECKSUM = 8, 4


def without_words(content: bytes) -> bytes:
    """Without its colour profile and texts, where these are more than a little: Pillow refuses the picture for them."""
    if not content.startswith(SIGNATURE):
        return content
    kept, start = [SIGNATURE], len(SIGNATURE)
    while start < len(content):
        kind = content[start + 4 : start + _HEAD]
        if kind == b"IDAT":  # the picture itself: what follows it is not read before it
            break
        length = int.from_bytes(content[start : start + 4])
        end = start + _HEAD + length + _CHECKSUM
        if kind not in _WORDS or length <= _MOST_BYTES:
            kept.append(content[start:end])
        start = end
    return b"".join((*kept, content[start:]))
