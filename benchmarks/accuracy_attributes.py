"""Gender, age and emotion on the sample photographs: what the models say, against what an eye sees."""

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy_labels import FACES, WEIGHTS, LabelledFace, photographs
from face_api.faces.analysis import FaceAnalyzer
from face_api.faces.face import AnalyzedFace, Attribute

ASKED = frozenset({Attribute.GENDER, Attribute.AGE, Attribute.EMOTION})
SCALES = {"207 px": 1.0, "104 px": 0.5, "60 px": 60 / 207}


def main() -> None:
    """Print one row a size."""
    analyzer = FaceAnalyzer.load(WEIGHTS)
    table = Table(title=f"{len(FACES)} faces of grown women under about 45 (labels by eye)")
    for column in ("mean width", "faces", "read female", "ages read", "mean change of age", "smiles", "no smiles"):
        table.add_column(column, justify="right")
    first: dict[LabelledFace, AnalyzedFace] = {}
    for name, scale in SCALES.items():
        faces = _analyzed(analyzer, scale)
        first = first or faces
        ages = sorted(face.age or 0 for face in faces.values())
        drift = np.mean([abs((faces[face].age or 0) - (first[face].age or 0)) for face in faces if face in first])
        table.add_row(
            name,
            f"{len(faces)}/{len(FACES)}",
            f"{sum((face.male or 0) < 0.5 for face in faces.values())}/{len(faces)}",
            f"{ages[0]:.0f}…{ages[-1]:.0f}, median {ages[len(ages) // 2]:.0f}",
            f"{drift:.1f} years",
            _share(faces, smiles=True),
            _share(faces, smiles=False),
        )
    console = Console()
    console.print(table)
    console.print(
        "smiles: read as happiness where an eye sees a smile; no smiles: read as anything else where it sees none."
    )


def _share(faces: dict[LabelledFace, AnalyzedFace], *, smiles: bool) -> str:
    happy = [
        face.emotions.happiness == max(_strengths(face)) for label, face in faces.items()
        if label.smiles is smiles and face.emotions
    ]  # fmt: skip
    return f"{sum(reading is smiles for reading in happy)}/{len(happy)}"


def _strengths(face: AnalyzedFace) -> list[float]:
    shown = face.emotions
    if shown is None:
        return []
    return [shown.anger, shown.disgust, shown.fear, shown.happiness, shown.neutral, shown.sadness, shown.surprise]


def _analyzed(analyzer: FaceAnalyzer, scale: float) -> dict[LabelledFace, AnalyzedFace]:
    analyzed = {}
    for number, picture in enumerate(photographs(), start=1):
        size = (round(picture.width * scale), round(picture.height * scale))
        scaled = picture.resize(size, Image.Resampling.BOX)
        for found in analyzer.analyze(scaled, templates=False, attributes=ASKED):
            box = found.face.box
            for face in FACES:
                x, y = face.nose[0] * scale, face.nose[1] * scale
                if face.photograph == number and box.x1 < x < box.x2 and box.y1 < y < box.y2:
                    analyzed[face] = found
    return analyzed


if __name__ == "__main__":
    main()
