"""What makes each row come once: files completed from the checkpoint, and one writer at a time."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.azurite import StorageAccount
from tests.support.fault_proxy import Fault, Proxy, proxy
from tests.windows.conftest import the_plan
from windows.checkpoint import Checkpoint, CheckpointBlob
from windows.errors import CheckpointInvalidError, CheckpointTakenError, StorageError
from windows.ordering import EventOrdering
from windows.outputs import OutputFolder
from windows.plan import plan_query
from windows.stream import Arrival, Stream

ROWS = {"windows": b'{"faces":1}\n{"faces":2}\n', "days": b'{"faces":3}\n'}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, len(ROWS["windows"])), st.integers(0, len(ROWS["days"])))
def test_whatever_part_of_the_rows_was_written_they_are_completed_to_each_once(windows: int, days: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "windows.jsonl").write_bytes(b"before\n" + ROWS["windows"][:windows])
        (folder / "days.jsonl").write_bytes(ROWS["days"][:days])
        with OutputFolder(folder, ["windows", "days"]) as files:
            files.complete({"windows": 7, "days": 0}, ROWS)
        assert (folder / "windows.jsonl").read_bytes() == b"before\n" + ROWS["windows"]
        assert (folder / "days.jsonl").read_bytes() == ROWS["days"]


@pytest.mark.parametrize("there", [b"", b"before\nother\n", b"before\n" + ROWS["windows"] + b"more\n"])
def test_files_that_are_not_the_checkpoints_are_left_alone(tmp_path: Path, there: bytes) -> None:
    (tmp_path / "windows.jsonl").write_bytes(there)
    with OutputFolder(tmp_path, ["windows"]) as files, pytest.raises(CheckpointInvalidError, match=r"windows\.jsonl"):
        files.complete({"windows": 7}, ROWS)
    assert (tmp_path / "windows.jsonl").read_bytes() == there


def test_a_folder_has_one_writer(tmp_path: Path) -> None:
    with OutputFolder(tmp_path, ["windows"]), pytest.raises(CheckpointTakenError, match="another runner"):
        OutputFolder(tmp_path, ["windows"])
    with OutputFolder(tmp_path, ["windows"]):
        pass


def test_a_runner_that_was_taken_over_cannot_write_the_checkpoint(storage: StorageAccount, container: str) -> None:
    hub = container  # a name of its own for this test
    with (
        CheckpointBlob(storage.connection_string, hub, "$Default") as first,
        CheckpointBlob(storage.connection_string, hub, "$Default") as second,
    ):
        assert first.claim() is None
        first.write(Checkpoint(b"one", {"windows": 0}, ROWS))
        taken = second.claim()
        assert taken == Checkpoint(b"one", {"windows": 0}, ROWS)
        with pytest.raises(CheckpointTakenError):
            first.write(Checkpoint(b"two", {}, {}))
        second.write(Checkpoint(b"three", {"windows": 24}, {}, finished=True))


def test_of_two_first_runners_one_is_refused(storage: StorageAccount, container: str) -> None:
    with (
        CheckpointBlob(storage.connection_string, container, "$Default") as first,
        CheckpointBlob(storage.connection_string, container, "$Default") as second,
    ):
        assert first.claim() is None
        assert second.claim() is None
        first.write(Checkpoint(b"one", {}, {}))
        with pytest.raises(CheckpointTakenError):
            second.write(Checkpoint(b"two", {}, {}))


def test_a_state_of_another_query_or_other_settings_is_refused() -> None:
    state = Stream(the_plan(), EventOrdering(), range(1)).save()
    late = EventOrdering(lateArrivalMaxDelaySeconds=60)
    with pytest.raises(CheckpointInvalidError, match="another query"):
        Stream(the_plan(), late, range(1)).restore(state)
    other = plan_query("SELECT TRY_CAST(store AS nvarchar(max)) AS store INTO out FROM visits TIMESTAMP BY seenAt")
    with pytest.raises(CheckpointInvalidError, match="another query"):
        Stream(other, EventOrdering(), range(1)).restore(state)
    with pytest.raises(CheckpointInvalidError, match="cannot be read"):
        Stream(the_plan(), EventOrdering(), range(1)).restore(state[:50])


def test_comments_and_spaces_in_the_query_do_not_make_it_another() -> None:
    query = "SELECT TRY_CAST(store AS nvarchar(max)) AS store INTO out FROM visits TIMESTAMP BY seenAt"
    state = Stream(plan_query(query), EventOrdering(), range(1)).save()
    same = plan_query(f"-- the stores\n{query.replace(' ', '  ')}")
    Stream(same, EventOrdering(), range(1)).restore(state)


@pytest.mark.parametrize(
    "body",
    ["", "not json", "[1]", '"text"', '{"a":', '{"store": "\\ud800"}', "\x00", "{}{}", "null", "NaN"],
)
def test_a_body_that_is_no_json_object_is_counted_and_passed_over(body: str) -> None:
    stream = Stream(the_plan(), EventOrdering(), range(1))
    stream.take(0, [Arrival(0, 1_772_445_600_000_000, body)])
    assert (stream.counts.events, stream.counts.unreadable) == (1, 1)
    assert stream.finish() == {}


def test_events_at_or_before_the_position_are_not_taken_again() -> None:
    stream = Stream(the_plan(), EventOrdering(), range(1))
    events = [Arrival(number, 1_772_445_600_000_000, "{}") for number in range(3)]
    stream.take(0, events[:2])
    stream.take(0, events)
    assert (stream.counts.events, stream.positions) == (3, {0: 2})


def behind(storage: StorageAccount, proxy: Proxy) -> str:
    """The connection string by way of the proxy."""
    proxy.target = int(storage.blob.rpartition(":")[2])
    return replace(storage, blob=proxy.url).connection_string


@pytest.mark.parametrize(
    "fault",
    [
        Fault(409, "ContainerBeingDeleted"),
        Fault(409, "AccountBeingCreated"),
        Fault(429, "TooManyRequests"),
        Fault(503, "ServerBusy"),
        Fault(lost="request"),
    ],
)
def test_storage_that_is_busy_is_no_other_runner(storage: StorageAccount, container: str, fault: Fault) -> None:
    with proxy() as way, CheckpointBlob(behind(storage, way), container, "$Default") as blob:
        assert blob.claim() is None
        blob.write(Checkpoint(b"one", {}, {}))
        way.faults.append(fault)
        with pytest.raises(StorageError):
            blob.write(Checkpoint(b"two", {}, {}))
        way.faults.clear()
        blob.write(Checkpoint(b"two", {}, {}))
        assert blob.claim() == Checkpoint(b"two", {}, {})


def test_a_write_whose_answer_was_lost_is_our_own_and_one_of_another_runner_is_not(
    storage: StorageAccount, container: str
) -> None:
    with (
        proxy() as way,
        CheckpointBlob(behind(storage, way), container, "$Default") as first,
        CheckpointBlob(storage.connection_string, container, "$Default") as second,
    ):
        assert first.claim() is None
        for number in range(2):  # the first makes the blob, the second replaces it
            way.faults.append(Fault(lost="answer"))
            with pytest.raises(StorageError):
                first.write(Checkpoint(b"one", {"windows": number}, {}))
            way.faults.clear()
            first.write(Checkpoint(b"one", {"windows": number}, {}))
        assert second.claim() == Checkpoint(b"one", {"windows": 1}, {})
        with pytest.raises(CheckpointTakenError):
            first.write(Checkpoint(b"two", {}, {}))
