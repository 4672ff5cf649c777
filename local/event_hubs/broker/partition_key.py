"""Which partition a partition key leads to: as Event Hubs does it, since buffered producers work it out by themselves.

The hash is Bob Jenkins' lookup3 (hashlittle2, public domain, 2006), of which both halves are folded to 16 bits with a
sign.
"""

import struct

_WORD = 0xFFFFFFFF
_MIX = ((4, 2), (6, 0), (8, 1), (16, 2), (19, 0), (4, 1))
_FINAL = ((2, 1, 14), (0, 2, 11), (1, 0, 25), (2, 1, 16), (0, 2, 4), (1, 0, 14), (2, 1, 24))


def partition_number(key: str, partitions: int) -> int:
    """The number of the partition, 0 up to `partitions`."""
    first, second = _lookup3(key.encode())
    folded = (first ^ second) & 0xFFFF
    signed = folded - 0x10000 if folded & 0x8000 else folded
    return abs(signed) % partitions


def _lookup3(data: bytes) -> tuple[int, int]:
    state = [(0xDEADBEEF + len(data)) & _WORD] * 3
    if not data:
        return state[2], state[1]
    padded = data.ljust(-(-len(data) // 12) * 12, b"\0")
    blocks = list(struct.iter_unpack("<III", padded))
    for block in blocks[:-1]:
        _add(state, block)
        _mix(state)
    _add(state, blocks[-1])
    for target, source, turn in _FINAL:
        state[target] = ((state[target] ^ state[source]) - _turned(state[source], turn)) & _WORD
    return state[2], state[1]


def _add(state: list[int], block: tuple[int, ...]) -> None:
    state[:] = [(word + more) & _WORD for word, more in zip(state, block, strict=True)]


def _mix(state: list[int]) -> None:
    for step, (turn, source) in enumerate(_MIX):
        target, other = step % 3, (source + 2) % 3
        state[target] = ((state[target] - state[source]) & _WORD) ^ _turned(state[source], turn)
        state[source] = (state[source] + state[other]) & _WORD


def _turned(word: int, bits: int) -> int:
    return ((word << bits) | (word >> (32 - bits))) & _WORD
