"""Run a command that the kernel kills when its starter dies: `leash.py PARENT_PID COMMAND …` (Linux).

A separate program rather than a `preexec_fn`, which is unsafe in a process that has threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # <sys/prctl.h>

if __name__ == "__main__":
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):  # the starter died before the leash was on
        sys.exit(1)
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 (an argument list, no shell)
