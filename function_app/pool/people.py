"""Pooling of faces, camera by camera and day by day.

Hiding small numbers is not enough where figures can be subtracted, so what leaves is made of bags that never overlap
and leave once, whole: a bag is filled until MIN_GROUP display visitors are in it. It leaves at the next full LEAVING of
the clock, since the moment at which it became full is one person's. What they were like (gender, age and so on) is
split over up to nine kinds, so each split is filled further, to GROUPS_PER_SPLIT groups at least; kinds still too small
are withheld. As withholding a large kind would skew what is shown, a split that would lose more than MOST_WITHHELD
waits for more people, until the day ends. What is under MIN_GROUP then is dropped.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from function_app import moments
from function_app.columns import SPLITS, TOTAL_OF
from function_app.moments import Span, text
from function_app.pool.bag import add, chain, emptied, merge
from function_app.pool.rules import LEAVING, QUIET_DAY, Rules, closes_at
from function_app.pool.state import Bag, CameraPool, Day, Outgoing, Slot, empty_bag
from function_app.pool.suppression import suppress
from function_app.tally import Tally

GROUPS_PER_SPLIT = 10
MOST_WITHHELD = 0.2
SLOT = timedelta(minutes=10)
UNRECOGNISED_FACTOR = 2
"""Where nobody is recognised, a group is so many times as large: who stays across two slots counts in both."""
TOGETHER = ("faces", "displayVisitors", "visitors", "sentimentTenths")
REST = ""


def add_tally(pool: CameraPool, tally: Tally, rules: Rules, now: datetime) -> CameraPool:
    """The pool with one picture's tally in it, and with what may leave because of it in the outbox."""
    if pool.has_seen(tally.tally_id):
        return pool
    pool = pool.having_seen(tally.tally_id)
    if not rules.pooled:
        return pool.sending(Outgoing(id=tally.tally_id, body=tally.to_json()))
    span = rules.day.day_of(tally.end)
    key = text(span.start)
    day = pool.days.get(key) or _new_day(span, now)
    day, before = _let_go(pool, day, rules, tally.end - moments.QUARTER_MINUTE)
    day = _with(day, tally, rules, now, span.start)
    day, after = _let_go(pool, day, rules, now)
    return pool.model_copy(update={"days": {**pool.days, key: day}}).sending(*before, *after)


def let_go(pool: CameraPool, rules: Rules, now: datetime) -> CameraPool:
    """What has waited for the clock leaves."""
    for key, day in pool.days.items():
        later, messages = _let_go(pool, day, rules, now)
        if messages:
            pool = pool.model_copy(update={"days": {**pool.days, key: later}}).sending(*messages)
    return pool


def close_days(pool: CameraPool, rules: Rules, now: datetime) -> tuple[CameraPool, int]:
    """End the days that are over: splits leave as far as they may; answers how many display visitors were dropped."""
    dropped = 0
    for key, ending in pool.days.items():
        if now < closing(ending):
            continue
        day, messages = _let_go(pool, ending, rules, now)
        for name, split in day.splits.items():
            messages += _release_split(pool, name, split, rules, most_withheld=1.0) or []
        dropped += day.people.counts.get("displayVisitors", 0)
        rest = {name: other for name, other in pool.days.items() if name != key}
        pool = pool.model_copy(update={"days": rest}).sending(*messages)
    return pool, dropped


def closing(day: Day) -> datetime:
    """When a day is closed unless more comes."""
    return closes_at(day.end, day.touched, QUIET_DAY)


def _new_day(span: Span, now: datetime) -> Day:
    splits = {name: empty_bag(span) for name in SPLITS}
    return Day(end=span.end, touched=now, people=empty_bag(span), splits=splits)


def _with(day: Day, tally: Tally, rules: Rules, now: datetime, start: datetime) -> Day:
    counts = tally.counts()
    people = counts.get("displayVisitors", 0)
    slot = day.slot
    if not rules.recognised:
        people, slot = _different(people, slot, tally.end)
    bag = add(day.people, counts, people, tally.end, tally.tally_id, earliest=start)
    leaves_at = day.leaves_at
    if leaves_at is None and bag.company >= _enough(rules) and bag.counts.get("displayVisitors", 0) >= rules.least:
        leaves_at = min(moments.next_mark(bag.until, LEAVING), day.end)
    return day.model_copy(update={"people": bag, "slot": slot, "touched": now, "leaves_at": leaves_at})


def _different(faces: int, slot: Slot | None, end: datetime) -> tuple[int, Slot]:
    """How many people a picture adds for sure: the faces of one picture are different people, those of two may not be.

    So within a SLOT only the picture with the most faces counts.
    """
    if slot is None or end > slot.until:
        return faces, Slot(until=end + SLOT, most=faces)
    return max(0, faces - slot.most), slot.model_copy(update={"most": max(slot.most, faces)})


def _enough(rules: Rules) -> int:
    return rules.least * (1 if rules.recognised else UNRECOGNISED_FACTOR)


def _let_go(pool: CameraPool, day: Day, rules: Rules, now: datetime) -> tuple[Day, list[Outgoing]]:
    if day.leaves_at is None or now < day.leaves_at:
        return day, []
    bag, splits = day.people.model_copy(update={"until": max(day.people.until, day.leaves_at)}), dict(day.splits)
    messages = [_message(pool, bag, {name: bag.counts.get(name, 0) for name in TOGETHER}, "together", rules)]
    for name, split in splits.items():
        filled = merge(split, bag.model_copy(update={"counts": _of_split(name, bag.counts)}))
        released = None
        if filled.company >= _enough(rules) * GROUPS_PER_SPLIT:
            released = _release_split(pool, name, filled, rules, MOST_WITHHELD)
        splits[name] = filled if released is None else emptied(filled)
        messages += released or []
    return day.model_copy(update={"people": emptied(bag), "splits": splits, "leaves_at": None}), messages


def _of_split(name: str, counts: Mapping[str, int]) -> dict[str, int]:
    return {column: counts.get(column, 0) for column in (*SPLITS[name], TOTAL_OF[name])}


def _release_split(pool: CameraPool, name: str, bag: Bag, rules: Rules, most_withheld: float) -> list[Outgoing] | None:
    """What a split says, if anything; None when it had better wait for more people."""
    everybody = bag.counts.get(TOTAL_OF[name], 0)
    if everybody < rules.least:
        return None if most_withheld < 1 else []  # too few to be parted, and too few to be told of as withheld
    cells = {column: bag.counts.get(column, 0) for column in SPLITS[name]}
    cells[REST] = everybody - sum(cells.values())
    shown = suppress(cells, rules.least * _sightings_each(everybody, bag.company))
    withheld = everybody - sum(count or 0 for count in shown.values())
    if withheld > most_withheld * everybody:
        return None
    told = {column: count for column, count in shown.items() if count and column != REST}
    if not told and not withheld:
        return []
    return [_message(pool, bag, {**told, "withheld": withheld}, name, rules)]


def _sightings_each(sightings: int, people: int) -> int:
    """How often one person is counted in a split, rounded up: the faces of one person may all be of one emotion."""
    return max(1, -(-sightings // people)) if people else 1


def _message(pool: CameraPool, bag: Bag, counts: Mapping[str, int], part: str, rules: Rules) -> Outgoing:
    tally_id = rules.make_id(chain(bag.made_of, part))
    return Outgoing(
        id=tally_id, body=Tally.of(tally_id, pool.store, pool.camera, Span(bag.since, bag.until), counts).to_json()
    )


def waits(pool: CameraPool) -> Iterable[datetime]:
    """When something of each of its days will leave, or the day be closed."""
    return (day.leaves_at or closing(day) for day in pool.days.values())
