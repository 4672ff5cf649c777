"""Pooling of crossings and stays, place by place and hour by hour.

A row leaves when MIN_GROUP crossings are in it or, at the next full LEAVING, that many stays in a zone; what is left of
an hour, when the camera has told of its last minute. So hours and days stay exact, and within an hour nobody is told
from the others. A row lies after the row before it, not after the first crossing in it, whose time would be one
person's. In an hour's last LEAVING none leaves, so that no row of fewer than MIN_GROUP is shorter than that.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from function_app.moments import QUARTER_MINUTE, Span, moment, next_mark, text
from function_app.pool.bag import add, chain, emptied
from function_app.pool.rules import LEAVING, QUIET_HOUR, Rules, closes_at
from function_app.pool.state import Bag, CameraPool, Outgoing, PlaceHour, empty_bag
from function_app.traffic import Crossings, DepartingCrossings, Heartbeat, Row

SUMS = ("countIn", "countOut", "stays", "stays15", "stays60", "stays300")
HIGHEST = ("inDay", "outDay", "peopleMax")


def add_rows(pool: CameraPool, blob_id: str, rows: Sequence[Row], rules: Rules, now: datetime) -> CameraPool:
    """The pool with one traffic blob's rows in it, and with what may leave because of them in the outbox."""
    if pool.has_seen(blob_id):
        return pool
    pool, told = pool.having_seen(blob_id), set[datetime]()
    for row in rows:
        if isinstance(row, Heartbeat):
            pool = pool.sending(Outgoing(id=row.tally_id, body=row.departing().to_json()))
            told.add(moment(row.window_end))
        elif rules.pooled:
            pool = _pooled(pool, row, rules, now)
        else:
            start = moment(row.window_end) - QUARTER_MINUTE
            pool = pool.sending(Outgoing(id=row.tally_id, body=row.departing(start).to_json()))
    for key, hour in pool.hours.items():
        if hour.end in told:  # its last minute: a camera's blobs come in order, so the hour is whole
            pool = _close(pool, key, hour, rules)
    return pool


def let_go(pool: CameraPool, rules: Rules, now: datetime) -> CameraPool:
    """What has waited for the clock leaves, and what is left of the hours that are over."""
    for key, hour in pool.hours.items():
        if now >= closing(hour):
            pool = _close(pool, key, hour, rules)
        elif hour.leaves_at is not None and now >= hour.leaves_at:
            bag = hour.bag.model_copy(update={"until": max(hour.bag.until, hour.leaves_at)})
            later = hour.model_copy(update={"bag": emptied(bag), "leaves_at": None})
            pool = pool.model_copy(update={"hours": {**pool.hours, key: later}}).sending(
                _message(pool, hour, bag, rules)
            )
    return pool


def closing(hour: PlaceHour) -> datetime:
    """When an hour is closed unless more comes."""
    return closes_at(hour.end, hour.touched, QUIET_HOUR)


def waits(pool: CameraPool) -> Iterable[datetime]:
    """When something of each of its hours will leave, or the hour be closed."""
    return (hour.leaves_at or closing(hour) for hour in pool.hours.values())


def _pooled(pool: CameraPool, row: Crossings, rules: Rules, now: datetime) -> CameraPool:
    end = moment(row.window_end)
    span = rules.day.hour_of(end)
    key = f"{row.place} {row.kind} {text(span.start)}"
    hour = pool.hours.get(key) or _new_hour(row, span, now)
    hour = hour.model_copy(update={"bag": _with(hour, row, end), "touched": now})
    leaves_at = next_mark(hour.bag.until, LEAVING) if row.kind == "zone" else end
    if hour.bag.company >= rules.least and leaves_at <= hour.end - LEAVING:
        hour = hour.model_copy(update={"leaves_at": hour.leaves_at or leaves_at})
    return let_go(pool.model_copy(update={"hours": {**pool.hours, key: hour}}), rules, now)


def _new_hour(row: Crossings, span: Span, now: datetime) -> PlaceHour:
    return PlaceHour(place=row.place, kind=row.kind, start=span.start, end=span.end, touched=now, bag=empty_bag(span))


def _close(pool: CameraPool, key: str, hour: PlaceHour, rules: Rules) -> CameraPool:
    rest = hour.bag.model_copy(update={"until": hour.end})
    pool = pool.model_copy(update={"hours": {name: other for name, other in pool.hours.items() if name != key}})
    if any(rest.counts.get(name) for name in (*SUMS, "peopleMax")):
        pool = pool.sending(_message(pool, hour, rest, rules))
    return pool


def _with(hour: PlaceHour, row: Crossings, end: datetime) -> Bag:
    fields, bag = row.model_dump(by_alias=True), hour.bag
    filled = add(bag, {name: fields[name] for name in SUMS}, row.company, end, row.tally_id, earliest=hour.start)
    highest = {name: max(bag.counts.get(name, 0), fields[name]) for name in HIGHEST}
    return filled.model_copy(update={"counts": {**filled.counts, **highest}})


def _message(pool: CameraPool, hour: PlaceHour, bag: Bag, rules: Rules) -> Outgoing:
    tally_id = rules.make_id(chain(bag.made_of, hour.place))
    counts = {name: bag.counts.get(name, 0) for name in (*SUMS, *HIGHEST)}
    row = DepartingCrossings.model_validate(
        {
            "schema": "footfall.traffic/1",
            "tallyId": tally_id,
            "store": pool.store,
            "camera": pool.camera,
            "windowStart": text(bag.since),
            "windowEnd": text(bag.until),
            "place": hour.place,
            "kind": hour.kind,
            **counts,
        }
    )
    return Outgoing(id=tally_id, body=row.to_json())
