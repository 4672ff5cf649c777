"""What the drill reads in the Face API's logs after an outage, and what it asks of an erasure."""

import json
import time
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from infra.drill import outages
from infra.drill.cluster import Cluster, DidNotHold
from infra.drill.outages import said_once
from infra.drill.trials import Drill, erasure

AWAY = json.dumps({"event": "store can't be written", "level": "error"})
BACK = json.dumps({"event": "store can be written", "level": "info", "seconds": 20})
BEFORE = {"face-api-1", "face-api-2"}


class Logs(Cluster):
    """Face APIs whose logs say more each time they are read; the last reading stays."""

    readings: ClassVar[dict[str, list[list[str]]]] = {}
    ending: ClassVar[set[str]] = set()

    def json(self, *arguments: str) -> dict[str, Any]:  # noqa: ARG002
        ends = {"deletionTimestamp": "2026-11-29T12:00:00Z"}
        return {"items": [{"metadata": {"name": one} | (ends if one in self.ending else {})} for one in self.readings]}

    def run(self, *arguments: str, stdin: bytes = b"", seconds: float = 60, check: bool = True) -> str:  # noqa: ARG002
        readings = self.readings[arguments[arguments.index("logs") + 1]]
        return "\n".join(readings.pop(0) if len(readings) > 1 else readings[0])


def told(monkeypatch: pytest.MonkeyPatch, readings: dict[str, list[list[str]]], ending: set[str] | None = None) -> str:
    monkeypatch.setattr(Logs, "readings", readings)
    monkeypatch.setattr(Logs, "ending", ending or set())
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    return said_once(Logs("kubectl", "a", "b"), BEFORE, time.monotonic(), within=0.05)


def test_a_face_api_may_notice_the_end_later_than_its_sister_that_had_the_pictures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readings = {"face-api-1": [[AWAY, BACK]], "face-api-2": [[AWAY], [AWAY], [AWAY, BACK]]}

    assert told(monkeypatch, readings) == "said once"


def test_one_that_came_after_the_outage_or_is_about_to_end_need_not_tell_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = {"face-api-1": [[AWAY, BACK]], "face-api-2": [[AWAY]], "face-api-new": [["started"]]}

    assert told(monkeypatch, readings, ending={"face-api-2"}) == "said once"


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ([AWAY], r"face-api-1's log warns 1 times \(store can't be written\) and says 0 times that it is over"),
        ([AWAY, BACK, AWAY, BACK], r"face-api-1's log warns 2 times .* and says 2 times that it is over"),
        ([], "face-api-1's log warns 0 times"),
    ],
)
def test_an_outage_that_is_told_never_without_end_or_twice_is_named(
    monkeypatch: pytest.MonkeyPatch, log: list[str], said: str
) -> None:
    with pytest.raises(DidNotHold, match=said):
        told(monkeypatch, {"face-api-1": [log]})


def test_an_outage_that_no_face_api_outlives_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DidNotHold, match="no Face API outlived"):
        told(monkeypatch, {"face-api-new": [[]]})


class Forgets(Cluster):
    """A cluster whose job says that it erased; whoever comes next is new, or isn't."""

    forgot: ClassVar[bool] = True
    fed: ClassVar[list[str]] = []

    def run(self, *arguments: str, stdin: bytes = b"", seconds: float = 60, check: bool = True) -> str:  # noqa: ARG002
        self.fed.append(arguments[2])
        return "visitors erased" if "logs" in arguments else ""

    def inside(self, *arguments: str, stdin: bytes = b"", seconds: float = 180) -> dict[str, Any]:  # noqa: ARG002
        self.fed.append(arguments[0])
        new = {"newVisitors": 3} if self.forgot and "feed" in self.fed else {}
        sums = {"faces": self.fed.count("feed"), **new}
        left = {"pictures": 0, "pictures-poison": 0}
        return {"left": left, "seconds": 1.0, "distinct": self.fed.count("feed"), "sums": sums}


@pytest.fixture
def forgets(monkeypatch: pytest.MonkeyPatch) -> Drill:
    monkeypatch.setattr(Forgets, "fed", [])
    return Drill(Forgets("kubectl", "a", "b"), [b"x"], [], 1, "filler")


def test_after_an_erasure_everyone_is_new_and_known_again_for_the_lines_after_it(forgets: Drill) -> None:
    assert erasure(forgets) == "visitor memory erased, 3 new visitors after it"
    assert Forgets.fed[-2:] == ["feed", "drained"]
    assert forgets.sent["sums"] == {"faces": 1, "newVisitors": 3}, "what came of it is not the next line's"


def test_an_erasure_that_forgot_nobody_is_named(forgets: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Forgets, "forgot", False)

    with pytest.raises(DidNotHold, match="nobody who comes again is new"):
        erasure(forgets)


def test_the_database_counts_as_away_from_when_its_pod_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PostgreSQL that is told to end may serve those who are connected for half a minute more."""
    done: list[str] = []

    class Recorded(Cluster):
        def json(self, *arguments: str) -> dict[str, Any]:  # noqa: ARG002
            return {"items": [{"metadata": {"name": "face-api-1"}}]}

        def run(self, *arguments: str, stdin: bytes = b"", seconds: float = 60, check: bool = True) -> str:  # noqa: ARG002
            done.append(" ".join(arguments))
            return "\n".join([AWAY, BACK])

    def under_load(_drill: Drill, disturb: Callable[[], None]) -> str:
        disturb()
        return "18 tallies"

    monkeypatch.setattr(outages, "disturbed", under_load)
    monkeypatch.setattr(time, "sleep", lambda seconds: done.append(f"sleep {seconds}"))
    drill = Drill(Recorded("kubectl", "here", "outside"), [], [], 1, "", "")

    assert outages.database_away(drill, 20) == "18 tallies; said once"
    gone = "-n here wait --for=delete pod/postgres-0 --timeout=120s"
    scale = "-n here scale statefulset/postgres --replicas="
    assert done[:4] == [f"{scale}0", gone, "sleep 20", f"{scale}1"]
