"""What this process keeps to itself: its files and its memory."""

import ctypes
import os
import resource
import sys

_PR_SET_DUMPABLE = 4


def keep_private() -> None:
    """New files are their owner's alone; memory, with pictures, templates and keys, is never written to a core file.

    Not dumpable (prctl(2)) also means that other processes of the same user can't read its memory or environment.
    """
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
