"""Faces found, missed, reported twice or made up, by size: detector, mesh, and the Face API's finder."""

from collections.abc import Callable

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy_labels import FACES, WEIGHTS, photographs
from face_api.faces.finder import FaceFinder
from vision.boxes import Box
from vision.face_detector import FaceDetector
from vision.face_mesh import FaceMeshModel

LARGE, SMALL = (1920, 1080), (1280, 720)
BACKGROUND = (150, 145, 140)
SIZES = (200, 120, 80, 60, 48, 36, 28)
MEAN_FACE = 207.0
"""Pixels: the mean width of the 22 faces in the photographs as they are."""
Find = Callable[[Image.Image], list[Box]]


def main() -> None:
    """Print the table."""
    detector, mesh = FaceDetector(WEIGHTS / "face_detector.tflite"), FaceMeshModel(WEIGHTS / "face_mesh.tflite")
    finder = FaceFinder.load(WEIGHTS)

    def alone(picture: Image.Image) -> list[Box]:
        return [face.box for face in detector.detect(picture)]

    def with_mesh(picture: Image.Image) -> list[Box]:
        return [face.box for face in detector.detect(picture) if mesh.fit(picture, face).presence >= 0.5]

    def whole_chain(picture: Image.Image) -> list[Box]:
        return [face.box for face in finder.find(picture, lambda: None)]

    console = Console()
    table = Table(title=f"Faces found of {len(FACES)} in a frame (wrong: not on a face, or on one twice)")
    table.add_column("mean width", justify="right")
    ways: dict[str, tuple[Find, tuple[int, int]]] = {
        "detector, 1920×1080": (alone, LARGE),
        "detector + mesh, 1920×1080": (with_mesh, LARGE),
        "Face API, 1920×1080": (whole_chain, LARGE),
        "Face API, 1280×720": (whole_chain, SMALL),
    }
    for name in ways:
        table.add_column(f"{name}: found", justify="right")
        table.add_column("wrong", justify="right")
    for size in SIZES:
        scores = [_score(find, size / MEAN_FACE, frame) for find, frame in ways.values()]
        table.add_row(f"{size} px", *(str(number) for score in scores for number in score))
    console.print(table)
    console.print("The photographs are set into a plain frame at one place each; only women, all near the camera.")


def _score(find: Find, scale: float, size: tuple[int, int]) -> tuple[int, int]:
    """How many labelled faces a way finds at that scale, and how many of its answers are wrong."""
    found = wrong = 0
    for number, photograph in enumerate(photographs(), start=1):
        frame, scaled, origin = _framed(photograph, scale, size)
        left = [
            (origin[0] + face.nose[0] * scaled, origin[1] + face.nose[1] * scaled)
            for face in FACES
            if face.photograph == number
        ]
        for box in find(frame):
            hit = [nose for nose in left if box.x1 < nose[0] < box.x2 and box.y1 < nose[1] < box.y2]
            if len(hit) == 1:
                left.remove(hit[0])
                found += 1
            else:
                wrong += 1
    return found, wrong


def _framed(photograph: Image.Image, scale: float, size: tuple[int, int]) -> tuple[Image.Image, float, tuple[int, int]]:
    """The photograph at a scale (less if it would not fit) in a frame, off its middle."""
    scale = min(scale, size[0] / photograph.width, size[1] / photograph.height)
    small = photograph.resize((round(photograph.width * scale), round(photograph.height * scale)), Image.Resampling.BOX)
    origin = (round((size[0] - small.width) * 0.7), round((size[1] - small.height) * 0.4))
    frame = Image.new("RGB", size, BACKGROUND)
    noise = np.random.default_rng(1).normal(0, 3, (size[1], size[0], 1))
    frame = Image.fromarray(np.clip(np.asarray(frame) + noise, 0, 255).astype(np.uint8))
    frame.paste(small, origin)
    return frame, scale, origin


if __name__ == "__main__":
    main()
