"""Faces put together by person."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from face_api.faces.template import Vector
from face_api.memory.templates import SAME_PERSON


def group_faces(face_ids: Sequence[str], vectors: Vector) -> tuple[list[list[str]], list[str]]:
    """(groups of two or more, largest first; faces like no other). vectors: [N, 1024], each of length 1.

    Average linkage: the two groups whose faces are nearest to one another on average are joined until that average is
    beyond what two faces of a person have, so that one face between two people does not make them one.
    """
    distances = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * (vectors @ vectors.T)).astype(np.float64))
    np.fill_diagonal(distances, np.inf)
    sizes = np.ones(len(face_ids))
    owner = np.arange(len(face_ids))
    while len(face_ids) > 1:
        one, other = np.unravel_index(int(np.argmin(distances)), distances.shape)
        if distances[one, other] > SAME_PERSON:
            break
        weights = sizes[one], sizes[other]
        joined = (weights[0] * distances[one] + weights[1] * distances[other]) / sum(weights)
        distances[one], distances[:, one] = joined, joined
        distances[other], distances[:, other] = np.inf, np.inf
        distances[one, one] = np.inf
        sizes[one] += sizes[other]
        owner[owner == other] = one
    members: defaultdict[int, list[str]] = defaultdict(list)
    for face_id, group in zip(face_ids, owner.tolist(), strict=True):
        members[group].append(face_id)
    groups = sorted((ids for ids in members.values() if len(ids) > 1), key=lambda ids: -len(ids))
    return groups, [ids[0] for ids in members.values() if len(ids) == 1]
