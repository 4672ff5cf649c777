"""`python -m local footage`: make the sample footage and say where it is."""

import argparse
import shutil
import sys
from pathlib import Path

from local.errors import LocalError
from local.footage.sample import sample_footage


def run(arguments: argparse.Namespace) -> int:
    """Print the film's path: 0 done, 2 something stands in the way (one line on stderr says what to do)."""
    try:
        film = sample_footage()
        if arguments.out is not None:
            film = Path(shutil.copyfile(film, arguments.out))
    except LocalError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"cannot write {error.filename}: {error.strerror}; name another file with --out\n")
        return 2
    sys.stdout.write(f"{film}\n")
    return 0
