"""What the sample photographs show, looked at by eye: the ground the accuracy benchmarks stand on, and all of it."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS

WEIGHTS = Path(__file__).resolve().parents[1] / "models" / "weights"


@dataclass(frozen=True, slots=True)
class LabelledFace:
    """A face in a photograph (1…6): where its nose is, in pixels, and whether it smiles (None: hard to say)."""

    photograph: int
    nose: tuple[int, int]
    smiles: bool | None


FACES = (
    LabelledFace(1, (514, 500), None),
    LabelledFace(1, (940, 560), None),
    LabelledFace(1, (1555, 345), True),
    LabelledFace(2, (385, 315), False),
    LabelledFace(2, (975, 370), False),
    LabelledFace(2, (1545, 300), False),
    LabelledFace(3, (675, 485), False),
    LabelledFace(3, (1170, 390), True),
    LabelledFace(3, (1590, 450), True),
    LabelledFace(4, (340, 345), False),
    LabelledFace(4, (745, 215), False),
    LabelledFace(4, (1060, 330), True),
    LabelledFace(4, (1350, 300), True),
    LabelledFace(5, (465, 1040), False),
    LabelledFace(5, (690, 555), False),
    LabelledFace(5, (855, 245), False),
    LabelledFace(5, (1195, 355), None),
    LabelledFace(5, (1500, 555), None),
    LabelledFace(6, (365, 655), True),
    LabelledFace(6, (745, 510), True),
    LabelledFace(6, (1255, 490), False),
    LabelledFace(6, (1590, 450), True),
)
"""All 22 are grown women, by one photographer, close to the camera: no men, no children, nobody over about 45."""

ONE_WOMAN_TWICE = ((1, (1555, 345)), (3, (1170, 390)))
"""Two photographs that seem to be of one woman. Surely different people are those within one photograph."""


def photographs() -> list[Image.Image]:
    """sample1.jpg … sample6.jpg as RGB, about 1920 × 1400 pixels; fetched if they aren't in the user's cache."""
    files = files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), print)
    return [Image.open(file).convert("RGB") for file in files]
