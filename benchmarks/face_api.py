"""The Face API on a picture of 1,280 pixels with three faces: by stage on one core; over HTTP on one core and two."""

import io
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import httpx
import numpy as np
import psutil
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.face_api_process import KEY_HEADER, FaceApi, face_api_process
from face_api.faces import embedding, emotion, gender
from face_api.faces.alignment import align
from face_api.faces.analysis import FaceAnalyzer
from face_api.faces.embedding import EmbeddingModel
from face_api.faces.emotion import EmotionModel
from face_api.faces.face import Attribute
from face_api.faces.finder import FaceFinder, looks
from face_api.faces.gender import GenderModel
from face_api.pictures.decode import decode
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS
from vision.anchors import BLAZEFACE_BACK_STRIDES
from vision.face_detector import FaceDetector
from vision.face_mesh import FaceMeshModel
from vision.letterbox import letterbox
from vision.runtime import Network

WEIGHTS = Path(os.environ.get("MODELS_DIR") or Path(__file__).resolve().parent.parent / "models" / "weights")
DETECT = "/face/v1.0/detect?returnFaceAttributes=age,gender,emotion"
ROUNDS = 15
PICTURES = 40


def main() -> None:
    """Prints both tables."""
    picture = sample_picture()
    console = Console()
    own_core = {min(os.sched_getaffinity(0))}
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, own_core)
    try:
        console.print(stage_table(picture))
    finally:
        os.sched_setaffinity(0, everywhere)
    console.print(service_table(picture, sorted(everywhere)))


def sample_picture() -> bytes:
    """A photograph of three people at 1,280 × 853, as a JPEG of quality 85."""
    path = files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), lambda _: None)[0]
    with Image.open(path) as photograph:
        saved = io.BytesIO()
        photograph.convert("RGB").resize((1280, 853)).save(saved, "JPEG", quality=85)
    return saved.getvalue()


def median(work: Callable[[], object]) -> float:
    """Milliseconds."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def bare(name: str, runs: int) -> float:
    """Milliseconds of nothing but so many runs of a network."""
    network = Network(WEIGHTS / f"{name}.tflite")
    still = np.zeros(network.input.shape, np.float32)
    return runs * median(lambda: network.run(still))


def bare_looks(picture: Image.Image) -> list[float]:
    """Milliseconds of nothing but the detector's run, for each look at the picture."""
    sides = [look.side for look in looks(picture) if look]
    networks = [Network(WEIGHTS / "face_detector.tflite") for _ in sides]
    inputs = [letterbox(picture, side, max(BLAZEFACE_BACK_STRIDES))[0][None] for side in sides]
    return [
        median(lambda network=network, still=still: network.run(still))  # type: ignore[misc]
        for network, still in zip(networks, inputs, strict=True)
    ]


def stage_table(content: bytes) -> Table:
    """Each stage beside the bare runs of the models in it."""
    picture = decode(content).pixels
    detector, mesh = FaceDetector(WEIGHTS / "face_detector.tflite"), FaceMeshModel(WEIGHTS / "face_mesh.tflite")
    finder = FaceFinder(detector, FaceDetector(WEIGHTS / "face_detector.tflite"), mesh)
    faces = finder.find(picture, lambda: None)
    count, sights = len(faces), bare_looks(picture)
    embedder = EmbeddingModel(WEIGHTS / "face_embedding.tflite")
    feeler = EmotionModel(WEIGHTS / "face_emotion.tflite")
    sexer = GenderModel(WEIGHTS / "face_gender.onnx")
    analyzer = FaceAnalyzer(finder, embedder, sexer, feeler)
    wanted = frozenset({Attribute.AGE, Attribute.GENDER, Attribute.EMOTION})
    chips = [align(picture, face.points, gender.SIZE, gender.PADDING) for face in faces]

    def embed() -> None:
        for face in faces:
            embedder.embed(align(picture, face.points, embedding.SIZE, embedding.PADDING))

    def feel() -> None:
        for face in faces:
            feeler.emotions(align(picture, face.points, emotion.SIZE, emotion.PADDING))

    found = sum(sights) + bare("face_mesh", count)
    embeds, feels = bare("face_embedding", count), bare("face_emotion", 2 * count)
    rows = [
        ("decode", median(lambda: decode(content)), None),
        (f"find: {len(sights)} looks, {count} meshes", median(lambda: finder.find(picture, lambda: None)), found),
        (f"template and age: {count}", median(embed), embeds),
        (f"emotion: {count}, each with its mirror image", median(feel), feels),
        (f"gender: {count}, each with its mirror image, one batch", median(lambda: sexer.male(chips)), None),
    ]
    whole = median(lambda: analyzer.analyze(decode(content).pixels, templates=True, attributes=wanted))
    table = Table(title=f"One core, {picture.width} × {picture.height}, {count} faces")
    for name in ("stage", "ms", "bare models, ms", "share"):
        table.add_column(name, justify="left" if name == "stage" else "right")
    for name, taken, least in (*rows, ("all of it (goal: at most 100 ms)", whole, found + embeds + feels)):
        table.add_row(name, f"{taken:.1f}", f"{least:.1f}" if least else "", f"{taken / whole:.0%}")
    return table


def service_table(content: bytes, cores: list[int]) -> Table:
    """Pictures a second over HTTP, on one core and on two."""
    table = Table(title="Over HTTP")
    for name in ("cores", "pictures/s", "ratio", "p50 ms alone", "RSS MB"):
        table.add_column(name, justify="right")
    first = 0.0
    for count in (1, 2):
        if count > len(cores):
            break
        with face_api_process("--workers", str(count), cores=set(cores[:count])) as service, client(service) as asking:
            alone = median(lambda asking=asking: post(asking, content))  # type: ignore[misc]
            rate = throughput(asking, content, at_once=2 * count)
            memory = psutil.Process(service.process.pid).memory_info().rss / 2**20
        first = first or rate
        table.add_row(str(count), f"{rate:.1f}", f"{rate / first:.2f}", f"{alone:.0f}", f"{memory:.0f}")
    table.caption = "goals: two cores at least 1.8 times one, RSS under 400 MB; the client shares the cores"
    return table


def client(service: FaceApi) -> httpx.Client:
    """One that keeps its connections: making one anew costs the client some 30 ms for certificates it does not need."""
    headers = {KEY_HEADER: service.key, "Content-Type": "application/octet-stream"}
    return httpx.Client(base_url=service.url, headers=headers, timeout=60)


def post(asking: httpx.Client, content: bytes) -> list[Any]:
    """One picture; the faces."""
    faces: list[Any] = asking.post(DETECT, content=content).raise_for_status().json()
    return faces


def throughput(asking: httpx.Client, content: bytes, at_once: int) -> float:
    """Pictures a second with so many requests at once."""
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(lambda _: post(asking, content), range(at_once)))
        start = time.perf_counter()
        list(pool.map(lambda _: post(asking, content), range(PICTURES)))
        return PICTURES / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
