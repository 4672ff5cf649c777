"""`python -m models.convert KIND INPUT OUTPUT`: one conversion, in the throw-away environment that has TensorFlow."""

import importlib
import sys
from pathlib import Path


def main(kind: str, source: str, target: str) -> None:
    """Write what `models.convert.KIND.convert` makes of the source file."""
    converted: bytes = importlib.import_module(f"models.convert.{kind}").convert(Path(source))
    Path(target).write_bytes(converted)


if __name__ == "__main__":
    main(*sys.argv[1:])
