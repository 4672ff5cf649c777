"""How to write a command that works where the user is."""

import shlex
import sys
from pathlib import Path

from local.child import ROOT

SHIM = ROOT / "footfall"


def footfall(rest: str) -> str:
    """The command line of `footfall <rest>` that can be pasted into the user's shell as it is."""
    if not SHIM.exists():  # set up by hand
        return f"{shlex.quote(sys.executable)} -m command {rest}"
    return f"./footfall {rest}" if Path.cwd() == ROOT else f"{shlex.quote(str(SHIM))} {rest}"
