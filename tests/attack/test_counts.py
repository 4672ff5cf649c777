"""What counts and tallies together tell of one person's visit, to somebody who knows every rule and looks at all."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from function_app.moments import HOUR, QUARTER_MINUTE, moment, text, window_end
from tests.attack import counters, shop
from tests.attack.by_counts import Claim, Told, claims, rebuilt, tied
from tests.attack.premises import Left, analyze_for_certain, leave, tally_arrivals, through_the_pool
from tests.support.job import rows_of

Message = tuple[datetime, dict[str, Any]]
SEEDS, MINUTE = range(4), timedelta(minutes=1)
AS_RAW = {20: 54.0, 50: 22.0, 100: 5.0}
"""Percent of visits rebuilt from raw quarter minutes, as first simulated."""


def attack(visitors: int, least: int) -> tuple[float, int]:
    """Percent of visits rebuilt to within a minute over some days, and stops at the display tied to a visit."""
    right = stops = 0
    for seed in SEEDS:
        visits = shop.day(visitors, seed, cameras=1)
        found = looked_at(everything(visits, seed, least))
        right += rebuilt(found, visits)
        stops += len({stop for claim in found for stop in claim.stops if stop.exact})
    return 100 * right / (visitors * len(SEEDS)), stops


def everything(visits: list[shop.Visit], seed: int, least: int) -> Left:
    """Traffic and tallies in one."""
    traffic = counters.arrivals(counters.blobs(visits, counters.stops(visits, seed)))
    faces = tally_arrivals(analyze_for_certain(shop.pictures(visits, seed), seed))
    return through_the_pool([*traffic, *faces], least)


def looked_at(left: Left) -> list[Claim]:
    """What is surely told by the messages and the times of their coming, by the query's rows, and by its hours."""
    at_the_hub = [Told(body, came) for came, body in left.messages]
    rows = rows_of(left.messages)
    in_the_report = [Told(row) for row in (*rows.get("windows", []), *rows["traffic"])]
    by_the_hour = [
        Told({"camera": "", "windowStart": text(moment(row["windowEnd"]) - HOUR), **row})
        for row in (*rows.get("hours", []), *rows["trafficHours"])
        if row.get("place") or "faces" in row
    ]
    return [*claims(at_the_hub), *claims(in_the_report), *claims(by_the_hour)]


@pytest.mark.parametrize("visitors", [20, 50, 100, 600])
def test_with_min_group_no_visit_is_rebuilt_and_no_stop_tied_to_one(visitors: int) -> None:
    assert attack(visitors, 5) == (0, 0)


@pytest.mark.parametrize(("visitors", "least"), [(20, 5), (100, 5), (100, 10)])
def test_no_line_or_zone_is_told_of_fewer_than_the_group_in_less_than_five_minutes(visitors: int, least: int) -> None:
    for seed in SEEDS:
        visits = shop.day(visitors, seed, cameras=1)
        for body in counters.leave(counters.blobs(visits, counters.stops(visits, seed)), least).bodies:
            if "place" in body and body["countIn"] + body["countOut"] + body["stays"] < least:
                assert moment(body["windowEnd"]) - moment(body["windowStart"]) >= timedelta(minutes=5)


@pytest.mark.parametrize("visitors", AS_RAW)
def test_raw_quarter_minutes_give_away_as_many_visits_as_was_simulated(visitors: int) -> None:
    percent, stops = attack(visitors, 1)
    assert percent == pytest.approx(AS_RAW[visitors], rel=0.25)
    assert stops > 0


@dataclass(frozen=True)
class Day:
    """A day as it was, and what left of it under MIN_GROUP=5."""

    visits: list[shop.Visit]
    stays: list[datetime]
    left: Left

    @property
    def crossings(self) -> list[datetime]:
        """In and out, in order."""
        return sorted(at for visit in self.visits for at in (visit.arrives, visit.leaves))

    def unpooled(self) -> Left:
        """What the counters alone would say."""
        return counters.leave(counters.blobs(self.visits, dict(enumerate(self.stays))), 1)


@pytest.fixture(scope="module")
def quiet_days() -> list[Day]:
    """So few visitors that some have a row to themselves."""
    found = []
    for seed in range(6):
        visits = shop.day(8, seed, cameras=1)
        stays = sorted(counters.stops(visits, seed).values())
        found.append(Day(visits, stays, everything(visits, seed, 5)))
    return found


def hub(left: Left) -> list[Claim]:
    """What the hub tells, with the times at which all came."""
    return claims([Told(body, came) for came, body in left.messages])


def report(left: Left) -> list[Claim]:
    """What the query's rows tell."""
    rows = rows_of(left.messages)
    return claims([Told(row) for row in (*rows.get("windows", []), *rows["traffic"])])


def changed(day: Day, change: Callable[[datetime, dict[str, Any]], Message | None]) -> Left:
    """What left, each message as `change` has it; None: it doesn't leave."""
    messages = [new for came, body in day.left.messages if (new := change(came, body)) is not None]
    return Left(sorted(messages, key=lambda each: each[0]))


def without_heartbeats_of_busy_minutes(day: Day) -> Left:
    busy = {text(at.replace(second=0, microsecond=0) + MINUTE) for at in day.crossings}

    def left_out(body: dict[str, Any]) -> bool:
        return "watchedSeconds" in body and body["camera"] == counters.AT_DOOR and body["windowEnd"] in busy

    return changed(day, lambda came, body: None if left_out(body) else (came, body))


def with_rows_that_end_with_their_last_crossing(day: Day) -> Left:
    def early(came: datetime, body: dict[str, Any]) -> Message:
        inside = within(body, day.crossings) if body.get("kind") == "entrance" else []
        return (came, {**body, "windowEnd": text(window_end(inside[-1]))}) if inside else (came, body)

    return changed(day, early)


def with_rows_across_hours(day: Day) -> Left:
    rows = [each for each in day.left.messages if each[1].get("kind") == "entrance"]
    joined: list[Message] = []
    for (_, one), (came, other) in itertools.pairwise(rows):
        inside = [*within(one, day.crossings), *within(other, day.crossings)]
        own = {"windowStart": text(window_end(inside[0]) - QUARTER_MINUTE), "windowEnd": text(window_end(inside[-1]))}
        sums = {name: one[name] + other[name] for name in ("countIn", "countOut")}
        if sums == {"countIn": 1, "countOut": 1}:
            joined.append((came, {**other, **own, **sums}))
    return Left([*joined, *(each for each in day.left.messages if each not in rows)])


def with_an_unpooled_zone(day: Day) -> Left:
    raw = [each for each in day.unpooled().messages if each[1].get("kind") == "zone"]
    pooled = changed(day, lambda came, body: None if body.get("kind") == "zone" else (came, body))
    return Left(sorted([*pooled.messages, *raw], key=lambda each: each[0]))


def with_zones_that_begin_with_their_first_stay(day: Day) -> Left:
    def begin(came: datetime, body: dict[str, Any]) -> Message:
        inside = within(body, day.stays) if body.get("kind") == "zone" else []
        return (came, {**body, "windowStart": text(window_end(inside[0]) - QUARTER_MINUTE)}) if inside else (came, body)

    return changed(day, begin)


def with_zones_that_leave_at_once(day: Day) -> Left:
    def at_once(came: datetime, body: dict[str, Any]) -> Message:
        inside = within(body, day.stays) if body.get("kind") == "zone" else []
        minute = inside[-1].replace(second=0, microsecond=0) + MINUTE if inside else came
        return (minute + counters.ON_THE_WAY, body) if inside else (came, body)

    return changed(day, at_once)


def within(body: dict[str, Any], times: list[datetime]) -> list[datetime]:
    start, end = moment(str(body["windowStart"])), moment(str(body["windowEnd"]))
    return [at for at in times if start < at <= end]


@pytest.mark.parametrize(
    ("leak", "seen"),
    [
        (without_heartbeats_of_busy_minutes, hub),
        (without_heartbeats_of_busy_minutes, report),
        (with_rows_that_end_with_their_last_crossing, hub),
        (with_rows_across_hours, hub),  # the query rejects them
    ],
)
def test_the_attack_rebuilds_visits_from_a_planted_leak(
    quiet_days: list[Day], leak: Callable[[Day], Left], seen: Callable[[Left], list[Claim]]
) -> None:
    assert sum(rebuilt(seen(leak(day)), day.visits) for day in quiet_days) > 0


@pytest.mark.parametrize(
    ("leak", "seen"),
    [
        (with_an_unpooled_zone, hub),
        (with_an_unpooled_zone, report),
        (with_zones_that_begin_with_their_first_stay, hub),
        (with_zones_that_begin_with_their_first_stay, report),
        (with_zones_that_leave_at_once, hub),  # the query's rows have no time of coming
    ],
)
def test_the_attack_ties_stops_to_visits_by_a_planted_leak(
    quiet_days: list[Day], leak: Callable[[Day], Left], seen: Callable[[Left], list[Claim]]
) -> None:
    assert sum(tied(seen(leak(day))) for day in quiet_days) > 0


def test_without_a_leak_the_quiet_days_tell_nothing_either(quiet_days: list[Day]) -> None:
    for day in quiet_days:
        found = [*hub(day.left), *report(day.left)]
        assert (rebuilt(found, day.visits), tied(found)) == (0, 0)


@pytest.mark.parametrize("visitors", [20, 100])
def test_hours_and_days_are_exact_place_by_place_by_the_times_at_which_rows_come(visitors: int) -> None:
    """As if each had come when it was counted, and unpooled."""
    visits = shop.day(visitors, 1, cameras=1)
    uploaded = counters.blobs(visits, counters.stops(visits, 1))
    as_counted = rows_of([(None, body) for body in counters.leave(uploaded, 1).bodies])
    pooled = rows_of(everything(visits, 1, 5).messages)
    for output in ("trafficHours", "trafficDays"):
        assert sorted(pooled[output], key=json.dumps) == sorted(as_counted[output], key=json.dumps)


@pytest.mark.parametrize("visitors", [100])
def test_a_day_holds_all_of_its_visitors_but_those_who_are_said_to_be_dropped(visitors: int) -> None:
    visits = shop.day(visitors, 1, cameras=1)
    left = everything(visits, 1, 5)
    (day,) = rows_of(left.messages)["days"]
    unpooled = leave(analyze_for_certain(shop.pictures(visits, 1), 1), 0).counts()
    assert day["displayVisitors"] == unpooled["displayVisitors"] - left.dropped
    assert day["female"] + day["male"] + left.dropped >= unpooled["displayVisitors"] - day["withheld"]
