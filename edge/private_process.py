"""What this process keeps to itself: its files and its memory."""

import ctypes
import os
import resource
import sys

PR_SET_DUMPABLE = 4


def keep_private() -> None:
    """New files are their owner's alone, and memory, with pictures and keys in it, is never written to a core file.

    Not dumpable (prctl(2)) also means that other processes of the same user can't read its memory or environment.
    """
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
