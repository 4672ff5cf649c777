"""The sample footage, made once and kept in the user's cache folder."""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
import PIL

from local.errors import SurroundingsUnfit
from local.footage.film import write_film
from local.footage.frames import Cast, draw_frames
from local.footage.people import cut_out_people, passers_by
from local.footage.story import SECONDS, STORY, WALKS
from models.build import files_of_packages
from models.errors import ModelsError
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS

FRAMES_PER_SECOND = 10
Say = Callable[[str], None]


def _to_stderr(line: str) -> None:
    sys.stderr.write(f"footage: {line}\n")
    sys.stderr.flush()


def sample_footage(say: Say = _to_stderr) -> Path:
    """Path of the film, made now (about half a minute) if this version of it isn't in the cache yet.

    Raises SurroundingsUnfit if the photographs can't be had or there is no room for the film.
    """
    film = user_cache() / "footage" / f"sample-{_version()}.mp4"
    if film.is_file():
        return film
    try:
        photographs = files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), say)
        film.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=film.parent) as unfinished:
            make_film(photographs, Path(unfinished) / film.name, say)
            (Path(unfinished) / film.name).replace(film)
    except ModelsError as error:
        raise SurroundingsUnfit(f"no sample footage: {error}") from error
    except OSError as error:
        raise SurroundingsUnfit(
            f"no sample footage: {error.strerror or error}; make room in {film.parent}, or set XDG_CACHE_HOME"
        ) from error
    return film


def make_film(photographs: list[Path], target: Path, say: Say) -> None:
    """Draw and encode the whole story; says how far it is every ten seconds of footage."""

    def written(frames: int) -> None:
        if frames % (10 * FRAMES_PER_SECOND) == 0:
            say(f"{frames // FRAMES_PER_SECOND} of {SECONDS:.0f} s drawn …")

    say("drawing the sample footage (once) …")
    cast = Cast(cut_out_people(photographs), STORY, passers_by(photographs), WALKS)
    frames = draw_frames(cast, SECONDS, FRAMES_PER_SECOND)
    write_film(frames, FRAMES_PER_SECOND, target, written)


def _version() -> str:
    """Changes with anything the film is made from: photographs, this folder's files, the libraries that draw."""
    made_from = [photograph.sha256.encode() for photograph in PHOTOGRAPHS]
    made_from += [f"{library.__name__} {library.__version__}".encode() for library in (av, np, PIL)]
    made_from += [
        file.read_bytes() for file in sorted(Path(__file__).parent.iterdir()) if file.suffix in {".py", ".json"}
    ]
    return hashlib.sha256(b"\0".join(made_from)).hexdigest()[:16]
