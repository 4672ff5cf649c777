"""The table: complete, permissive, and the same as what the model card tells users."""

import re
from pathlib import Path

import pytest

from models.table import PERMITTED_LICENCES, PHOTOGRAPHS, WEIGHTS, PackageFile

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*PHOTOGRAPHS, *(source for weight in WEIGHTS for source in weight.sources)]
CARD = (ROOT / "docs" / "models.md").read_text("utf-8")


def test_the_table_names_the_files_that_the_rooms_load() -> None:
    assert {weight.name for weight in WEIGHTS} == {
        "person_detector.tflite",
        "person_detector_float.tflite",
        "face_detector.tflite",
        "face_yunet.onnx",
        "face_mesh.tflite",
        "face_embedding.tflite",
        "face_gender.onnx",
        "face_emotion.tflite",
    }


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.path)
def test_every_source_is_pinned_and_permitted(source: PackageFile) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", source.sha256)
    assert re.fullmatch(r"[0-9]+(\.[0-9]+)+", source.package.version)
    assert source.licence in PERMITTED_LICENCES


def test_a_file_that_is_not_converted_is_its_source() -> None:
    for weight in WEIGHTS:
        if weight.conversion is None:
            assert [source.sha256 for source in weight.sources] == [weight.sha256]
        else:
            assert (ROOT / "models" / "convert" / f"{weight.conversion}.py").is_file()


def test_sources_of_one_weight_file_are_of_one_package_and_licence() -> None:
    for weight in WEIGHTS:
        assert len({(source.package, source.licence) for source in weight.sources}) == 1


def test_the_model_card_names_each_file_with_package_licence_and_sha256() -> None:
    rows = {line.split("|")[1].strip(" `"): line for line in CARD.splitlines() if line.startswith("| `")}
    for weight in WEIGHTS:
        row = rows[weight.name]
        assert str(weight.sources[0].package) in row
        assert weight.sources[0].path in row
        assert weight.licence in row
        assert weight.sha256[:12] in row
