"""What is done to the stack: each kind a generator that yields how many seconds to wait before it goes on."""

import random
import socket
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

import httpx
from pydantic import JsonValue

from local.errors import LocalError
from tests.soak.cameras import Cameras
from tests.soak.stack import AZURITE, AZURITE_SAVES_WITHIN_SECONDS, LIBFAKETIME, STEPPED, SoakStack
from tests.support.fault_proxy import Fault, Proxy

Steps = Generator[float, None, None]
BUSY = (
    Fault(409, "ContainerBeingDeleted"),
    Fault(409, "OperationNotAllowedInCurrentState"),
    Fault(409, "AccountBeingCreated"),
    Fault(429, "TooManyRequests"),
    Fault(503, "ServerBusy"),
    Fault(500, "InternalError"),
    Fault(503, "ServerBusy", share=0.5),
    Fault(seconds=1.0),
    Fault(seconds=4.0, share=0.3),
    Fault(lost="answer", share=0.3),
    Fault(lost="request", share=0.3),
)
FACE_FAULTS = (
    Fault(429, "429"),
    Fault(500, "InternalServerError"),
    Fault(503, "ServiceUnavailable"),
    Fault(200, "not what the contract says"),
    Fault(401, "401"),
    Fault(seconds=12.0),
    Fault(lost="answer", share=0.5),
)
TWIN: tuple[Mapping[str, JsonValue], ...] = (
    {"PictureStorage": "BlobEndpoint=https://acct..blob.core.windows.net/;SharedAccessSignature=sv=1"},
    {"PictureStorage": "BlobEndpoint=https://elsewhere.example/;SharedAccessSignature=sv=1"},
    {"CameraSource": "a" * 300},
    {"CameraSource": "rtsp://admin:pa/ss@127.0.0.1:9/live"},
    {"ObjectsOfInterest": "[" * 2000},
    {"ObjectsOfInterest": "giraffe"},
    {"FramesPerSecond": -1, "JpegQuality": "best"},
    {"Store": "Ünï/..", "Camera": 7},
    {"ModelZipUrl": "https://models..example/m.zip", "ModelZipSha256": "0" * 64},
    {"Lines": '[{"name": "x", "points": "nowhere"}]'},
    {"DayStart": "25:99 Mars/Olympus"},
    {"Nobody": {"knows": ["this", None, 1e300]}},
)
IDLE_CONNECTIONS = 1000
PROBES = 10
PROBE_SECONDS = 5.0
SAYS_IT_IS_WELL = {"face-api": "/ready", "worker": "/health", "worker-2": "/health", "dashboard": "/api/health"}


@dataclass
class Disturber:
    """Does one disturbance at a time of each kind. `done`: how often; `failed`: what did not hold meanwhile."""

    stack: SoakStack
    cameras: Cameras
    chance: random.Random
    longest: float
    done: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    slowest_probe: float = 0.0

    @property
    def kinds(self) -> dict[str, Callable[[], Steps]]:
        """Those that can be done here."""
        kinds: dict[str, Callable[[], Steps]] = {
            "kill -9": self._kill,
            "kill -9 of storage": self._kill_storage,
            "storage refuses, is slow or hangs up": lambda: self._fault(self.stack.storage_proxy, BUSY),
            "the Face API fails, is slow or hangs up": lambda: self._fault(self.stack.face_proxy, FACE_FAULTS),
            "odd events": self._events,
            "twin garbage": self._twin,
            f"{IDLE_CONNECTIONS} idle connections": self._idle,
        }
        return {**kinds, "clock step": self._clock} if LIBFAKETIME else kinds

    def start(self, kind: str) -> Steps:
        """Begin one of these."""
        self.done[kind] = self.done.get(kind, 0) + 1
        return self.kinds[kind]()

    def _seconds(self) -> float:
        return self.chance.uniform(0.3, 1) * self.longest

    def _kill(self) -> Steps:
        name = self.chance.choice([name for name in self.stack.named if name != AZURITE])
        self.stack.named[name].kill()
        yield self.chance.uniform(0, self.longest / 2)
        self.stack.revive(name)

    def _kill_storage(self) -> Steps:
        """Once nothing new is confirmed any more: what Azurite confirms, it has on disk only seconds later."""
        with _faults(self.stack.storage_proxy, Fault(503, "ServerBusy")):
            yield 1.0
            moment, until = time.time(), time.monotonic() + AZURITE_SAVES_WITHIN_SECONDS
            while not self.stack.azurite_saved_after(moment) and time.monotonic() < until:
                yield 0.2
            self.stack.named[AZURITE].kill()
            yield self.chance.uniform(0, 2)
            self.stack.revive(AZURITE)

    def _fault(self, proxy: Proxy, kinds: tuple[Fault, ...]) -> Steps:
        with _faults(proxy, self.chance.choice(kinds)):
            yield self._seconds()

    def _events(self) -> Steps:
        try:
            self.cameras.send_odd_events(8)
        except Exception:  # noqa: BLE001 - Event Hubs may be away just now; then nothing was sent, or not all
            yield 0.0
        yield 0.0

    def _twin(self) -> Steps:
        garbage = self.chance.choice(TWIN)
        for patch in (garbage, {name: self.stack.desired.get(name) for name in garbage}):
            with suppress(LocalError), self.stack.twin() as twin:  # where it is away, the end of the run sets all right
                twin.patch_desired(patch)
            yield self._seconds()

    def _clock(self) -> Steps:
        name = self.chance.choice(STEPPED)
        to = self.chance.choice(("+120", "-120", f"-{int(time.time()) - 100}" if name == "edge" else "-600"))
        self.stack.turn_clock(name, to)
        yield self._seconds()
        self.stack.turn_clock(name, "+0")
        yield 1.5

    def _idle(self) -> Steps:
        """A thousand that say nothing: whoever asks whether all is well gets an answer."""
        name = self.chance.choice((*SAYS_IT_IS_WELL, "event-hubs", "iot-edge"))
        with ExitStack() as connections:
            for _ in range(IDLE_CONNECTIONS):
                try:
                    connections.enter_context(socket.create_connection(("127.0.0.1", self.stack.port(name)), 1))
                except OSError:  # killed, or full: it may refuse
                    break
            for _ in range(PROBES):
                child = self.stack.named[name]
                if name in SAYS_IT_IS_WELL:
                    begin = time.monotonic()
                    answered = self._answers(name)
                    if answered:
                        self.slowest_probe = max(self.slowest_probe, time.monotonic() - begin)
                    elif self.stack.named[name] is child and child.status is None:
                        self.failed.append(f"{name} did not answer a probe beside idle connections")
                yield self._seconds() / PROBES

    def _answers(self, name: str) -> bool:
        path = SAYS_IT_IS_WELL[name]
        try:
            answer = httpx.get(
                f"http://127.0.0.1:{self.stack.port(name)}{path}", timeout=PROBE_SECONDS, trust_env=False
            )
        except httpx.HTTPError:
            return False
        return answer.status_code == 200


@contextmanager
def _faults(proxy: Proxy, fault: Fault) -> Iterator[None]:
    proxy.faults.append(fault)
    try:
        yield
    finally:
        with suppress(ValueError):  # where a run was broken off, all are gone already
            proxy.faults.remove(fault)
