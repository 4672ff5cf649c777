"""What the machine's cores can do: the face chain alone, in a process of its own on each core."""

import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from face_api.faces.analysis import FaceAnalyzer
from face_api.faces.face import Attribute
from face_api.pictures.decode import decode

WANTED = frozenset({Attribute.AGE, Attribute.GENDER, Attribute.EMOTION})


def bare_rate(weights: Path, content: bytes, cores: Sequence[int], seconds: float = 5.0) -> float:
    """Pictures a second, decoded and analyzed, of as many processes as there are cores, all at work at once."""
    start = time.time() + 2.0
    with ProcessPoolExecutor(len(cores), get_context("spawn")) as pool:
        rates = [pool.submit(_rate, weights, content, core, start, seconds) for core in cores]
        return sum(rate.result() for rate in rates)


def _rate(weights: Path, content: bytes, core: int, start: float, seconds: float) -> float:
    os.sched_setaffinity(0, {core})
    analyzer = FaceAnalyzer.load(weights)
    analyzer.analyze(decode(content).pixels, templates=True, attributes=WANTED)
    time.sleep(max(0.0, start - time.time()))
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        analyzer.analyze(decode(content).pixels, templates=True, attributes=WANTED)
        done += 1
    return done / (time.perf_counter() - began)
