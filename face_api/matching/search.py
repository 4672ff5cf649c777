"""The faces most like a given one."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from face_api.faces.template import Vector
from face_api.matching.confidence import IDENTICAL, confidence


@dataclass(frozen=True)
class Candidate:
    """A face that may show the same person; `confidence` 0 … 1."""

    face_id: str
    confidence: float


def most_similar(
    face: Vector, batches: Iterable[tuple[list[str], Vector]], count: int, *, same_person_only: bool
) -> list[Candidate]:
    """The `count` most similar faces out of batches of (ids, [N, 1024] unit vectors), most similar first.

    same_person_only: only those taken for the same person (the contract's matchPerson), else whatever is nearest.
    """
    best: list[Candidate] = []
    for ids, vectors in batches:
        products = vectors @ face
        for place in np.argsort(-products, kind="stable")[:count].tolist():
            distance = float(np.sqrt(max(0.0, 2.0 - 2.0 * float(products[place]))))
            candidate = Candidate(ids[place], confidence(distance))
            if candidate.confidence >= IDENTICAL or not same_person_only:
                best.append(candidate)
        best = sorted(best, key=lambda candidate: -candidate.confidence)[:count]
    return best
