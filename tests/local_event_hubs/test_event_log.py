"""A partition's log on disk: what was kept is there again, what a death cut off is not, and what is old goes."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.event_hubs.broker.event_log import Cursor, EventLog, Retention, Storable
from local.event_hubs.broker.position import position
from local.event_hubs.broker.record import StoredEvent

HOUR = 3600.0
START = Cursor(0, 0)


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


def event(body: bytes, head: bytes = b"") -> Storable:
    return Storable(head, len(head) + len(body), lambda sequence, offset, _: b"%d/%d " % (sequence, offset) + body)


def read_all(log: EventLog, cursor: Cursor = START) -> list[StoredEvent]:
    events = []
    while found := log.read(cursor, 7):
        events += [each for each, _ in found]
        cursor = found[-1][1]
    return events


def numbers(log: EventLog, cursor: Cursor = START) -> list[int]:
    return [each.sequence for each in read_all(log, cursor)]


@given(st.lists(st.lists(st.binary(max_size=300), min_size=1, max_size=5), max_size=12))
@settings(deadline=None)
def test_events_read_back_in_order_now_and_after_a_restart(batches: list[list[bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = EventLog(Path(folder), Retention(segment_bytes=500))
        for batch in batches:
            log.append([event(body, b"head") for body in batch])
        kept = read_all(log)
        log.close()
        again = EventLog(Path(folder), Retention(segment_bytes=500))

        bodies = [body for batch in batches for body in batch]
        assert [each.sequence for each in kept] == list(range(len(bodies)))
        assert [each.body.split(b" ", 1)[1] for each in kept] == bodies
        assert all(each.head == b"head" for each in kept)
        assert read_all(again) == kept
        assert (again.next_sequence, again.dropped) == (len(bodies), 0)
        again.close()


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=8), st.data())
@settings(deadline=None)
def test_cut_anywhere_the_log_opens_with_the_whole_events_and_goes_on(bodies: list[bytes], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = EventLog(folder, Retention())
        ends = [0]
        for body in bodies:
            log.append([event(body)])
            ends.append(log.end.position)
        log.close()
        file = folder / f"{0:020d}.log"
        size = data.draw(st.integers(0, ends[-1]))
        torn = file.read_bytes()[:size] + data.draw(st.sampled_from([b"", bytes(40), b"\xff" * 40]))
        file.write_bytes(torn)
        whole = sum(end <= size for end in ends) - 1

        log = EventLog(folder, Retention())

        assert numbers(log) == list(range(whole))
        assert log.dropped + log.damaged == len(torn) - ends[whole]
        log.append([event(b"next")])
        assert [each.body for each in read_all(log)][-1].endswith(b" next")
        assert len(read_all(log)) == whole + 1
        log.close()


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=8), st.data())
@settings(deadline=None)
def test_of_a_damaged_event_the_others_are_kept_and_no_number_is_given_twice(
    bodies: list[bytes], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = EventLog(folder, Retention(segment_bytes=data.draw(st.sampled_from([400, 100_000]))))
        log.append([event(body) for body in bodies])
        whole = read_all(log)
        log.close()
        (file,) = folder.glob("*.log")
        content = bytearray(file.read_bytes())
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= 1 << data.draw(st.integers(0, 7))
        file.write_bytes(content)
        hit = next(number for number, each in enumerate(whole) if place < each.end)

        for _ in range(2):  # it stays so
            log = EventLog(folder, Retention())
            assert read_all(log) == [each for each in whole if each.sequence != hit]
            for each in whole:
                if each.sequence != hit:
                    found = log.after(lambda stored: stored.sequence, each.sequence - 1)
                    assert numbers(log, found)[0] == each.sequence
            if hit < len(whole) - 1 or log.damaged:  # else: how long the newest was can't be told any more
                assert (log.dropped, log.next_sequence) == (0, len(whole))
            log.close()
        log = EventLog(folder, Retention())
        log.append([event(b"next")])
        assert [each.sequence for each in read_all(log)][:-1] == [n for n in range(len(whole)) if n != hit]
        log.close()


def test_a_newest_event_that_is_damaged_keeps_its_number(tmp_path: Path) -> None:
    log = EventLog(tmp_path, Retention())
    log.append([event(b"first"), event(b"newest")])
    log.close()
    (file,) = tmp_path.glob("*.log")
    file.write_bytes(file.read_bytes()[:-1] + b"!")

    log = EventLog(tmp_path, Retention())
    log.append([event(b"next")])

    assert numbers(log) == [0, 2]
    log.close()


def test_damage_in_a_large_file_is_passed_over_in_seconds(tmp_path: Path) -> None:
    log = EventLog(tmp_path, Retention())
    for _ in range(200):
        log.append([event(b"x" * 100_000)])
    log.close()
    (file,) = tmp_path.glob("*.log")
    content = bytearray(file.read_bytes())
    content[300] ^= 1
    content[8_000_000:16_000_000] = bytes(8_000_000)
    file.write_bytes(content)

    log = EventLog(tmp_path, Retention())

    assert len(numbers(log)) == 200 - 1 - 81
    log.close()


def test_a_stray_file_in_a_partitions_folder_is_let_be(tmp_path: Path) -> None:
    EventLog(tmp_path, Retention()).close()
    stray = tmp_path / "copy of 0.log"
    stray.write_text("mine")

    log = EventLog(tmp_path, Retention())

    assert (log.next_sequence, stray.read_text()) == (0, "mine")
    log.close()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2000)), min_size=1, max_size=60), st.data())
@settings(deadline=None)
def test_a_position_is_found_as_if_all_events_were_looked_at(steps: list[tuple[int, int]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        log = EventLog(Path(folder), Retention(segment_bytes=4000), clock)
        for seconds, size in steps:
            clock.seconds += seconds
            log.append([event(b"x" * size)])
        events = read_all(log)
        name, value = data.draw(st.sampled_from(["offset", "sequence-number", "enqueued-time"])), 0
        values = {
            "offset": [each.offset for each in events],
            "sequence-number": [each.sequence for each in events],
            "enqueued-time": [each.enqueued_ms for each in events],
        }[name]
        value = data.draw(st.sampled_from(values)) + data.draw(st.integers(-1, 1))
        comparison = data.draw(st.sampled_from([">", ">="]))

        where = position(f"amqp.annotation.x-opt-{name} {comparison} '{value}'")
        assert where.field is not None
        found = numbers(log, log.after(where.field, where.value))

        assert found == [n for n, v in enumerate(values) if v > value or (comparison == ">=" and v == value)]
        log.close()


def test_a_reader_at_the_end_gets_what_comes_next_even_in_a_new_segment(tmp_path: Path) -> None:
    log = EventLog(tmp_path, Retention(segment_bytes=1))
    log.append([event(b"old")])
    end = log.end

    assert log.read(end, 5) == []
    log.append([event(b"new")])
    assert numbers(log, end) == [1]
    log.close()


def test_segments_go_when_all_in_them_is_older_than_the_retention(tmp_path: Path) -> None:
    clock = Clock()
    log = EventLog(tmp_path, Retention(hours=1, segment_bytes=1), clock)
    for _ in range(3):
        log.append([event(b"old")])
    clock.seconds += 2 * HOUR
    log.append([event(b"new")])

    assert numbers(log) == [3]
    assert log.first_sequence == 3
    assert len(list(tmp_path.iterdir())) == 1
    log.close()
    assert EventLog(tmp_path, Retention(hours=1), clock).next_sequence == 4


def test_the_oldest_segments_go_when_the_log_is_over_its_bytes(tmp_path: Path) -> None:
    log = EventLog(tmp_path, Retention(log_bytes=5_000, segment_bytes=1_000))
    for _ in range(100):
        log.append([event(b"x" * 400)])

    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 7_000
    assert numbers(log)[-1] == 99
    assert numbers(log)[0] == log.first_sequence > 80
    log.close()


def test_time_never_goes_back_though_the_clock_does(tmp_path: Path) -> None:
    clock = Clock()
    log = EventLog(tmp_path, Retention(), clock)
    log.append([event(b"a")])
    clock.seconds -= HOUR
    log.append([event(b"b")])

    first, second = read_all(log)
    assert second.enqueued_ms == first.enqueued_ms
    log.close()


def test_a_batch_the_disk_does_not_take_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = EventLog(tmp_path, Retention())
    log.append([event(b"kept")])
    first = log.end.position
    real, rooms = os.pwrite, iter([2 * first + 5])

    def full_disk(file: int, data: bytes, at: int) -> int:
        room = next(rooms, None)
        if room is None:
            raise OSError(28, "No space left on device")
        return real(file, data[:room], at)

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full_disk)
        with pytest.raises(OSError, match="No space"):  # after two of three were written
            log.append([event(b"lost"), event(b"lost"), event(b"lost")])
    log.append([event(b"next")])
    log.close()

    again = EventLog(tmp_path, Retention())
    assert [each.body for each in read_all(again)] == [b"0/0 kept", b"1/4 next"]
    assert again.dropped == 0
    again.close()
