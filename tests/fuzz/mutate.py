"""Bytes that were good, changed at random: as a cable, a careless tool or somebody with a purpose would."""

import random
from collections.abc import Sequence

LENGTHS = (b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"\xff\xff", b"\x80\x00", b"\x00")


def mutated(corpus: Sequence[bytes], words: Sequence[bytes], chance: random.Random) -> bytes:
    """One of the corpus after one to eight changes. words: what is put in now and then."""
    content = bytearray(chance.choice(corpus))
    for _ in range(chance.randint(1, 8)):
        near_head = chance.random() < 0.4
        at = chance.randrange(min(len(content), 600) if near_head and content else len(content) + 1) if content else 0
        length = chance.choice((1, 1, 4, 16, 200))
        match chance.randrange(7):
            case 0:
                content[at : at + 1] = bytes((chance.randrange(256),))
            case 1:
                content[at : at + length] = chance.randbytes(length)
            case 2:
                del content[at : at + length]
            case 3:
                content[at:at] = content[at : at + length] * chance.choice((1, 2, 50))
            case 4:
                content[at : at + 4] = chance.choice(LENGTHS)
            case 5:
                content[at:at] = chance.choice(words or LENGTHS)
            case _:
                del content[len(content) - chance.randrange(min(len(content), 2000) + 1) :]
    return bytes(content)
