"""`python -m infra.locks` writes the lock files that images install from: every package by version and hash.

Resolves with uv, in an environment of its own that it makes in the user's cache. After a change of requirements only.
"""

import subprocess
import sys
import tempfile

from infra.check.finding import ROOT
from infra.installed import program

LOCKS = {
    "edge/requirements.lock": "edge/requirements.txt",
    "face_api/requirements.lock": "face_api/requirements.txt",
    "function_app/requirements.lock": "function_app/requirements.txt",
    "function_app/functions.lock": "requirements.txt",
    "windows/requirements.lock": "windows/requirements.txt",
}
"""Each lock and what it is resolved from; transitive versions are those of constraints.txt."""

UV = "uv==0.13.9"
_HEAD = "# Written by `python -m infra.locks`: change the requirements and run it again.\n"


def main() -> int:
    """Write all: 0 done, 1 something could not be resolved (uv says what)."""
    uv = program(UV, "uv")
    for lock, requirements in LOCKS.items():
        text = (ROOT / requirements).read_text()
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
            constraints.write("\n".join(_fitting((ROOT / "constraints.txt").read_text(), text)))
            constraints.flush()
            command = [*uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
            command += ["--no-annotate", "--no-header", "--no-emit-index-url", "-c", constraints.name]
            answer = subprocess.run(
                [*command, str(ROOT / requirements)], cwd=ROOT, capture_output=True, text=True, check=False
            )
        if answer.returncode:
            sys.stderr.write(f"{requirements}: {answer.stderr}\n")
            return 1
        (ROOT / lock).write_text(_HEAD + answer.stdout)
        sys.stderr.write(f"{lock}\n")
    return 0


def _fitting(constraints: str, requirements: str) -> list[str]:
    """The constraints but for packages that the requirements pin themselves, perhaps one way a processor."""
    pinned = {line.partition("==")[0].partition("[")[0] for line in requirements.splitlines() if "==" in line}
    return [line for line in constraints.splitlines() if line.partition("==")[0] not in pinned]


if __name__ == "__main__":
    sys.exit(main())
