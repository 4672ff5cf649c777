"""One run: start, warm up, disturb, let it calm down, and hold everything to account."""

import asyncio
import random
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.stack import HUB, WATCH_GROUP
from tests.function_app import hub
from tests.soak import ledger, settle, vitals
from tests.soak.arrivals import Arrivals
from tests.soak.calm import calm_run
from tests.soak.cameras import Cameras
from tests.soak.disturbances import TWIN, Disturber
from tests.soak.ledger import Check
from tests.soak.schedule import TICK_SECONDS, Schedule
from tests.soak.stack import LIBFAKETIME, STEPPED, SoakStack
from tests.soak.supervisor import Supervisor
from tests.support.event_hubs import EventHub
from tests.windows.test_follow import read

START_AND_END_SECONDS = 50.0
WARM_UP_SECONDS = 10.0


@dataclass(frozen=True)
class Plan:
    """seconds: in all, on a machine with a core to spare. a_second: blobs of the cameras."""

    seconds: float
    seed: int
    a_second: float

    @property
    def disturbed_seconds(self) -> float:
        """How long faults begin."""
        return max(20.0, self.seconds - START_AND_END_SECONDS - WARM_UP_SECONDS)


@dataclass(frozen=True)
class Outcome:
    """What was done, and what held."""

    done: dict[str, int | str]
    checks: list[Check]


def soak(plan: Plan, say: Callable[[str], None]) -> Outcome:
    """Raises LocalError when the stack does not start, or does not come back."""
    with tempfile.TemporaryDirectory(prefix="footfall-soak-") as temporary:
        return _Soak(plan, Path(temporary), say).run()


class _Soak:
    def __init__(self, plan: Plan, folder: Path, say: Callable[[str], None]) -> None:
        self._plan, self._folder, self._say = plan, folder, say
        self._chance = random.Random(plan.seed)  # noqa: S311
        self._arrivals = Arrivals(folder / "arrived")
        self._stack = SoakStack(folder / "stack", self._chance, self._arrivals)
        self._supervisor = Supervisor(self._stack, self._tell)
        self._begin = time.monotonic()
        self._first: dict[str, float] = {}
        self._most: dict[str, float] = {}

    def run(self) -> Outcome:
        """All of it."""
        stack = self._stack
        try:
            stack.begin()
            self._tell("started")
            with Cameras(stack, self._chance, self._plan.a_second) as cameras:
                longest = min(10.0, self._plan.disturbed_seconds / 10)
                disturber = Disturber(stack, cameras, self._chance, longest)
                cameras.store_bombs()
                self._supervisor.go_on(WARM_UP_SECONDS)
                self._first = vitals.memory(stack)
                self._tell("warm")
                self._disturb(disturber)
            self._tell("the load is over")
            checks = self._calm_down()
            self._tell("calm")
            bodies = self._bodies()
            poison = ledger.poisoned(stack.direct)
            rows = read(stack.rows)
        finally:
            stack.stop()
        strangers = set(cameras.events)  # of a message whose sending failed nobody knows whether it arrived
        events = [body for body in bodies if body in strangers]
        calm = calm_run(self._arrivals, stack.keys.anonymization, events, self._folder)
        self._tell("a calm run of the same is done")
        checks += ledger.account(self._arrivals, cameras.stored, poison, bodies, calm)
        checks += ledger.compare(rows, calm.rows)
        checks += self._manners(disturber)
        return Outcome({**self._done(disturber, cameras), "odd events on the hub": len(events)}, checks)

    def _disturb(self, disturber: Disturber) -> None:
        schedule = Schedule(disturber, self._chance, self._tell)
        until = time.monotonic() + self._plan.disturbed_seconds
        while (soon := time.monotonic() < until) or schedule.going_on:
            schedule.step(may_begin=soon)
            self._supervisor.go_on(TICK_SECONDS)

    def _calm_down(self) -> list[Check]:
        """No fault any more: all that waits is worked off, the camera stops, the windows close."""
        stack = self._stack
        for name in STEPPED if LIBFAKETIME else ():
            stack.turn_clock(name, "+0")
        self._set_twin_right()
        begin = time.monotonic()
        drained = settle.drained(stack, self._supervisor.go_on, self._tell)
        answered = settle.answered(stack, self._supervisor.go_on)
        self._most = vitals.memory(stack)
        edge = stack.named.pop("edge")
        at_end = edge.stop(30)
        drained = settle.drained(stack, self._supervisor.go_on, self._tell) and drained
        seconds = time.monotonic() - begin
        windows = stack.named.pop("windows")
        windows.wait_for("ready", 60)
        windows.signal(signal.SIGUSR1)
        status = windows.wait_for_exit(60)
        silent = [name for name, said in answered.items() if not said]
        dropped = sum(
            int(line.fields.get("dropped", 0))
            for line in stack.logs.lines
            if line.event == "counts" and line.process == "edge"
        )
        return [
            Check(
                "all is worked off once it is calm",
                drained,
                f"after {seconds:.0f} s, {len(ledger.left(stack.direct))} blobs left",
            ),
            Check(
                "all processes answer",
                not silent and status == 0,
                f"silent: {', '.join(silent) or 'none'}; the query finished with {status}, the camera with {at_end}",
            ),
            Check("the camera's spool lost nothing", dropped == 0, f"{dropped} dropped"),
        ]

    def _set_twin_right(self) -> None:
        names = {name for garbage in TWIN for name in garbage}
        with settle.reached(self._stack.twin, self._supervisor.go_on) as twin:
            twin.patch_desired({name: self._stack.desired.get(name) for name in names})

    def _bodies(self) -> list[bytes]:
        """All messages on the hub."""
        connection = self._stack.listen_connection_string
        last = EventHub(HUB, connection, self._stack.named["event-hubs"])
        return asyncio.run(hub.all_bodies(last, WATCH_GROUP))

    def _manners(self, disturber: Disturber) -> list[Check]:
        faults = [
            line for line in self._stack.logs.lines if line.event == "fault" or line.fields.get("level") == "critical"
        ]
        ended = self._supervisor.ended
        return [
            vitals.grown(self._first, self._most),
            Check("no process ended by itself", not ended, "; ".join(ended) or "none did"),
            Check(
                "no log line tells of a fault of ours",
                not faults,
                f"{len(faults)} lines" + "".join(f"; {line.process}: {dict(line.fields)}" for line in faults[:3]),
            ),
            Check(
                "probes are answered meanwhile",
                not disturber.failed,
                "; ".join(disturber.failed[:3]) or f"the slowest after {disturber.slowest_probe * 1000:.0f} ms",
            ),
        ]

    def _done(self, disturber: Disturber, cameras: Cameras) -> dict[str, int | str]:
        stack = self._stack
        edge = sum(name.startswith("demo-store/") for name in self._arrivals.names())
        done: dict[str, int | str] = {**cameras.sent, "blobs of the edge module": edge, **disturber.done}
        done["requests to storage that were faulted"] = stack.storage_proxy.faulted
        done["requests to the Face API that were faulted"] = stack.face_proxy.faulted
        done["starts of the query while what it needs was away"] = self._supervisor.waited
        if not LIBFAKETIME:
            done["clock steps"] = "left out: libfaketime is not installed (apt-get install faketime)"
        return done

    def _tell(self, what: str) -> None:
        self._say(f"{time.monotonic() - self._begin:6.1f} s  {what}")
