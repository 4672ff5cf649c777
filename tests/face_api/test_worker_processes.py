"""Pictures are looked at in processes of their own: what happens to them, and to the service without them."""

import io
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest
from PIL import Image

from tests.face_api.pictures import DETECT, STREAM, detect, error_code
from tests.face_api.server import FaceServer, face_server

_SECONDS = 20.0
_MOST_MEGABYTES = 300


def processes(server: FaceServer) -> tuple[psutil.Process, list[psutil.Process]]:
    """The one that has loaded the models, and those that look at pictures."""
    (zygote,) = psutil.Process(server.process.pid).children()
    return zygote, zygote.children()


def wait_until(true: Callable[[], bool]) -> None:
    """Waits for what must come, for some time."""
    deadline = time.monotonic() + _SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_there_is_a_process_for_each_worker_and_the_one_they_were_forked_from() -> None:
    with face_server("--workers", "3") as server:
        _, workers = processes(server)
        assert len(workers) == 3


def test_when_a_process_is_killed_then_its_picture_fails_and_another_takes_its_place(photographs: list[bytes]) -> None:
    with face_server("--workers", "1") as server, server.client() as client:
        count = len(detect(client, photographs[0]))
        _, (worker,) = processes(server)
        with ThreadPoolExecutor(1) as pool:
            worker.suspend()  # so that the picture is surely at work
            answer = pool.submit(client.post, DETECT, content=photographs[0], headers=STREAM)
            wait_until(lambda: "face_api_pictures_pending 1.0" in httpx.get(f"{server.url}/metrics").text)
            worker.kill()
            failed = answer.result(timeout=_SECONDS)
        assert failed.status_code == 500
        assert error_code(failed) == "InternalServerError"
        assert len(detect(client, photographs[0])) == count
        _, (other,) = processes(server)
        assert other.pid != worker.pid


def test_when_no_process_can_be_made_any_more_then_the_service_says_that_it_is_not_ready(
    photographs: list[bytes],
) -> None:
    with face_server("--workers", "1") as server, server.client() as client:
        zygote, (worker,) = processes(server)
        zygote.kill()
        wait_until(lambda: httpx.get(f"{server.url}/ready").status_code == 503)
        assert detect(client, photographs[0]), "the worker that is there goes on"
        worker.kill()
        wait_until(lambda: client.post(DETECT, content=photographs[0], headers=STREAM).status_code == 503)
        assert server.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_however_the_service_ends_no_process_of_it_stays(number: signal.Signals) -> None:
    with face_server("--workers", "2") as server:
        zygote, workers = processes(server)
        server.stop(number)
        gone, alive = psutil.wait_procs([zygote, *workers], timeout=_SECONDS)
        assert (len(gone), alive) == (3, [])


def test_a_signal_to_all_of_its_processes_lets_what_is_under_way_be_finished(photographs: list[bytes]) -> None:
    """As a terminal's Ctrl-C or a supervisor's stop sends it."""
    with face_server("--workers", "1") as server, server.client() as client, ThreadPoolExecutor(1) as pool:
        zygote, (worker,) = processes(server)
        worker.suspend()
        answer = pool.submit(client.post, DETECT, content=photographs[0], headers=STREAM)
        wait_until(lambda: "face_api_pictures_pending 1.0" in httpx.get(f"{server.url}/metrics").text)
        for process in (worker, zygote, psutil.Process(server.process.pid)):
            process.send_signal(signal.SIGINT)
        worker.resume()
        assert answer.result(timeout=_SECONDS).status_code == 200
        assert server.process.wait(timeout=_SECONDS) == 0


def test_memory_stays_bounded_whatever_sizes_come(photographs: list[bytes]) -> None:
    """Pages that processes share are counted once (PSS)."""
    sizes = [(320, 240), (1280, 853), (1920, 1080), (1080, 1920), (1920, 1440), (1441, 1000), (1920, 1920), (1700, 900)]
    with face_server("--workers", "2") as server, server.client() as client, ThreadPoolExecutor(4) as pool:
        for size in sizes:
            saved = io.BytesIO()
            with Image.open(io.BytesIO(photographs[0])) as photograph:
                photograph.convert("RGB").resize(size).save(saved, "JPEG", quality=85)
            list(pool.map(lambda content: detect(client, content), [saved.getvalue()] * 6))
        zygote, workers = processes(server)
        taken = [process.memory_full_info().pss for process in (psutil.Process(server.process.pid), zygote, *workers)]
    assert sum(taken) < _MOST_MEGABYTES * 2**20
