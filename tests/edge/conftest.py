"""What the tests of the edge module look at: real weights and real photographs."""

import shutil
from pathlib import Path

import pytest

from edge.gate.faces import FaceCheck
from edge.gate.person_model import PersonModel
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
def weights() -> Path:
    """The folder of weight files that `make models` fills."""
    return WEIGHTS_FOLDER


@pytest.fixture(scope="session")
def person_model(weights: Path) -> PersonModel:
    """The person model of the first issue."""
    return PersonModel(weights / "person_detector.tflite")


@pytest.fixture(scope="session")
def faces(weights: Path) -> FaceCheck:
    """The face check."""
    return FaceCheck(weights)
