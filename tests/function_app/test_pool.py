"""The pool: nothing leaves of few, everything is counted once, and what a writer loses another finds."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from function_app.columns import AGES, GENDERS
from function_app.dispatch import Dispatch
from function_app.moments import QUARTER_MINUTE, DayStart, Span, window_end
from function_app.names import Traffic
from function_app.pool import people, places
from function_app.pool.rules import Rules
from function_app.pool.state import MOST_SEEN, CameraPool
from function_app.pool.store import PoolStore
from function_app.pool.suppression import suppress
from function_app.settings import Settings
from function_app.storage.container import Container
from function_app.tally import Tally
from function_app.traffic import read_rows
from local.azurite import StorageAccount
from tests.function_app import rig, traffic
from tests.function_app.face_service import KEY, MEMORY

MORNING = datetime(2026, 11, 2, 9, 0, 7, tzinfo=UTC)
NIGHT = MORNING + timedelta(days=2)
FIVE = timedelta(minutes=5)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def rules(least: int, recognised: bool = True, day: str = "00:00") -> Rules:
    return Rules(least, DayStart.parse(day), recognised, digest)


def tally(number: int, at: datetime, **counts: int) -> Tally:
    end = window_end(at)
    return Tally.of(digest(str(number)), "store-1", "cam-1", Span(end - QUARTER_MINUTE, end), counts)


def arrival(number: int, at: datetime, gender: str = "female", age: str = "age25to34") -> Tally:
    ones = {"faces": 1, "displayVisitors": 1, "visitors": 1, "newVisitors": 1, gender: 1, age: 1}
    return tally(number, at, **ones)


EMPTY = CameraPool(store="store-1", camera="cam-1")


def bodies(pool: CameraPool) -> list[dict[str, Any]]:
    return [json.loads(message.body) for message in pool.outbox]


def sums(pool: CameraPool) -> Counter[str]:
    counts: Counter[str] = Counter()
    for body in bodies(pool):
        counts.update({name: value for name, value in body.items() if isinstance(value, int)})
    return counts


def test_the_fifth_display_visitor_opens_the_door_at_the_next_full_five_minutes() -> None:
    pool = EMPTY
    for number in range(5):
        assert not pool.outbox
        pool = people.add_tally(pool, arrival(number, MORNING + number * FIVE), rules(5), MORNING + number * FIVE)
    full = MORNING + 4 * FIVE
    assert not people.let_go(pool, rules(5), full + timedelta(minutes=4)).outbox
    (body,) = bodies(people.let_go(pool, rules(5), full + timedelta(minutes=5)))
    assert (body["windowStart"], body["windowEnd"]) == ("2026-11-02T00:00:00Z", "2026-11-02T09:25:00Z")
    assert {name: body[name] for name in ("faces", "displayVisitors", "visitors")} == dict.fromkeys(
        ("faces", "displayVisitors", "visitors"), 5
    )
    assert "female" not in body, "what they were like waits for more company"


def test_faces_of_people_who_are_only_still_there_do_not_open_it() -> None:
    pool = EMPTY
    for number in range(50):
        pool = people.add_tally(pool, tally(number, MORNING, faces=3), rules(5), NIGHT)
    assert not people.let_go(pool, rules(5), NIGHT).outbox


def test_where_nobody_is_recognised_one_who_stays_is_not_taken_for_five() -> None:
    policy, pool = rules(5, recognised=False), EMPTY
    for number in range(60):  # the same face, every ten seconds, for ten minutes
        at = MORNING + timedelta(seconds=10 * number)
        pool = people.add_tally(pool, tally(number, at, faces=1, displayVisitors=1), policy, at)
    assert not people.let_go(pool, policy, MORNING + timedelta(hours=1)).outbox


def test_what_is_under_the_group_at_the_days_end_is_dropped_and_said() -> None:
    pool = EMPTY
    for number in range(7):
        pool = people.add_tally(pool, arrival(number, MORNING), rules(5), MORNING)
    for number in range(7, 9):
        pool = people.add_tally(pool, arrival(number, MORNING + 4 * FIVE), rules(5), MORNING + 4 * FIVE)
    closed, dropped = people.close_days(pool, rules(5), NIGHT)
    assert (dropped, sums(closed)["displayVisitors"], closed.days) == (2, 7, {})


def test_a_day_begins_where_the_store_says() -> None:
    berlin = rules(5, day="04:00 Europe/Berlin")
    evening, night = datetime(2026, 11, 2, 23, tzinfo=UTC), datetime(2026, 11, 3, 2, 59, tzinfo=UTC)
    pool = people.add_tally(EMPTY, arrival(1, evening), berlin, evening)
    assert len(people.add_tally(pool, arrival(2, night), berlin, night).days) == 1
    assert len(people.add_tally(pool, arrival(2, night + FIVE), berlin, night).days) == 2


@pytest.mark.parametrize(
    ("day", "changes"),
    [
        ("02:30 Europe/Paris", "2026-10-25"),
        ("02:30 Europe/Paris", "2026-03-29"),
        ("00:00 Africa/Cairo", "2026-04-24"),
        ("23:30 America/Nuuk", "2026-03-29"),  # there 23:00 to 23:59 is left out
    ],
)
def test_a_moment_lies_within_its_day_and_days_follow_one_another_when_clocks_change(day: str, changes: str) -> None:
    starts, midnight = DayStart.parse(day), datetime.fromisoformat(f"{changes}T00:00:00Z")
    spans = []
    for minutes in range(-24 * 60, 24 * 60, 15):
        end = midnight + timedelta(minutes=minutes)
        spans.append(starts.day_of(end))
        assert spans[-1].start < end <= spans[-1].end
    spans = list(dict.fromkeys(spans))
    assert [one.end for one in spans[:-1]] == [other.start for other in spans[1:]]


def test_a_blob_that_comes_again_changes_nothing_for_as_long_as_a_camera_may_repeat_it() -> None:
    pool = people.add_tally(EMPTY, arrival(0, MORNING), rules(5), MORNING)
    for number in range(1, MOST_SEEN):
        pool = people.add_tally(pool, tally(number, MORNING, faces=1), rules(5), MORNING)
    assert people.add_tally(pool, arrival(0, MORNING), rules(5), MORNING) is pool
    assert len(pool.seen) == MOST_SEEN


SIGHTINGS = st.lists(
    st.tuples(st.integers(0, 36_000), st.sampled_from(GENDERS), st.sampled_from(AGES), st.booleans()), max_size=150
)


@settings(deadline=None, max_examples=60)
@given(seen=SIGHTINGS, least=st.integers(2, 6))
def test_every_visitor_is_in_one_tally_or_dropped_and_no_kind_of_few_is_told(
    seen: list[tuple[int, str, str, bool]], least: int
) -> None:
    pool, come, policy = EMPTY, Counter[str](), rules(least)
    for number, (seconds, gender, age, first) in enumerate(sorted(seen)):
        at = MORNING + timedelta(seconds=seconds)
        each = arrival(number, at, gender, age) if first else tally(number, at, faces=1)
        come.update(each.counts())
        pool = people.add_tally(people.let_go(pool, policy, at), each, policy, at)
    pool, dropped = people.close_days(pool, policy, NIGHT)
    left = sums(pool)
    assert come["displayVisitors"] - left["displayVisitors"] == dropped < least
    for body in bodies(pool):
        assert body.get("displayVisitors", least) >= least
        assert all(body.get(kind, least) >= least for kind in (*GENDERS, *AGES, "newVisitors"))
        assert body.get("withheld", least) >= least
    for kinds in (GENDERS, AGES):
        assert 0 <= sum(come[kind] - left[kind] for kind in kinds) <= left["withheld"] + dropped


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), min_size=1), st.integers(2, 10))
def test_withheld_kinds_can_not_be_told_from_the_total(cells: dict[str, int], least: int) -> None:
    shown = suppress(cells, least)
    hidden = {name: count for name, count in cells.items() if shown[name] is None}
    assert all(count is None or count >= least or not hidden for count in shown.values())
    if hidden and sum(cells.values()) >= least:
        assert sum(hidden.values()) >= least
        assert sum(count > 0 for count in hidden.values()) >= 2 or len(hidden) == len(cells)


QUARTERS = st.lists(
    st.tuples(st.integers(1, 2 * 240), st.sampled_from(["entrance", "zone"]), st.integers(0, 3), st.integers(0, 3)),
    max_size=80,
    unique_by=lambda each: (each[0], each[1]),
)


@settings(deadline=None, max_examples=60)
@given(counted=QUARTERS, least=st.integers(1, 6))
def test_hours_are_exact_and_no_row_crosses_one(counted: list[tuple[int, str, int, int]], least: int) -> None:
    pool, policy, begin = EMPTY, rules(least), datetime(2026, 11, 2, 9, tzinfo=UTC)
    come: Counter[tuple[str, int, str]] = Counter()
    for number, (quarter, kind, some, others) in enumerate(sorted(counted)):
        end = begin + quarter * QUARTER_MINUTE
        counts = (
            {"stays": some + others, "stays15": others} if kind == "zone" else {"count_in": some, "count_out": others}
        )
        blob = Traffic.named(traffic.name(end + timedelta(seconds=1)))
        place = traffic.place(end, kind, kind, **counts)  # type: ignore[arg-type]
        rows = read_rows(blob, traffic.blob(place))
        now = end + timedelta(seconds=2)
        pool = places.add_rows(places.let_go(pool, policy, now), digest(str(number)), rows, policy, now)
        for name, value in (("countIn", some), ("countOut", others)) if kind != "zone" else (("stays", some + others),):
            come[kind, (quarter - 1) // 240, name] += value
    pool = places.let_go(pool, policy, NIGHT)
    left: Counter[tuple[str, int, str]] = Counter()
    for body in bodies(pool):
        start, end = (datetime.fromisoformat(str(body[name])) for name in ("windowStart", "windowEnd"))
        hour = int((end - begin - QUARTER_MINUTE) / timedelta(hours=1))
        assert begin + hour * timedelta(hours=1) <= start < end <= begin + (hour + 1) * timedelta(hours=1)
        for name in ("countIn", "countOut", "stays"):
            left[str(body["place"]), hour, name] += int(str(body[name]))
        full = body["stays"] if body["kind"] == "zone" else int(str(body["countIn"])) + int(str(body["countOut"]))
        assert least <= 1 or int(str(full)) >= least or end.minute == 0
    assert +left == +come
    assert not pool.hours


def test_a_heartbeat_leaves_at_once_whatever_was_counted() -> None:
    blob = Traffic.named(traffic.NAME)
    rows = read_rows(blob, traffic.blob(traffic.place(count_in=1), traffic.heartbeat()))
    (body,) = bodies(places.add_rows(EMPTY, digest("x"), rows, rules(5), MORNING))
    assert "watchedSeconds" in body


def zone_or_door(pool: CameraPool, end: datetime, minute: datetime, now: datetime, **counts: int) -> CameraPool:
    """A blob of the minute that ends then: one row and the heartbeat."""
    kind = "zone" if "stays" in counts else "entrance"
    blob = Traffic.named(traffic.name(minute))
    rows = read_rows(blob, traffic.blob(traffic.place(end, kind, kind, **counts), traffic.heartbeat(minute)))  # type: ignore[arg-type]
    return places.add_rows(pool, digest(f"{blob.name} {end}"), rows, rules(5), now)


TEN = datetime(2026, 11, 2, 10, tzinfo=UTC)
MINUTE, LATE = timedelta(minutes=1), timedelta(seconds=2)


@pytest.mark.parametrize("last", [TEN - timedelta(minutes=20), TEN])
def test_the_rest_of_an_hour_leaves_with_its_last_minute_whenever_the_last_was_counted(last: datetime) -> None:
    minute = last.replace(second=0)
    pool = zone_or_door(EMPTY, last, minute, minute + LATE, count_in=1)
    if last < TEN:
        pool = zone_or_door(pool, TEN, TEN, TEN + LATE, stays=1)
    rest = [body for body in bodies(pool) if body.get("kind") == "entrance"]
    assert [(body["windowStart"], body["windowEnd"]) for body in rest] == [
        ("2026-11-02T09:00:00Z", "2026-11-02T10:00:00Z")
    ]
    assert not pool.hours


def test_an_hour_whose_last_minute_never_comes_is_closed_before_the_next_minutes_rows_leave() -> None:
    pool = zone_or_door(EMPTY, TEN - MINUTE, TEN - MINUTE, TEN - MINUTE + LATE, count_in=1)
    assert max(places.waits(pool)) < TEN + MINUTE
    assert len(places.let_go(pool, rules(5), TEN + timedelta(seconds=45)).outbox) == 2


def test_what_was_counted_before_a_row_left_and_comes_after_it_does_not_tell_its_time() -> None:
    pool, at = EMPTY, TEN + timedelta(minutes=3)
    for number in range(5):
        end = at + number * QUARTER_MINUTE
        pool = zone_or_door(pool, end, at + 2 * MINUTE, end, stays=1)
    pool = places.let_go(pool, rules(5), TEN + FIVE)
    late = zone_or_door(pool, TEN + timedelta(minutes=4, seconds=30), TEN + FIVE, TEN + FIVE + LATE, stays=1)
    (late_hour,) = late.hours.values()
    assert late_hour.bag.since == TEN
    pool = EMPTY
    for number in range(5):
        pool = people.add_tally(pool, arrival(number, MORNING), rules(5), MORNING)
    pool = people.let_go(pool, rules(5), MORNING + FIVE)
    pool = people.add_tally(pool, arrival(5, MORNING + 4 * MINUTE), rules(5), MORNING + FIVE + LATE)
    (day,) = pool.days.values()
    assert day.people.since == MORNING.replace(second=0)


def test_a_day_ends_before_the_windows_have_moved_on_and_what_comes_later_waits_for_more() -> None:
    pool = people.add_tally(EMPTY, arrival(1, MORNING), rules(5), MORNING)
    midnight = datetime(2026, 11, 3, tzinfo=UTC)
    assert MORNING < max(people.waits(pool)) < midnight + MINUTE
    late = people.add_tally(EMPTY, arrival(1, MORNING), rules(5), midnight + FIVE)
    assert max(people.waits(late)) == midnight + FIVE + timedelta(hours=1)


def _said() -> None:
    pytest.fail("a pool that is whole was called unreadable")


@pytest.fixture
def stores(storage: StorageAccount, container: str) -> Iterator[tuple[PoolStore, PoolStore]]:
    """Two workers' views of one pool."""
    made = Settings(
        PictureStorage=storage.connection_string,
        FACE_API_ENDPOINT="http://face-api:5000",
        FACE_API_KEY=KEY,
        ANONYMIZATION_KEY=rig.ANONYMIZATION_KEY,
        VISITOR_MEMORY=MEMORY,
    )
    containers = [Container.of(made, f"{container}-pool", 8) for _ in range(2)]
    yield PoolStore(containers[0], _said), PoolStore(containers[1], _said)
    for each in containers:
        each.close()


def test_two_workers_at_once_lose_nothing_and_count_nothing_twice(stores: tuple[PoolStore, PoolStore]) -> None:
    policy = rules(5)

    def add(number: int) -> None:
        for store in (stores[number % 2], stores[(number + 1) % 2]):  # each blob by both, as after a lost lease
            store.change(
                "store-1/cam-1", lambda pool: people.add_tally(pool, arrival(number, MORNING), policy, MORNING)
            )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(60)))
    dispatch = Dispatch(stores[0], policy)
    (parcel,) = dispatch.waiting(NIGHT)
    assert sum(json.loads(message.body).get("displayVisitors", 0) for message in parcel.messages) == 60
    assert [each.messages for each in Dispatch(stores[1], policy).waiting(NIGHT)] == [parcel.messages], "the same ids"
    dispatch.acknowledged(parcel.place, parcel.messages)
    assert not list(Dispatch(stores[1], policy).waiting(NIGHT))


def test_a_pool_with_nothing_to_do_is_not_read_until_it_has(stores: tuple[PoolStore, PoolStore]) -> None:
    first, second = stores
    first.change("store-1/cam-1", lambda pool: people.add_tally(pool, arrival(1, MORNING), rules(5), MORNING))
    assert list(second.due(MORNING)) == []
    assert list(second.due(NIGHT)) == ["store-1/cam-1"]


def test_a_pool_that_cannot_be_read_is_set_aside_once_and_holds_up_nobody(
    storage: StorageAccount, container: str, stores: tuple[PoolStore, PoolStore]
) -> None:
    policy, told = rules(0), []
    with rig.client(storage, f"{container}-pool") as blobs:
        blobs.create_container()
        blobs.upload_blob("store-1/cam-0.json", b'{"store": ')
        stores[0].change("store-1/cam-1", lambda pool: people.add_tally(pool, arrival(1, MORNING), policy, MORNING))
        dispatch = Dispatch(PoolStore(stores[0]._container, lambda: told.append(1)), policy)
        assert [parcel.place for parcel in dispatch.waiting(NIGHT)] == ["store-1/cam-1"]
        assert [parcel.place for parcel in dispatch.waiting(NIGHT)] == ["store-1/cam-1"]
        (kept,) = blobs.list_blob_names(name_starts_with="unreadable/store-1/cam-0/")
        assert blobs.download_blob(kept).readall() == b'{"store": '
    assert told == [1]
