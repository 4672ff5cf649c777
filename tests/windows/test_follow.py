"""Streaming mode against the real Event Hubs server and Azurite: each row once, through kills and restarts."""

import json
import random
import signal
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.eventhub import EventData, EventHubProducerClient

from local.azurite import StorageAccount
from local.child import Child
from tests.support.event_hubs import EventHub
from tests.support.waiting import wait_until
from tests.windows.conftest import AGES, EMOTIONS, GENDERS, QUERY, Row, heartbeat, place, tally

Start = Callable[..., Child]
SUMS = [
    ("windows", "faces"),
    ("hours", "faces"),
    ("days", "faces"),
    ("traffic", "countIn"),
    ("traffic", "watchedSeconds"),
]


@pytest.fixture
def start(event_hub: EventHub, storage: StorageAccount) -> Iterator[Start]:
    """Start a runner on the hub; every one is stopped at the end."""
    children: list[Child] = []
    forget(storage)

    def run(folder: Path, *options: str, **environment: str) -> Child:
        command = [sys.executable, "-m", "windows", "--query", str(QUERY), "--follow", "--out", str(folder)]
        hub = {"EventHub": event_hub.connection_string, "EVENT_HUB_NAME": event_hub.name}
        child = Child(
            "windows",
            [*command, *options],
            {**hub, "CheckpointStorage": storage.connection_string, **environment},
        )
        children.append(child)
        return child

    yield run
    for child in children:
        child.stop()


def forget(storage: StorageAccount) -> None:
    """Delete every checkpoint: the next runner begins with the hub's first event."""
    storage.create_container("checkpoints")
    with storage.container("checkpoints") as container:
        for name in container.list_blob_names():
            container.delete_blob(name)


@contextmanager
def producer(hub: EventHub) -> Iterator[EventHubProducerClient]:
    client = EventHubProducerClient.from_connection_string(hub.connection_string, eventhub_name=hub.name)
    try:
        yield client
    finally:
        client.close()


def send(client: EventHubProducerClient, bodies: list[Row]) -> None:
    """In the order of the list, to the partition of each event's store and camera."""
    partitions: dict[int, list[Row]] = {}
    for body in bodies:
        place = f"{body['store']}/{body['camera']}".encode()
        partitions.setdefault(zlib.crc32(place) % 4, []).append(body)
    for partition, group in partitions.items():
        batch = client.create_batch(partition_id=str(partition))
        for body in group:
            batch.add(EventData(json.dumps(body)))
        client.send_batch(batch)


def read(folder: Path) -> dict[str, list[Row]]:
    files = {file.stem: file.read_text().splitlines() for file in folder.glob("*.jsonl")}
    return {output: [json.loads(line) for line in lines] for output, lines in files.items()}


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: [row["windowEnd"], row["store"], row.get("camera", ""), row.get("place") or ""])


def messages(count: int, seed: int) -> list[Row]:
    """Messages of 24 minutes across the full hour before the last, of 50 cameras, one in 100 sent again.

    Up to a quarter minute out of order; mostly tallies, some traffic, some heartbeats.
    """
    chance = random.Random(seed)  # noqa: S311
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1, minutes=12)
    bodies: list[Row] = []
    for number in range(count):
        quarter = 96 * number // count + 1 - chance.randrange(2)
        end = (start + timedelta(seconds=15 * quarter)).strftime("%Y-%m-%dT%H:%M:%SZ")
        camera = chance.randrange(50)
        where = {"store": f"store-{camera // 5}", "camera": f"camera-{camera % 5}"}
        name = f"{chance.getrandbits(128):032x}"
        kind = chance.randrange(10)
        if kind < 7:
            split = [chance.choice(GENDERS), chance.choice(AGES), chance.choice(EMOTIONS)]
            figures = {"faces": 1, "displayVisitors": 1, **dict.fromkeys(split, 1)}
            bodies.append(tally(name, end, **where, **figures, sentimentTenths=chance.randrange(-10, 11)))
        elif kind < 9:
            bodies.append(place(name, end, **where, countIn=chance.randrange(3), countOut=chance.randrange(3)))
        else:
            bodies.append(heartbeat(name, f"{end[:-3]}00Z", **where, watchedSeconds=chance.randrange(61)))
        if chance.random() < 0.01:
            bodies.append(bodies[-chance.randrange(1, min(len(bodies), 30) + 1)])
    return bodies[:count]


def test_ten_kills_during_20000_events_leave_the_rows_of_an_uninterrupted_run(
    event_hub: EventHub, storage: StorageAccount, start: Start, tmp_path: Path
) -> None:
    chance = random.Random(7)  # noqa: S311
    bodies = messages(20_000, seed=1)
    kills = 10
    chunk = len(bodies) // (kills + 1) + 1
    killed = tmp_path / "killed"
    with producer(event_hub) as client:
        for number in range(kills + 1):
            runner = start(killed)
            if number:  # the first kill comes while the runner is still starting
                runner.wait_for("ready")
            for at in range(number * chunk, min((number + 1) * chunk, len(bodies)), 500):
                send(client, bodies[at : min(at + 500, (number + 1) * chunk)])
            if number < kills:
                time.sleep(chance.random() * 0.8)
                runner.kill()
        runner.process.send_signal(signal.SIGUSR1)
        assert runner.wait_for_exit(60) == 0
    forget(storage)
    whole = tmp_path / "whole"
    uninterrupted = start(whole, "--until-idle", "1")
    assert uninterrupted.wait_for_exit(90) == 0
    rows, expected = read(killed), read(whole)
    once = {body["tallyId"]: body for body in bodies}.values()
    for output, column in SUMS:
        assert sum(row[column] or 0 for row in expected[output]) == sum(body.get(column, 0) for body in once)
    assert {output: in_order(lines) for output, lines in rows.items()} == {
        output: in_order(lines) for output, lines in expected.items()
    }


def test_when_every_partition_is_quiet_the_clock_closes_the_window(
    event_hub: EventHub, start: Start, tmp_path: Path
) -> None:
    runner = start(tmp_path / "rows", "--late", "3", "--out-of-order", "0")
    runner.wait_for("ready")
    now = datetime.now(UTC).replace(microsecond=0)
    end = now - timedelta(seconds=now.second % 15) + timedelta(seconds=15)
    with producer(event_hub) as client:
        send(client, [tally("1", end.strftime("%Y-%m-%dT%H:%M:%SZ"), faces=1)])
    # One event, then silence: the window closes when the late tolerance after its end is over, and not before.
    wait_until(lambda: len(read(tmp_path / "rows")["windows"]) == 1, "a window is closed", 30)
    (row,) = read(tmp_path / "rows")["windows"]
    lag = datetime.now(UTC) - datetime.fromisoformat(row["windowEnd"]) - timedelta(seconds=3)
    assert lag > timedelta(0)


def test_sigterm_leaves_open_windows_to_the_next_run_and_sigusr1_closes_them(
    event_hub: EventHub, start: Start, tmp_path: Path
) -> None:
    bodies = messages(300, seed=2)
    first = start(tmp_path / "rows")
    first.wait_for("ready")
    with producer(event_hub) as client:
        send(client, bodies[:150])
        wait_until(lambda: len(read(tmp_path / "rows")["windows"]) > 0, "a window is closed")
        assert first.stop() == 0
        assert read(tmp_path / "rows")["days"] == []
        second = start(tmp_path / "rows")
        send(client, bodies[150:])
    second.wait_for("ready")
    second.process.send_signal(signal.SIGUSR1)
    assert second.wait_for_exit(30) == 0
    rows = read(tmp_path / "rows")
    faces = sum(body.get("faces", 0) for body in {body["tallyId"]: body for body in bodies}.values())
    assert [sum(row["faces"] for row in rows[output]) for output in ("windows", "hours", "days")] == [faces] * 3


def test_a_finished_run_is_not_taken_up_again(event_hub: EventHub, start: Start, tmp_path: Path) -> None:
    with producer(event_hub) as client:
        send(client, messages(20, seed=3))
    assert start(tmp_path / "rows", "--until-idle", "0.5").wait_for_exit(30) == 0
    again = start(tmp_path / "rows")
    assert again.wait_for_exit(30) == 2
    assert "was finished" in again.last_words


def test_events_that_are_no_json_are_counted_and_the_rest_goes_on(
    event_hub: EventHub, start: Start, tmp_path: Path
) -> None:
    with producer(event_hub) as client:
        batch = client.create_batch(partition_id="0")
        for body in (
            b"\xff\xfe",
            b"not json",
            b"[1]",
            b'"text"',
            json.dumps(messages(1, seed=4)[0] | {"schema": "footfall.tally/1", "faces": 1}).encode(),
        ):
            batch.add(EventData(body))
        client.send_batch(batch)
    runner = start(tmp_path / "rows", "--until-idle", "0.5")
    assert runner.wait_for_exit(30) == 0
    finished = runner.wait_for("finished").fields
    assert (finished["events"], finished["unreadable"]) == (5, 4)
    assert [row["faces"] for row in read(tmp_path / "rows")["windows"]] == [1]


@pytest.mark.parametrize(
    ("change", "status", "named"),
    [
        ({"EventHub": "nonsense"}, 2, "EventHub is not"),
        ({"CheckpointStorage": "nonsense"}, 2, "CheckpointStorage is not"),
        ({"EVENT_HUB_NAME": "elsewhere"}, 1, "EventHub"),
    ],
)
def test_a_wrong_address_is_one_line(
    start: Start, tmp_path: Path, change: dict[str, str], status: int, named: str
) -> None:
    runner = start(tmp_path / "rows", **change)
    assert runner.wait_for_exit(60) == status
    assert named in runner.last_words
    assert "Traceback" not in runner.last_words
