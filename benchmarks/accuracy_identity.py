"""Is a face known again when the picture changes, and are two people kept apart?"""

import io
import itertools
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from PIL import Image, ImageEnhance
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy_labels import FACES, ONE_WOMAN_TWICE, WEIGHTS, LabelledFace, photographs
from face_api.faces.analysis import FaceAnalyzer
from face_api.faces.template import Vector, distance
from face_api.memory.templates import SAME_PERSON

Change = Callable[[Image.Image], Image.Image]
Templates = dict[LabelledFace, Vector]


def main() -> None:
    """Print how far apart templates are: one face under changes; different people; one woman in two photographs."""
    analyzer = FaceAnalyzer.load(WEIGHTS)
    pictures = photographs()
    plain = _templates(analyzer, pictures, 0.5, _unchanged)
    same: list[float] = []
    table = Table(title=f"The same face, changed: distance to the template at about 104 px (same if ≤ {SAME_PERSON})")
    for column in ("change", "faces found", "mean distance", "largest", "known again"):
        table.add_column(column, justify="left" if column == "change" else "right")
    for name, (scale, change) in CHANGES.items():
        changed = _templates(analyzer, pictures, scale, change)
        distances = [distance(plain[face], vector) for face, vector in changed.items() if face in plain]
        same += distances
        known = sum(d <= SAME_PERSON for d in distances)
        table.add_row(
            name,
            f"{len(distances)}/{len(FACES)}",
            f"{np.mean(distances):.2f}",
            f"{max(distances):.2f}",
            f"{known}/{len(distances)}",
        )
    console = Console()
    console.print(table)
    different = _print_different_people(console, plain)
    _print_thresholds(console, same, different)


def _print_different_people(console: Console, plain: Templates) -> list[float]:
    """Print how near different people come; answer all distances between them."""
    twice = [face for face in plain if (face.photograph, face.nose) in ONE_WOMAN_TWICE]
    pairs = {
        "within a photograph (surely different people)": [
            pair for pair in itertools.combinations(plain, 2) if pair[0].photograph == pair[1].photograph
        ],
        "across photographs (a few may be one person)": [
            pair
            for pair in itertools.combinations(plain, 2)
            if pair[0].photograph != pair[1].photograph and set(pair) != set(twice)
        ],
        "one woman in two photographs": [(twice[0], twice[1])],
    }
    table = Table(title="Pairs of faces")
    for column in ("pairs", "number", "smallest", "mean", f"≤ {SAME_PERSON}"):
        table.add_column(column, justify="left" if column == "pairs" else "right")
    for name, of_kind in pairs.items():
        distances = [distance(plain[one], plain[other]) for one, other in of_kind]
        close = sum(d <= SAME_PERSON for d in distances)
        table.add_row(name, str(len(distances)), f"{min(distances):.2f}", f"{np.mean(distances):.2f}", str(close))
    console.print(table)
    return [distance(plain[one], plain[other]) for of_kind in list(pairs.values())[:2] for one, other in of_kind]


def _print_thresholds(console: Console, same: list[float], different: list[float]) -> None:
    """What other thresholds would do. The last columns extrapolate: distances of strangers as a normal distribution."""
    strangers = NormalDist(float(np.mean(different)), float(np.std(different)))
    table = Table(
        title=f"Thresholds: {len(same)} changed faces, {len(different)} pairs of (almost surely) different women"
    )
    for column in ("same if ≤", "known again", "pairs taken for one", "a stranger among 100 known", "among 1,000"):
        table.add_column(column, justify="right")
    for threshold in (0.70, 0.75, 0.80, 0.85, 0.90, 0.95):
        once = strangers.cdf(threshold)
        table.add_row(
            f"{threshold:.2f}",
            f"{np.mean([d <= threshold for d in same]):.1%}",
            str(sum(d <= threshold for d in different)),
            *(f"{1 - (1 - once) ** known:.1%}" for known in (100, 1000)),
        )
    console.print(table)


def _templates(analyzer: FaceAnalyzer, pictures: list[Image.Image], scale: float, change: Change) -> Templates:
    """The template of each labelled face that is found in the scaled and changed photographs."""
    templates: Templates = {}
    for number, picture in enumerate(pictures, start=1):
        size = (round(picture.width * scale), round(picture.height * scale))
        changed = change(picture.resize(size, Image.Resampling.BOX))
        for found in analyzer.analyze(changed, templates=True, attributes=frozenset()):
            box = found.face.box
            for face in FACES:
                x, y = face.nose[0] * scale, face.nose[1] * scale
                if face.photograph == number and box.x1 < x < box.x2 and box.y1 < y < box.y2 and found.template:
                    templates[face] = found.template.vector
    return templates


def _jpeg(quality: int) -> Change:
    def change(picture: Image.Image) -> Image.Image:
        written = io.BytesIO()
        picture.save(written, "JPEG", quality=quality)
        return Image.open(written).convert("RGB")

    return change


def _brightness(factor: float) -> Change:
    return lambda picture: ImageEnhance.Brightness(picture).enhance(factor)


def _noise(strength: float) -> Change:
    def change(picture: Image.Image) -> Image.Image:
        noise = np.random.default_rng(3).normal(0, strength, (picture.height, picture.width, 3))
        return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))

    return change


def _unchanged(picture: Image.Image) -> Image.Image:
    return picture


CHANGES: dict[str, tuple[float, Change]] = {
    "twice the size (207 px)": (1.0, _unchanged),
    "60 px": (60 / 207, _unchanged),
    "48 px": (48 / 207, _unchanged),
    "36 px": (36 / 207, _unchanged),
    "28 px (below what is remembered)": (28 / 207, _unchanged),
    "JPEG quality 40": (0.5, _jpeg(40)),
    "half as bright": (0.5, _brightness(0.5)),
    "half again as bright": (0.5, _brightness(1.5)),
    "camera noise, σ = 12": (0.5, _noise(12)),
    "48 px, JPEG 60, noise σ = 6": (48 / 207, lambda picture: _jpeg(60)(_noise(6)(picture))),
}

if __name__ == "__main__":
    main()
