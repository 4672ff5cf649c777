"""The bounded pool: what happens when there is more work than workers, or nobody waits for it any more."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from face_api.errors import Cancelled, RateLimitExceeded, Unavailable
from face_api.serving.pool import WorkerPool
from tests.face_api.pictures import DETECT, STREAM, detect, error_code
from tests.face_api.server import KEY_HEADER, FaceServer, face_server


@pytest.fixture(scope="module")
def small() -> Iterator[FaceServer]:
    """One worker, and room for one to wait."""
    with face_server("--workers", "1", environment={"FACE_API_QUEUE": "1"}) as server:
        yield server


def pending(server: FaceServer) -> float:
    """Pictures at work or waiting, by the service's own figures."""
    for line in httpx.get(f"{server.url}/metrics").text.splitlines():
        if line.startswith("face_api_pictures_pending "):
            return float(line.split()[1])
    raise AssertionError("no such figure")


def test_when_the_queue_is_full_then_429_with_retry_after_and_the_rest_is_answered(
    small: FaceServer, photographs: list[bytes]
) -> None:
    with small.client() as client, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post(DETECT, content=photographs[0], headers=STREAM), range(8)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert len(refused) + len([answer for answer in answers if answer.status_code == 200]) == 8
    for answer in refused:
        assert error_code(answer) == "RateLimitExceeded"
        assert int(answer.headers["Retry-After"]) >= 1


def test_a_client_that_goes_away_frees_the_worker(small: FaceServer, photographs: list[bytes]) -> None:
    async def give_up() -> None:
        async with httpx.AsyncClient(headers={KEY_HEADER: small.key}) as client:
            with pytest.raises(httpx.TimeoutException):
                await client.post(
                    small.url + DETECT,
                    content=photographs[4],
                    headers=STREAM,
                    timeout=httpx.Timeout(5, read=0.03),
                )

    asyncio.run(give_up())
    deadline = time.monotonic() + 5
    while pending(small):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    with small.client() as client:
        assert detect(client, photographs[0])
    text = httpx.get(f"{small.url}/metrics").text
    assert 'operation="detect.detect",status="499"' in text


async def test_cancelled_work_stops_at_its_next_step() -> None:
    pool: WorkerPool[str] = WorkerPool(["tool"], waiting=1)
    started, stopped = threading.Event(), threading.Event()

    def endless(_: str, check: Callable[[], None]) -> None:
        started.set()
        try:
            while True:
                check()
                time.sleep(0.001)
        except Cancelled:
            stopped.set()
            raise

    task = asyncio.create_task(pool.run(endless))
    await asyncio.to_thread(started.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(stopped.wait, 5)
    assert await pool.run(lambda tool, _: tool) == "tool"
    pool.close()


async def test_waiting_work_that_is_cancelled_never_starts() -> None:
    pool: WorkerPool[str] = WorkerPool(["tool"], waiting=2)
    release = threading.Event()
    started: list[int] = []
    busy = asyncio.create_task(pool.run(lambda _, __: release.wait(5)))
    waiting = asyncio.create_task(pool.run(lambda _, __: started.append(1)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    release.set()
    await busy
    assert started == []
    while pool.pending:
        await asyncio.sleep(0.001)
    pool.close()


async def test_beyond_its_limit_and_after_its_end_the_pool_refuses() -> None:
    pool: WorkerPool[str] = WorkerPool(["tool"], waiting=0)
    release = threading.Event()
    busy = asyncio.create_task(pool.run(lambda _, __: release.wait(5)))
    await asyncio.sleep(0)
    with pytest.raises(RateLimitExceeded) as full:
        await pool.run(lambda tool, _: tool)
    assert full.value.retry_after >= 1
    release.set()
    await busy
    pool.close()
    with pytest.raises(Unavailable):
        await pool.run(lambda tool, _: tool)


def test_two_workers_answer_at_the_same_time(photographs: list[bytes]) -> None:
    with face_server("--workers", "2") as server, server.client() as client, ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: len(detect(client, photographs[0])), range(6)))
    assert len(set(counts)) == 1
