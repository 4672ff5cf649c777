"""The arguments of `python -m face_api`."""

import argparse
from pathlib import Path


def parser() -> argparse.ArgumentParser:
    """What reads them."""
    made = argparse.ArgumentParser(
        prog="python -m face_api",
        description="The Face API v1.0 on open models, and the visitor memory. Each option is also an environment "
        "variable, and each secret one may be a file of the variable's name in SECRETS_DIR; see docs/face-api.md.",
    )
    made.add_argument("--host", help="address to listen on (default 127.0.0.1; others need a key)")
    made.add_argument("--port", type=int, help="port (default 5000; 0: a free one)")
    made.add_argument(
        "--api-key", metavar="K", help="key that clients must send, on loopback only; better: FACE_API_KEY"
    )
    made.add_argument(
        "--data", type=Path, metavar="DIR", help="folder for SQLite (default: in memory, lost at the end)"
    )
    made.add_argument(
        "--database", metavar="DSN", help="postgresql://… instead of --data; with a password: FACE_API_DATABASE"
    )
    made.add_argument("--models", type=Path, metavar="DIR", help="folder of the weight files")
    made.add_argument("--workers", type=int, metavar="N", help="pictures at once (default: the cores)")
    made.add_argument(
        "container",
        nargs="*",
        metavar="NAME=VALUE",
        help="the old container's Eula=, Billing= and ApiKey= (= --api-key)",
    )
    return made
