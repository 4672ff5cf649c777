"""Where the memory's templates are kept and searched; and which of a visitor's templates are worth keeping."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Protocol

from face_api.faces.template import Template, Vector
from face_api.storage.database import Transaction

SAME_PERSON = 0.90
"""The largest distance of two templates that are taken for one person's when two faces are compared."""

PRESENT_WITHIN = 0.85
"""The largest distance at which anybody is recognised: faces of one visit were at most 0.80 apart (docs/models.md)."""

CONSIDERED = 50
"""How many of the nearest templates are looked at: in a crowd so dense that more are near, none is sure."""

_STRANGERS = NormalDist(mu=1.10, sigma=0.072)
_FALSE_MATCHES = 0.05
_CLOSEST_LIMIT = 0.60

KEPT_TEMPLATES = 5
_SURE = 0.75
_SAME_VIEW = 0.35
_BETTER = 1.2


def recognised_within(among: int) -> float:
    """The largest distance at which somebody is taken for one out of so many.

    The more there are, the likelier a stranger resembles one of them. By how far strangers' photographs are apart
    (1.10 ± 0.07, docs/models.md) the limit is set so that a new face is taken for an old one in 1 of 20 cases at most.
    """
    limit = _STRANGERS.inv_cdf(min(0.5, _FALSE_MATCHES / max(1, among)))
    return max(_CLOSEST_LIMIT, min(PRESENT_WITHIN, limit))


@dataclass(frozen=True)
class Match:
    """The template of a visitor that is nearest to a face."""

    visitor: str
    template_id: str
    distance: float


class TemplateStore(Protocol):
    """Keeps templates by memory and visitor.

    A transaction that is passed in holds the memory's lock, and the call is part of it.
    """

    def nearest(self, transaction: Transaction, memory: str, face: Vector, within: float) -> list[Match]:
        """Of the `CONSIDERED` nearest templates within the distance, the nearest of each visitor; nearest first."""

    def of_visitor(self, transaction: Transaction, visitor: str) -> dict[str, float]:
        """The visitor's templates: id → quality."""

    def add(self, transaction: Transaction, memory: str, visitor: str, template: Template) -> None:
        """Keeps one more template."""

    def remove(self, transaction: Transaction, memory: str, template_id: str) -> None:
        """Deletes one template."""

    def remove_visitors(self, transaction: Transaction, memory: str, visitors: Sequence[str]) -> None:
        """Deletes all templates of these visitors of a memory."""

    def scrub(self) -> None:
        """Removes what templates that are gone have left in the files. Called after they went, and at each sweep."""

    def size(self, transaction: Transaction, memory: str) -> int:
        """About how many templates the memory holds."""

    def count(self) -> int:
        """How many templates are kept, over all memories."""


@dataclass(frozen=True)
class Change:
    """What to do with the template of a visitor just recognised: what goes, and whether it is added."""

    add: bool
    remove: str | None = None


def keep(stored: dict[str, float], match: Match, quality: float) -> Change:
    """Keeps the best few views of a visitor.

    A view much like a stored one takes its place if it is clearly better; another view is added while there is room
    and then takes the place of the worst. A match that is not sure adds nothing, and small gains change nothing: so a
    visitor does not wander off, template by template, into a neighbour.
    """
    if match.distance > _SURE or not stored:
        return Change(add=False)
    if match.distance < _SAME_VIEW:
        better = quality > _BETTER * stored.get(match.template_id, 1.0)
        return Change(add=better, remove=match.template_id if better else None)
    if len(stored) < KEPT_TEMPLATES:
        return Change(add=True)
    worst = min(stored, key=lambda template_id: stored[template_id])
    better = quality > _BETTER * stored[worst]
    return Change(add=better, remove=worst if better else None)
