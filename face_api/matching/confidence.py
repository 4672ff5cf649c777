"""From a distance of templates to the contract's confidence, 0 … 1, where 0.5 parts same from different."""

from face_api.memory.templates import SAME_PERSON

IDENTICAL = 0.5


def confidence(distance: float) -> float:
    """1 for the same template, 0.5 at the distance up to which two templates are taken for one person, 0 beyond twice
    that; straight in between. It is no probability."""
    return round(max(0.0, 1.0 - IDENTICAL * distance / SAME_PERSON), 5)
