"""A real PostgreSQL with pgvector, from the wheel of `pgserver`, on a Unix socket of its own."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

_START_SECONDS = 30.0
NO_POSTGRES = "pgserver has no wheel for this Python"


@contextmanager
def postgres_server() -> Iterator[str]:
    """The DSN of a server that lives as long as the block.

    PostgreSQL refuses to run as root, so root hands it to `nobody`, who must be able to read the programs: they are
    copied out of the virtual environment, which may lie in a home that is closed to others.
    """
    root = os.geteuid() == 0
    user = "nobody" if root else None
    folder = Path(tempfile.mkdtemp(prefix="footfall-pg-", dir="/tmp"))
    try:
        site = _site_packages()
        if root:
            folder.chmod(0o755)
            for name in ("pgserver/pginstall", "pgserver.libs"):
                shutil.copytree(site / name, folder / "site" / name, symlinks=True)
            site = folder / "site"
        programs = site / "pgserver" / "pginstall"
        data = folder / "data"
        data.mkdir(mode=0o700)
        if user:
            nobody = pwd.getpwnam(user)
            os.chown(data, nobody.pw_uid, nobody.pw_gid)
        initdb: list[str | Path] = [
            programs / "bin" / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(initdb, user=user, cwd=folder, check=True, capture_output=True, timeout=60)
        server = subprocess.Popen(
            [
                programs / "bin" / "postgres",
                "-D",
                data,
                "-k",
                data,
                "-h",
                "",
                "-c",
                "fsync=off",
                "-c",
                "wal_recycle=off",
            ],
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            dsn = f"postgresql://postgres@/postgres?host={data}"
            _wait_for(dsn, server)
            yield dsn
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(timeout=10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def folder_of(dsn: str) -> Path:
    """Where the server of such a DSN keeps everything, its write-ahead log too."""
    return Path(dsn.partition("host=")[2])


def _site_packages() -> Path:
    found = importlib.util.find_spec("pgserver")
    if found is None and sys.version_info >= (3, 13):
        pytest.skip(NO_POSTGRES)
    assert found, "install tests/requirements.txt"
    assert found.origin
    return Path(found.origin).parent.parent


def _wait_for(dsn: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(dsn, connect_timeout=2).close()
        except psycopg.OperationalError:
            assert server.poll() is None, "PostgreSQL ended"
            assert time.monotonic() < deadline, "PostgreSQL does not answer"
            time.sleep(0.05)
        else:
            return
