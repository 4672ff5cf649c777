"""A program of another language, told over its stdin what its official client is to do.

A request is a JSON object a line with `id`, `do` and what that needs; `{"do": "cancel", "of": id}` ends one early. Of
each request come any number of `{"id", "got": …}` and at the end `{"id", "done": …}` or
`{"id", "failed": {"type", "condition", "message"}}`, as the SDK's own error says it.
"""

import asyncio
import itertools
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Answer = Mapping[str, Any]


class Failed(Exception):
    """An SDK raised an error; `condition` is the AMQP condition or code it shows."""

    def __init__(self, about: Answer) -> None:
        super().__init__(f"{about['type']} {about['condition']}: {about['message']}")
        self.type, self.condition, self.message = about["type"], about["condition"], about["message"]


@dataclass
class Request:
    """Something that runs in the program."""

    driver: "Driver"
    number: int
    answers: asyncio.Queue[Answer]

    async def got(self, seconds: float = 120.0) -> Any:
        """The next thing that came of it. Raises Failed and TimeoutError."""
        async with asyncio.timeout(seconds):
            answer = await self.answers.get()
        if "failed" in answer:
            raise Failed(answer["failed"])
        return answer["got"] if "got" in answer else answer["done"]

    async def done(self, seconds: float = 120.0) -> Any:
        """What it ended with. Raises Failed and TimeoutError."""
        async with asyncio.timeout(seconds):
            while True:
                answer = await self.answers.get()
                if "failed" in answer:
                    raise Failed(answer["failed"])
                if "done" in answer:
                    return answer["done"]

    async def cancel(self) -> None:
        """End it."""
        await self.driver.write({"id": 0, "do": "cancel", "of": self.number})


class Driver:
    """A running program."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._numbers = itertools.count(1)
        self._requests: dict[int, asyncio.Queue[Answer]] = {}
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reading = [asyncio.create_task(self._read()), asyncio.create_task(self._hear())]
        self.last_words: list[str] = []

    @classmethod
    async def start(cls, command: Sequence[str], environment: Mapping[str, str]) -> "Driver":
        """Start it, with `environment` on top of the few variables that a program needs; wait until it listens."""
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "JAVA_HOME") if name in os.environ
        }
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**kept, **environment},
            limit=1 << 24,
        )
        driver = cls(process)
        async with asyncio.timeout(90):
            await driver._ready
        return driver

    async def ask(self, do: str, **arguments: object) -> Request:
        """Begin something."""
        number = next(self._numbers)
        request = Request(self, number, asyncio.Queue())
        self._requests[number] = request.answers
        await self.write({"id": number, "do": do, **arguments})
        return request

    async def run(self, do: str, *, seconds: float = 120.0, **arguments: object) -> Any:
        """Do something to its end. Raises Failed and TimeoutError."""
        return await (await self.ask(do, **arguments)).done(seconds)

    async def write(self, request: Mapping[str, object]) -> None:
        """Send a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        await self._process.stdin.drain()

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await asyncio.gather(*self._reading, return_exceptions=True)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            try:
                answer = json.loads(line)
            except ValueError:  # a library's own words
                self.last_words.append(line.decode(errors="replace"))
                continue
            if "ready" in answer:
                self._ready.set_result(None)
            elif answer["id"] in self._requests:
                self._requests[answer["id"]].put_nowait(answer)
        about = {"type": "Died", "condition": "", "message": " ".join(self.last_words[-5:])}
        if not self._ready.done():
            self._ready.set_exception(Failed(about))
        for answers in self._requests.values():
            answers.put_nowait({"failed": about})

    async def _hear(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self.last_words.append(line.decode(errors="replace").rstrip())
            del self.last_words[:-50]
