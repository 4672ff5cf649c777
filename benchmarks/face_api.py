"""The Face API on a picture of 1,280 pixels with three faces: by stage on one core; over HTTP on one core and two."""

import functools
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
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.face_api_cores import WANTED, bare_rate
from benchmarks.face_api_process import KEY_HEADER, FaceApi, face_api_process
from benchmarks.timing import Timing, on_cores, timed
from face_api.faces import alignment, emotion, gender
from face_api.faces.alignment import align
from face_api.faces.analysis import FaceAnalyzer
from face_api.faces.detector import planes
from face_api.faces.embedding import EmbeddingModel
from face_api.faces.emotion import EmotionModel
from face_api.faces.finder import FaceFinder, shrunk
from face_api.faces.gender import GenderModel
from face_api.faces.onnx_network import OnnxNetwork
from face_api.pictures.decode import decode
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS
from vision.runtime import Network

WEIGHTS = Path(os.environ.get("MODELS_DIR") or Path(__file__).resolve().parent.parent / "models" / "weights")
DETECT = "/face/v1.0/detect?returnFaceAttributes=age,gender,emotion"
ROUNDS = 30
TURNS = 7
PICTURES = 40
SIZES = ((320, 240), (640, 427), (1000, 700), (1441, 1000), (1920, 1080), (1080, 1920), (1920, 1440), (1920, 1920))
WHOLE = "all of it"


def main() -> None:
    """Prints both tables."""
    picture = sample_picture()
    console = Console()
    cores = sorted(os.sched_getaffinity(0))
    with on_cores(cores[:1]):
        console.print(stage_table(picture))
    if len(cores) > 1:
        console.print(service_table(picture, cores))
    else:
        console.print("only one core: what a second one is worth can't be measured here")


def sample_picture() -> bytes:
    """A photograph of three people at 1,280 × 853, as a JPEG of quality 85."""
    path = files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), lambda _: None)[0]
    with Image.open(path) as photograph:
        saved = io.BytesIO()
        photograph.convert("RGB").resize((1280, 853)).save(saved, "JPEG", quality=85)
    return saved.getvalue()


def stage_table(content: bytes) -> Table:
    """Each stage beside the bare runs of the models in it."""
    picture = decode(content).pixels
    finder = FaceFinder.load(WEIGHTS)
    faces = finder.find(picture, lambda: None)
    embedder = EmbeddingModel(WEIGHTS / "face_embedding.tflite")
    feeler = EmotionModel(WEIGHTS / "face_emotion.tflite")
    sexer = GenderModel(WEIGHTS / "face_gender.onnx")
    analyzer = FaceAnalyzer(finder, embedder, sexer, feeler)
    chips = [align(picture, face.points) for face in faces]

    def embed() -> None:
        for chip in chips:
            embedder.embed(chip)

    def feel() -> None:
        for chip in chips:
            feeler.emotions(chip.scaled(emotion.SIZE))

    stages: dict[str, Callable[[], object]] = {
        "decode": lambda: decode(content),
        "find": lambda: finder.find(picture, lambda: None),
        "chips": lambda: [align(picture, face.points) for face in faces],
        "template and age": embed,
        "emotion": feel,
        "gender": lambda: sexer.male([chip.scaled(gender.SIZE, gender.PADDING) for chip in chips]),
        WHOLE: lambda: analyzer.analyze(decode(content).pixels, templates=True, attributes=WANTED),
    }
    bare = bare_runs(picture, len(faces))
    taken = timed({**stages, **bare}, ROUNDS)
    count = len(faces)
    models = {
        "find": taken["face_yunet"] + taken["face_mesh"].times(count),
        "template and age": taken["face_embedding"].times(count),
        "emotion": taken["face_emotion"].times(count),
        "gender": taken["face_gender"],
    }
    models[WHOLE] = sum(models.values(), Timing.none())
    table = Table(title=f"One core, {picture.width} × {picture.height}, {count} faces: ms, least / median of {ROUNDS}")
    for name in ("stage", "ms", "bare models"):
        table.add_column(name, justify="left" if name == "stage" else "right")
    for name in stages:
        table.add_row(name, str(taken[name]), str(models.get(name, "")))
    return table


def bare_runs(picture: Image.Image, faces: int) -> dict[str, Callable[[], object]]:
    """Nothing but one run of each network: the detector's for this picture, the genders' for so many faces."""
    inputs = {
        name: np.full((1, side, side, 3), 0.5, np.float32)
        for name, side in {"face_mesh": 192, "face_embedding": alignment.SIZE, "face_emotion": emotion.SIZE}.items()
    }
    networks = {name: Network(WEIGHTS / f"{name}.tflite") for name in inputs}
    runs: dict[str, Callable[[], object]] = {
        name: functools.partial(networks[name].run, still) for name, still in inputs.items()
    }
    runs["face_yunet"] = functools.partial(OnnxNetwork(WEIGHTS / "face_yunet.onnx").run, planes(shrunk(picture)))
    chips = np.zeros((faces, 3, gender.SIZE, gender.SIZE), np.float32)
    runs["face_gender"] = functools.partial(OnnxNetwork(WEIGHTS / "face_gender.onnx").run, chips)
    return runs


def service_table(content: bytes, cores: list[int]) -> Table:
    """Pictures a second over HTTP, on one core and on two, taking turns; beside them the chain without a service."""
    rates: dict[str, list[float]] = {name: [] for name in ("one", "two", "chain on one", "chain on two")}
    with (
        face_api_process("--workers", "1", cores=set(cores[:1])) as single,
        face_api_process("--workers", "2", cores=set(cores[:2])) as double,
        client(single) as one,
        client(double) as two,
    ):
        ask_alone = {"one": lambda: post(one, content), "two": lambda: post(two, content)}
        alone = timed(ask_alone, ROUNDS)
        for _ in range(TURNS):
            with on_cores(cores[:1]):
                rates["one"].append(throughput(one, content, at_once=2))
            with on_cores(cores[:2]):
                rates["two"].append(throughput(two, content, at_once=4))
            rates["chain on one"].append(bare_rate(WEIGHTS, content, cores[:1]))
            rates["chain on two"].append(bare_rate(WEIGHTS, content, cores[:2]))
        for size in SIZES:
            for asking in (one, two):
                throughput(asking, resized(content, size), at_once=4, pictures=8)
        memory = {"one": single.megabytes(), "two": double.megabytes()}
    table = Table(title=f"Over HTTP: {TURNS} turns")
    for name in ("cores", "pictures/s, median", "best", "times one core's, median of turns", "ms alone", "PSS MB"):
        table.add_column(name, justify="left" if name == "cores" else "right")
    for name, of in rates.items():
        pairs = zip(of, rates["chain on one" if "chain" in name else "one"], strict=True)
        ratio = statistics.median(two / one for two, one in pairs)
        rest = (str(alone[name]), f"{memory[name]:.0f}") if name in alone else ("", "")
        table.add_row(name, f"{statistics.median(of):.1f}", f"{max(of):.1f}", f"{ratio:.2f}", *rest)
    table.caption = (
        "goals: two cores at least 1.9 times one; PSS, after pictures of all sizes, at most 300 MB. The client is on "
        "the same cores. The chain alone, in a process a core, shows what two of this machine's cores are worth"
    )
    return table


def client(service: FaceApi) -> httpx.Client:
    """One that keeps its connections: making one anew costs the client some 30 ms for certificates it does not need."""
    headers = {KEY_HEADER: service.key, "Content-Type": "application/octet-stream"}
    return httpx.Client(base_url=service.url, headers=headers, timeout=60)


def post(asking: httpx.Client, content: bytes) -> list[Any]:
    """One picture; the faces."""
    faces: list[Any] = asking.post(DETECT, content=content).raise_for_status().json()
    return faces


def resized(content: bytes, size: tuple[int, int]) -> bytes:
    """The picture at another size."""
    saved = io.BytesIO()
    with Image.open(io.BytesIO(content)) as picture:
        picture.resize(size).save(saved, "JPEG", quality=85)
    return saved.getvalue()


def throughput(asking: httpx.Client, content: bytes, at_once: int, pictures: int = PICTURES) -> float:
    """Pictures a second with so many requests at once."""
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(lambda _: post(asking, content), range(at_once)))
        start = time.perf_counter()
        list(pool.map(lambda _: post(asking, content), range(pictures)))
        return pictures / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
