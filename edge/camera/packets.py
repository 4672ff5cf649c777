"""Decoding packet by packet, so that a damaged one costs its own pictures and no others."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import av
from av.container import InputContainer
from av.video.stream import VideoStream

MOST_BAD_READS = 1000
"""In a row: then there is nothing more to read. FFmpeg goes on behind damage, but could do so for ever."""


MOST_PIXELS = 40_000_000
"""Of a frame: 8K has 33 million. A damaged or hostile head may claim more than there is memory for."""


@dataclass
class Damage:
    """How much of a source couldn't be decoded."""

    packets: int = 0


def best_video(container: InputContainer, threads: Literal["AUTO", "SLICE"]) -> VideoStream | None:
    """The video that a player would show, ready to be decoded within bounds; None if there is none."""
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream):
        return None
    stream.thread_type = threads
    stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
    return stream


def pictures_in(packet: "av.Packet[VideoStream]", damage: Damage) -> Iterator[av.VideoFrame]:
    """What a packet decodes to; nothing, and counted, if it is damaged."""
    try:
        yield from packet.decode()
    except av.FFmpegError:
        damage.packets += 1


def packets_of(container: InputContainer, stream: VideoStream, damage: Damage) -> "Iterator[av.Packet[VideoStream]]":
    """Every packet that can be read, and at the end the empty one that makes the decoder give up its last pictures.

    A damaged length swallows what lies behind it: where the container's index knows of more, reading goes on there.
    """
    bad, furthest = 0, -1
    resumed_at: int | None = None
    while bad < MOST_BAD_READS:
        try:
            for packet in container.demux(stream):
                bad = 0
                if not packet.size and packet.pts is None:
                    if furthest != resumed_at and _resumed(container, stream, furthest):
                        resumed_at = furthest
                        break
                    yield packet
                    return
                if furthest == resumed_at and (packet.pts or 0) > furthest:  # so there was more
                    damage.packets += 1
                furthest = max(furthest, packet.pts or 0)
                yield packet
            else:
                return
        except av.FFmpegError:
            bad += 1
            damage.packets += 1


def _resumed(container: InputContainer, stream: VideoStream, read_to: int) -> bool:
    """Whether the next packet is one behind `read_to`, in the stream's time base, though reading ended there."""
    if read_to < 0 or stream.duration is None or not stream.average_rate or stream.time_base is None:
        return False
    one = max(1, round(1 / (stream.average_rate * stream.time_base)))
    if read_to + 2 * one >= (stream.start_time or 0) + stream.duration:
        return False
    try:
        container.seek(read_to + one, stream=stream, backward=False)
    except av.FFmpegError:
        return False
    return True
