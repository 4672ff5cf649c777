"""What a worker process does: look at one picture after the other until nobody asks any more."""

import contextlib
import ctypes
import select
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from face_api.errors import Cancelled, Refused
from face_api.faces.analysis import FaceAnalyzer
from face_api.faces.face import AnalyzedFace, Attribute
from face_api.logs import log_fault
from face_api.pictures.decode import decode


@dataclass(frozen=True, eq=False)
class Question:
    """A picture's bytes, and what is to be said of the faces in it."""

    content: bytes = field(repr=False)
    templates: bool
    attributes: frozenset[Attribute]


@dataclass(frozen=True, eq=False)
class AnalyzedPicture:
    """`scale`: pixels of the picture as it was sent for each pixel of the faces' coordinates; times in seconds."""

    scale: float
    faces: list[AnalyzedFace]
    decoding: float
    analyzing: float


class AnalysisFailed(Refused):
    """A fault of ours, in a worker or the end of one, which has been logged."""

    status = 500
    code = "InternalServerError"


_C_LIBRARY = ctypes.CDLL(None)
_LARGE = 1_200_000
"""Pixels of a picture after which memory is given back: a millisecond's work now, and two for the next such picture."""

GIVEN_UP = None
"""Sent while a question is at work, it ends that work; a worker that is idle passes over it."""


def work(connection: "Connection[Any, Any]", analyzer: FaceAnalyzer) -> None:
    """Says that it is ready, then answers each Question with an AnalyzedPicture, or with the error to be raised."""
    try:
        connection.send(True)
        while True:
            question = connection.recv()
            if question is not GIVEN_UP:
                connection.send(_answer(connection, analyzer, question))
    except (EOFError, OSError):
        return


def _answer(
    connection: "Connection[Any, Any]", analyzer: FaceAnalyzer, question: Question
) -> AnalyzedPicture | Exception:
    def check() -> None:
        if select.select([connection], [], [], 0)[0]:
            raise Cancelled

    start = time.monotonic()
    try:
        picture = decode(question.content, check)
        check()
        decoded = time.monotonic()
        faces = analyzer.analyze(
            picture.pixels, templates=question.templates, attributes=question.attributes, check=check
        )
        analyzed = time.monotonic()
    except (Refused, Cancelled) as error:
        return error
    except Exception as error:  # noqa: BLE001 - a worker outlives whatever one picture does to it
        log_fault(error)
        return AnalysisFailed("a fault of the service; it has been logged")
    scale, large = picture.scale, picture.pixels.width * picture.pixels.height > _LARGE
    del picture
    if large:
        _give_back_memory()
    return AnalyzedPicture(scale, faces, decoded - start, analyzed - decoded)


def _give_back_memory() -> None:
    """What the C library holds for the next picture, some 30 MB after a large one, where it is one that can be told."""
    with contextlib.suppress(AttributeError):
        _C_LIBRARY.malloc_trim(0)
