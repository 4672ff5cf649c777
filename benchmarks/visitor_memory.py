"""The visitor memory at 100,000 templates on SQLite: time to answer over HTTP, memory, and what the index misses.

The templates are synthetic: what matters here is how they lie to one another, and they are made to lie as those of
photographs do (strangers 1.10 ± 0.07 apart; a common direction, and persons spread over about 60 directions beside it).
All faces are asked for within one minute, so that up to 300 people are here: `present` is who is taken for one of them.
"""

import json
import math
import os
import shutil
import statistics
import tempfile
import time
import uuid
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import httpx
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.face_api_process import KEY_HEADER, face_api_process
from benchmarks.timing import on_cores
from face_api.faces.template import DIMENSIONS, VERSION, Template, Vector, unit
from face_api.memory.index import Row, VectorIndex
from face_api.memory.templates import CONSIDERED, recognised_within
from face_api.memory.visitors import MemoryRules, VisitorMemory
from face_api.storage.face_ids import FaceIds
from face_api.storage.sqlite import SqliteDatabase
from face_api.storage.sqlite_templates import SqliteTemplates
from face_api.storage.template_version import keep_only

TEMPLATES = 100_000
QUERIES = 300
RULES = MemoryRules(visit_gap=3600, memory=30 * 86400)
SEEN_AGO = 3 * 3600
_COMMON = 0.63
_SPREAD = np.arange(1, 401, dtype=np.float32) ** -0.40


class People:
    """Makes templates of strangers, and other views of them."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        axes = np.linalg.qr(self._random.standard_normal((DIMENSIONS, len(_SPREAD) + 1)))[0].astype(np.float32)
        self._common, self._axes = axes[:, 0], axes[:, 1:]
        self._own = math.sqrt(1 - _COMMON**2)

    def strangers(self, count: int) -> Vector:
        """[count, 1024], each of length 1."""
        return np.asarray(_COMMON * self._common + self._own * self._spread(count), np.float32)

    def view(self, person: Vector, apart: float) -> Vector:
        """Another template `apart` from this one, with as much in common with all others."""
        own = (person - _COMMON * self._common) / self._own
        turn = self._spread(1)[0]
        turn -= (turn @ own) * own
        angle = 2 * math.asin(apart / self._own / 2)
        own = math.cos(angle) * own + math.sin(angle) * unit(turn)
        return np.asarray(_COMMON * self._common + self._own * own, np.float32)

    def _spread(self, count: int) -> Vector:
        spread = self._random.standard_normal((count, len(_SPREAD)), dtype=np.float32) * _SPREAD
        spread /= np.linalg.norm(spread, axis=1, keepdims=True)
        return np.asarray(spread @ self._axes.T, np.float32)


def main() -> None:
    """Fills a memory, starts the service on it, and asks."""
    people = People(1)
    vectors = people.strangers(TEMPLATES)
    asked = [people.view(vectors[n * 331 % TEMPLATES], 0.45 + 0.3 * (n % 10) / 9) for n in range(QUERIES // 2)]
    asked += list(people.strangers(QUERIES - len(asked)))
    folder = Path(tempfile.mkdtemp(prefix="visitor-memory-"))
    try:
        face_ids = fill(folder, vectors, asked)
        size = sum(path.stat().st_size for path in folder.iterdir())
        start = time.monotonic()
        core = sorted(os.sched_getaffinity(0))[
            :1
        ]  # the client too: waking an idle core of a virtual machine takes long
        with on_cores(core), face_api_process("--data", str(folder), "--workers", "1", cores=set(core)) as service:
            ready = time.monotonic() - start
            times, kinds = ask(service.url, service.key, face_ids)
            memory = service.megabytes()
        report(size=size, ready=ready, memory=memory, times=times, kinds=kinds, vectors=vectors, asked=asked)
    finally:
        shutil.rmtree(folder)


def fill(folder: Path, vectors: Vector, asked: list[Vector]) -> list[str]:
    """A visitor for each vector, seen three hours ago, and a face id for each that is asked for."""
    database = SqliteDatabase(folder)
    keep_only(database, VERSION)
    face_ids = FaceIds(database, time.time)
    VisitorMemory(database, SqliteTemplates(database), face_ids, RULES, time.time)
    seen_at = time.time() - SEEN_AGO
    visits = json.dumps([[seen_at, seen_at]])
    with database.transaction() as transaction:
        for vector in vectors:
            visitor = uuid.uuid4().hex
            template = Template(vector, 0.5)
            transaction.execute(
                "INSERT INTO remembered VALUES (?, ?, ?, ?, ?, ?, ?)",
                (visitor, "shop", visits, 1, seen_at, seen_at, seen_at + RULES.memory),
            )
            transaction.execute(
                "INSERT INTO templates VALUES (?, ?, ?, ?, ?)",
                (uuid.uuid4().hex, "shop", visitor, template.to_bytes(), template.quality),
            )
    ids = face_ids.add([Template(vector, 0.5) for vector in asked], "recognition_01", 86400)
    database.scrub()
    database.close()
    return ids


def ask(url: str, key: str, face_ids: list[str]) -> tuple[list[float], list[str]]:
    """Milliseconds and answers of one `observe` for each face."""
    times, kinds = [], []
    with httpx.Client(base_url=url, headers={KEY_HEADER: key}, timeout=30) as client:
        client.get("/ready").raise_for_status()  # what is loaded with the first request is no cost of this one
        for face_id in face_ids:
            seen_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            body = {"observationId": uuid.uuid4().hex, "seenAt": seen_at, "camera": "cam-1", "faceIds": [face_id]}
            start = time.perf_counter()
            answer = client.post("/visitors/v1/shop/observe", json=body)
            times.append(1000 * (time.perf_counter() - start))
            kinds.append(answer.json()[0]["visit"])
    return times, kinds


def report(
    *,
    size: int,
    ready: float,
    memory: float,
    times: list[float],
    kinds: list[str],
    vectors: Vector,
    asked: list[Vector],
) -> None:
    """The table; the bare minimum beside it is numpy's full scan of the same templates."""
    index, reach = VectorIndex(), recognised_within(len(vectors))
    index.extend([Row(str(n), str(n)) for n in range(len(vectors))], vectors)
    scans, searches, missed, there = [], [], 0, 0
    for face in asked[:60]:
        start = time.perf_counter()
        products = vectors @ face
        scans.append(1000 * (time.perf_counter() - start))
        start = time.perf_counter()
        found = index.within(face, reach, CONSIDERED)
        searches.append(1000 * (time.perf_counter() - start))
        nearest = int(np.argmax(products))
        if products[nearest] >= 1 - reach**2 / 2 + 1e-3:
            there += 1
            missed += not found or found[0][0].owner != str(nearest)
    table = Table(title=f"Visitor memory, {len(vectors):,} templates on SQLite, one face an observation")
    table.add_column("measure")
    table.add_column("value", justify="right")
    rows = {
        "observe over HTTP, p50": f"{statistics.median(times):.1f} ms",
        "observe over HTTP, p95 (goal: at most 20)": f"{sorted(times)[int(len(times) * 0.95)]:.1f} ms",
        "observe over HTTP, slowest": f"{max(times):.1f} ms",
        "of that the index's search, median": f"{statistics.median(searches):.1f} ms",
        "numpy's full scan of the same (float32), median": f"{statistics.median(scans):.1f} ms",
        "nearest templates missed by the index": f"{missed} of {there}",
        "seen three hours ago: returning, present, new": _counts(kinds[: QUERIES // 2], "returning", "present", "new"),
        "strangers: new, returning, present": _counts(kinds[QUERIES // 2 :], "new", "returning", "present"),
        "start to ready": f"{ready:.1f} s",
        "memory of all processes (PSS)": f"{memory:.0f} MB",
        "file": f"{size / 2**20:.0f} MB",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    Console().print(table)


def _counts(kinds: list[str], *names: str) -> str:
    return ", ".join(str(kinds.count(name)) for name in names)


if __name__ == "__main__":
    main()
