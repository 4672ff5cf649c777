"""A bounded pool: one thread and one worker for each core, a queue of fixed length, 429 beyond it."""

import asyncio
import math
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from face_api.errors import Cancelled, RateLimitExceeded, Unavailable

Tool = TypeVar("Tool")
Result = TypeVar("Result")
Check = Callable[[], None]


class WorkerPool(Generic[Tool]):
    """Runs work on tools that may be used by one thread at a time."""

    def __init__(self, tools: Sequence[Tool], waiting: int) -> None:
        """tools: one for each worker; waiting: how many may wait for one."""
        self._tools: queue.SimpleQueue[Tool] = queue.SimpleQueue()
        for tool in tools:
            self._tools.put(tool)
        self._workers = len(tools)
        self._limit = len(tools) + waiting
        self._executor = ThreadPoolExecutor(len(tools), thread_name_prefix="worker")
        self._pending = 0
        self._seconds = 0.1
        self._closed = False

    @property
    def pending(self) -> int:
        """How many are at work or waiting."""
        return self._pending

    @property
    def limit(self) -> int:
        """How many may be at work or waiting."""
        return self._limit

    async def run(self, work: Callable[[Tool, Check], Result]) -> Result:
        """What `work` returns. Called from the event loop only.

        Work that is cancelled leaves the queue, or is told so by its `check`, which then raises Cancelled. Raises
        RateLimitExceeded when the queue is full, Unavailable when the pool is closed.
        """
        if self._closed:
            raise Unavailable("the service is stopping")
        if self._pending >= self._limit:
            wait = math.ceil(self._pending / self._workers * self._seconds)
            raise RateLimitExceeded("every worker is busy and the queue is full", retry_after=max(1, wait))
        gone = threading.Event()

        def check() -> None:
            if gone.is_set():
                raise Cancelled

        def task() -> Result:
            check()
            tool = self._tools.get()
            start = time.monotonic()
            try:
                return work(tool, check)
            finally:
                self._tools.put(tool)
                self._seconds += (time.monotonic() - start - self._seconds) / 16

        self._pending += 1
        future = self._executor.submit(task)
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: self._done(loop))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            gone.set()
            raise

    def close(self) -> None:
        """Waits for the work under way; what waits is dropped."""
        self._closed = True
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _done(self, loop: asyncio.AbstractEventLoop) -> None:
        def decrement() -> None:
            self._pending -= 1

        if not loop.is_closed():
            loop.call_soon_threadsafe(decrement)
