"""The edge tests on the pair of packages that an armv7l machine gets."""

import subprocess
import sys

import pytest

from tests.edge.on_tflite_runtime import DIFFERENT, INSTALL_SECONDS, ROOT, TEST_SECONDS, files, loaded


@pytest.mark.timeout(INSTALL_SECONDS + TEST_SECONDS)
def test_the_edge_tests_pass_on_tflite_runtime_and_numpy_1() -> None:
    command = [sys.executable, "-m", "tests.edge.on_tflite_runtime"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:]
    assert " passed" in done.stdout or "left out" in done.stdout


def test_only_files_that_load_neither_of_the_two_are_left_out() -> None:
    assert loaded(ROOT / "tests/edge/test_model.py") >= DIFFERENT
    assert "numpy" in loaded(ROOT / "tests/edge/test_tracking.py"), "which names it through other files alone"
    assert not loaded(ROOT / "tests/edge/test_spool.py") & DIFFERENT
    assert "tests/edge/test_model.py" in files()
    assert {"tests/edge/test_spool.py", "tests/edge/test_rtsp.py"}.isdisjoint(files())
