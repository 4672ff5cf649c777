"""TensorFlow in the throw-away environment: put there when a conversion first needs it, gone afterwards."""

import shutil
from pathlib import Path

from models.environment import PIP_OPTIONS, Environment, last_words, ran_out_of_room, run
from models.errors import ConversionFailedError

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "models" / "convert" / "requirements.txt"
TENSORFLOW_MEGABYTES = 1900
"""What TensorFlow takes for a while: its download, and what it is once unpacked."""


def refuse_without_room(folder: Path) -> None:
    """Raises ConversionFailedError where the folder's disk has no room for TensorFlow: before anything is fetched."""
    free = shutil.disk_usage(folder).free // 10**6
    if free < TENSORFLOW_MEGABYTES:
        raise no_room(folder, f"{free:,} MB are free, ")


def no_room(folder: Path, free: str = "") -> ConversionFailedError:
    """The error that says how much room is needed, and where."""
    return ConversionFailedError(
        f"no space left in {folder}: {free}TensorFlow takes {TENSORFLOW_MEGABYTES:,} MB for a while, to convert the "
        "models; make room or set TMPDIR, then run again"
    )


def install_tensorflow(environment: Environment) -> None:
    """Make the environment able to convert (some 250 MB to fetch). Raises ToolMissingError, ConversionFailedError."""
    # Bytecode is written for what the conversions import, not for all of TensorFlow.
    options = (*PIP_OPTIONS, "--no-compile", f"--requirement={REQUIREMENTS}")
    command = [environment.converter, "-m", "pip", "install", *options]
    done = run(command, environment.folder)
    if ran_out_of_room(done):
        raise no_room(environment.folder.parent)
    if done.returncode:
        raise ConversionFailedError(
            "could not install TensorFlow, which the conversion needs once: check the network and pip's index, "
            f"then run again{last_words(done)}"
        )


def convert(kind: str, sources: dict[str, bytes], environment: Environment) -> bytes:
    """What models/convert/<kind>.py makes of the first of these files (name → content), laid side by side.

    Needs install_tensorflow first. Raises ConversionFailedError.
    """
    bench = environment.folder / "convert" / kind
    bench.mkdir(parents=True)
    for name, content in sources.items():
        (bench / name).write_bytes(content)
    source, target = bench / next(iter(sources)), bench / "converted"
    done = run([environment.converter, "-m", "models.convert", kind, str(source), str(target)], ROOT)
    if done.returncode or not target.is_file():
        raise ConversionFailedError(f"could not convert {source.name}{last_words(done)}")
    return target.read_bytes()
