"""The runtime: real weight files load and run; anything else is refused in one line."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vision.errors import ModelMissingError, UnusableModelError
from vision.runtime import Network

WEIGHTS = Path(__file__).resolve().parents[2] / "models" / "weights"


@pytest.mark.parametrize(
    ("name", "shape", "outputs"),
    [
        ("person_detector", (1, 288, 512, 3), {(1, 3024), (1, 3024, 44)}),
        ("person_detector_float", (1, 192, 320, 3), {(1, 1260), (1, 1260, 44)}),
        ("face_detector", (1, 256, 256, 3), {(1, 896, 16), (1, 896, 1)}),
        ("face_mesh", (1, 192, 192, 3), {(1, 1, 1, 1404), (1, 1, 1, 1)}),
        ("face_embedding", (1, 224, 224, 3), {(1, 1024), (1, 100)}),
        ("face_emotion", (1, 112, 112, 3), {(1, 7)}),
    ],
)
def test_a_weight_file_takes_and_gives_what_the_model_card_says(
    name: str, shape: tuple[int, ...], outputs: set[tuple[int, ...]]
) -> None:
    network = Network(WEIGHTS / f"{name}.tflite")
    assert network.input.shape == shape
    assert {output.shape for output in network.outputs} == outputs
    assert all(np.isfinite(output).all() for output in network.run(np.zeros(shape, np.float32)))


def test_a_batch_gives_each_picture_what_it_gives_alone() -> None:
    network = Network(WEIGHTS / "face_emotion.tflite")
    batch = np.random.default_rng(1).uniform(0, 255, (3, 112, 112, 3)).astype(np.float32)
    alone = np.concatenate([network.run(batch[place : place + 1])[0] for place in range(3)])
    together = network.run(batch)[0]
    assert together == pytest.approx(alone, abs=1e-5)
    assert network.run(batch[:1])[0] == pytest.approx(alone[:1], abs=1e-5)


def test_content_will_do_in_place_of_a_path() -> None:
    assert Network((WEIGHTS / "face_mesh.tflite").read_bytes()).input.shape == (1, 192, 192, 3)


def test_when_there_is_no_file_the_error_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="make models"):
        Network(tmp_path / "missing.tflite")


@pytest.mark.parametrize("content", [b"", b"not a model", bytes(4096)])
def test_when_bytes_are_no_model_they_are_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "broken.tflite"
    file.write_bytes(content)
    for model in (file, content):
        with pytest.raises(UnusableModelError):
            Network(model)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_when_a_model_is_cut_short_it_is_refused(share: float) -> None:
    whole = (WEIGHTS / "face_mesh.tflite").read_bytes()
    with pytest.raises(UnusableModelError):
        Network(whole[: int(len(whole) * share)])


def test_when_outputs_are_not_as_expected_the_error_names_them() -> None:
    network = Network(WEIGHTS / "face_mesh.tflite")
    with pytest.raises(UnusableModelError, match=r"\[896, 16\].*1404"):
        network.output_position(896, 16)


def test_loading_leaves_stderr_to_our_own_lines() -> None:
    code = (
        "import sys; from pathlib import Path; from vision.runtime import Network; "
        f"Network(Path({str(WEIGHTS / 'face_mesh.tflite')!r})); print('ours', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == "ours\n"
