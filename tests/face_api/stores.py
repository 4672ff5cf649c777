"""The stores on either database, with a clock that the test moves, and templates as distant as one likes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from face_api.faces.template import DIMENSIONS, Template, Vector, unit
from face_api.memory.templates import TemplateStore
from face_api.memory.visitors import MemoryRules, Occasion, VisitorMemory
from face_api.memory.visits import Sighting
from face_api.storage.database import Database
from face_api.storage.face_ids import FaceIds

GAP = 3600.0
MEMORY = 30 * 86400.0
MOST = 90 * 86400.0
NOON = 1_777_000_000.0


class Clock:
    """Epoch seconds, as the test says."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> float:
        return self.time


@dataclass
class Stores:
    """A visitor memory and what lies under it."""

    database: Database
    templates: TemplateStore
    face_ids: FaceIds
    visitors: VisitorMemory
    clock: Clock
    folder: Path | None

    @classmethod
    def over(cls, database: Database, templates: Callable[[], TemplateStore], folder: Path | None = None) -> "Stores":
        """On an open database, whose files are in the folder."""
        clock = Clock()
        kept = templates()
        face_ids = FaceIds(database, clock)
        visitors = VisitorMemory(database, kept, face_ids, MemoryRules(GAP, MEMORY, MOST), clock)
        return cls(database, kept, face_ids, visitors, clock, folder)

    def see(
        self, memory: str, observation: str, seen_at: float, *faces: Template, camera: str = "cam-1"
    ) -> list[Sighting]:
        """Detect and observe in one."""
        ids = self.face_ids.add(faces, "recognition_01", 86400)
        return self.visitors.observe(Occasion(memory, observation, seen_at, camera), ids)


def face(person: int, *, turned: float = 0.0, view: int = 0, quality: float = 0.8) -> Template:
    """A template of a person, `turned` away from their front (0 … 1 of the way to a stranger) in one of many views."""
    vector = _direction(person) + turned * _direction(1_000_000 + 1000 * person + view)
    return Template(unit(vector), quality)


def _direction(seed: int) -> Vector:
    return unit(np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32))
