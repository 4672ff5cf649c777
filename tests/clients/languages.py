"""Which languages there are programs in, how each is built, and what its libraries are called."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
UNTIL_BUILT_SECONDS = 540


class ToolchainMissing(Exception):
    """The compiler or runtime of a language is not on this machine."""


@dataclass(frozen=True)
class Language:
    """One language: the tools it needs, and what builds its program and answers how to start it."""

    name: str
    tools: tuple[str, ...]
    build: Callable[[Path], tuple[list[str], Mapping[str, str]]]

    def program(self) -> tuple[list[str], Mapping[str, str]]:
        """The command that starts the program, and its environment; built if it is not yet. Raises ToolchainMissing."""
        missing = [tool for tool in self.tools if shutil.which(tool) is None]
        if missing:
            raise ToolchainMissing(f"{self.name}: no {', '.join(missing)} on this machine")
        with (cache() / f"{self.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # another worker of the run may be making it
            return self.build(HERE / self.name)


def cache() -> Path:
    """Where what was built is kept, by content, beside what set-up keeps there."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "footfall" / "clients"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def fingerprint(folder: Path) -> str:
    """Of all sources of a program."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix != ".py" and not {"node_modules", "target", "__pycache__"} & set(file.parts):
            digest.update(f"{file.relative_to(folder)}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _run(command: list[str], folder: Path, **environment: str) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=UNTIL_BUILT_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {(done.stdout + done.stderr)[-2000:]}")


def _python(_: Path) -> tuple[list[str], Mapping[str, str]]:
    return [sys.executable, "-m", "tests.clients.python"], {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}


def _go(source: Path) -> tuple[list[str], Mapping[str, str]]:
    built = cache() / f"go-{fingerprint(source)}"
    if not built.exists():
        half = built.with_suffix(f".{os.getpid()}")
        _run(["go", "build", "-o", str(half), "."], source, GOFLAGS="-mod=readonly", GOTOOLCHAIN="local")
        half.replace(built)
    return [str(built)], {}


def _java(source: Path) -> tuple[list[str], Mapping[str, str]]:
    built = cache() / f"java-{fingerprint(source)}"
    if not built.exists():
        half = built.with_name(f"{built.name}.{os.getpid()}")
        repository = cache() / "maven"
        maven = ["mvn", "--batch-mode", "--quiet", f"-Dmaven.repo.local={repository}"]
        copy = ["dependency:copy-dependencies", f"-DoutputDirectory={half}/libraries", "-DincludeScope=runtime"]
        _run([*maven, *copy], source)
        sources = [str(file) for file in sorted((source / "src").glob("*.java"))]
        _run(["javac", "--release", "17", "-d", f"{half}/classes", "-cp", f"{half}/libraries/*", *sources], source)
        half.replace(built)
    return ["java", "-XX:+UseSerialGC", "-cp", f"{built}/classes:{built}/libraries/*", "Program"], {}


def _javascript(source: Path) -> tuple[list[str], Mapping[str, str]]:
    built = cache() / f"javascript-{fingerprint(source)}"
    if not built.exists():
        half = built.with_name(f"{built.name}.{os.getpid()}")
        shutil.copytree(source, half, ignore=shutil.ignore_patterns("*.py", "__pycache__", "node_modules"))
        _run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"], half)
        half.replace(built)
    return ["node", "--no-deprecation", str(built / "program.js")], {}


LANGUAGES: Mapping[str, Language] = {
    each.name: each
    for each in (
        Language("python", (), _python),
        Language("javascript", ("node", "npm"), _javascript),
        Language("go", ("go",), _go),
        Language("java", ("java", "javac", "mvn"), _java),
    )
}
