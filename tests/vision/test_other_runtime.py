"""The dev kit's runtime: tflite-runtime with numpy 1 sees what ai-edge-litert with numpy 2 sees."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOOK = """
import sys
from pathlib import Path
from PIL import Image
from vision.face_detector import FaceDetector
from vision.face_mesh import FaceMeshModel
from vision.runtime import Interpreter
weights, photograph = Path("models/weights"), Image.open(sys.argv[1]).convert("RGB")
detector, mesh = FaceDetector(weights / "face_detector.tflite"), FaceMeshModel(weights / "face_mesh.tflite")
print(Interpreter.__module__)
for face in detector.detect(photograph):
    print([round(float(edge)) for edge in face.box.array()], round(mesh.fit(photograph, face).presence, 2))
"""


@pytest.fixture(scope="module")
def dev_kit_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what edge/requirements.txt asks for on armv7l, as far as seeing needs it."""
    if sys.version_info[:2] != (3, 11):
        pytest.skip("tflite-runtime's newest wheel is for Python 3.11")
    folder = tmp_path_factory.mktemp("dev-kit")
    asked = [
        line.partition(";")[0].strip()
        for line in (ROOT / "edge" / "requirements.txt").read_text("utf-8").splitlines()
        if line.startswith(("tflite-runtime", "numpy==1", "pillow"))
    ]
    assert len(asked) == 3
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile", f"--target={folder}", *asked]
    subprocess.run(install, check=True, timeout=240, capture_output=True)
    return folder


def test_both_runtimes_find_the_same_faces(dev_kit_packages: Path, photograph_files: list[Path]) -> None:
    bare_python = Path(sys.base_prefix) / "bin" / "python3.11"
    looks = {sys.executable: {}, str(bare_python): {"PYTHONPATH": str(dev_kit_packages)}}
    seen = [
        subprocess.run(
            [python, "-c", LOOK, str(photograph_files[5])],
            cwd=ROOT,
            env=os.environ | environment,
            check=True,
            timeout=120,
            capture_output=True,
            text=True,
        ).stdout
        for python, environment in looks.items()
    ]
    (ours, *faces), (theirs, *same_faces) = (output.splitlines() for output in seen)
    assert (ours, theirs) == ("ai_edge_litert.interpreter", "tflite_runtime.interpreter")
    assert len(faces) == 4
    assert faces == same_faces
