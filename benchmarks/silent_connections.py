"""How soon `/ready` of the Face API is answered while 2,000 connections say nothing, beside how soon without them.

Each probe is a connection of its own, as a kubelet's is. Those that are hung up on meanwhile are opened again.
"""

import socket
import statistics
import tempfile
import time
from collections import deque
from contextlib import ExitStack

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.face_api_process import face_api_process

SILENT = 2000
PROBES = 1000


def main() -> None:
    """The table."""
    table = Table(title=f"/ready of the Face API, {PROBES:,} probes, milliseconds")
    for column in ("silent connections", "p50", "p99 (goal: at most 100)", "slowest", "not answered with 200"):
        table.add_column(column, justify="right")
    with tempfile.TemporaryDirectory() as folder, face_api_process("--data", folder, "--workers", "1") as service:
        port = httpx.URL(service.url).port
        assert port is not None
        for silent in (0, SILENT):
            times, refused = _probe(service.url, port, silent)
            middle, late = statistics.median(times), statistics.quantiles(times, n=100)[98]
            table.add_row(f"{silent:,}", f"{middle:.1f}", f"{late:.1f}", f"{max(times):.1f}", str(refused))
    Console().print(table)


def _probe(url: str, port: int, silent: int) -> tuple[list[float], int]:
    times, refused = list[float](), 0
    with ExitStack() as opened:
        connections = deque(opened.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(silent))
        for _ in range(PROBES):
            start = time.perf_counter()
            refused += httpx.get(f"{url}/ready", timeout=10).status_code != httpx.codes.OK
            times.append(1000 * (time.perf_counter() - start))
            if connections:  # the oldest has been hung up on by now, or soon will be
                connections.popleft().close()
                connections.append(opened.enter_context(socket.create_connection(("127.0.0.1", port))))
    return times, refused


if __name__ == "__main__":
    main()
