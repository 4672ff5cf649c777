"""Microsoft's Python runtime for Functions, from the package index, in a folder of its own.

It declares a newer Python than ours and has no place in our environment, so it is unpacked beside it, cached by what
it must contain. The protobuf classes come from the package of the runtime's first generation, which ships them among
its tests.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

REQUIREMENTS = """\
azure-functions-runtime==1.3.0 --hash=sha256:5045cf1e1a9a33ff262043eb52cf976834d2f2b6c67c20da61588fe7dc2fcf64
azure-functions-runtime-v1==1.2.0 --hash=sha256:6ae0abb681e28c61a404b52e1c4481f203bb113e5027fbe908989ea9585a02a0
"""


def unpacked() -> Path:
    """The folder that holds `azure_functions_runtime` and, under `tests`, `protos`; fetched the first time."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "footfall" / f"functions-runtime-{hashlib.sha256(REQUIREMENTS.encode()).hexdigest()[:16]}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            _install(Path(scratch))
            try:
                (Path(scratch) / "packages").rename(folder)
            except OSError:  # another test run was faster
                if not folder.exists():
                    raise
    return folder


def _install(scratch: Path) -> None:
    requirements = scratch / "requirements.txt"
    requirements.write_text(REQUIREMENTS)
    options = ["--quiet", "--no-deps", "--ignore-requires-python", "--require-hashes", "--no-compile"]
    command = [sys.executable, "-m", "pip", "install", *options, "--disable-pip-version-check"]
    subprocess.run([*command, "--target", str(scratch / "packages"), "-r", str(requirements)], check=True, timeout=240)
