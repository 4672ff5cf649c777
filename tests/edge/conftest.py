"""What the tests of the edge module look at: real weights and real photographs."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from edge.gate.faces import FaceCheck
from edge.gate.person_model import PersonModel
from edge.settings import PERSON_MODEL
from models.__main__ import WEIGHTS_FOLDER
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Photographs of groups of people, faces to the camera."""
    folder = tmp_path_factory.mktemp("photographs")
    stored = files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), say=lambda _: None)
    return [
        Path(shutil.copy(file, folder / photograph.name)) for file, photograph in zip(stored, PHOTOGRAPHS, strict=True)
    ]


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of weight files: on LiteRT that which `make models` fills, on tflite-runtime as its image has it."""
    if find_spec("ai_edge_litert"):
        return WEIGHTS_FOLDER
    folder = tmp_path_factory.mktemp("weights")
    for file in WEIGHTS_FOLDER.iterdir():
        (folder / file.name).symlink_to(file)
    (folder / PERSON_MODEL).unlink()
    (folder / PERSON_MODEL).symlink_to(WEIGHTS_FOLDER / "person_detector_float.tflite")
    return folder


@pytest.fixture(scope="session")
def person_model(weights: Path) -> PersonModel:
    """The built-in person model."""
    return PersonModel(weights / PERSON_MODEL)


@pytest.fixture(scope="session")
def faces(weights: Path) -> FaceCheck:
    """The face check."""
    return FaceCheck(weights)
