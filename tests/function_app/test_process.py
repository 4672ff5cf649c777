"""What the worker does first: nobody else reads its files or its memory."""

import subprocess
import sys

from local.child import ROOT

LOOK = """
import ctypes, os, resource
from function_app.process import keep_to_itself
keep_to_itself()
print(oct(os.umask(0)), resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
"""3 is PR_GET_DUMPABLE (prctl(2))."""


def test_its_files_are_its_own_and_its_memory_is_never_dumped() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "0o77 (0, 0) 0\n"
