"""The account at the end: each picture and count in exactly one tally or in poison, and the windows as after a calm."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from local.azurite import StorageAccount
from local.stack import CONTAINER, POISON
from tests.soak.arrivals import Arrivals
from tests.soak.calm import Calm
from tests.soak.odd import STORE as ODD

Row = dict[str, Any]
BY_ORDER = frozenset(
    ("displayVisitors", "visitors", "newVisitors", "returningVisitors", "female", "male", "withheld", "rejectedAt")
)
"""Which of two pictures of someone counts them depends on which was seen first; how often they count does not."""
SUMS = ("faces", "displayVisitors", "visitors", "newVisitors", "returningVisitors", "female", "male")
TRAFFIC_SUMS = ("countIn", "countOut", "stays", "watchedSeconds")
ROW_BY_ROW = ("windows", "hours", "days", "traffic", "trafficHours", "trafficDays", "rejected")


@dataclass(frozen=True)
class Check:
    """Something that must hold: what, whether it did, and in figures."""

    what: str
    held: bool
    figures: str


def poisoned(storage: StorageAccount) -> dict[str, str]:
    """The blobs set aside, each with its reason."""
    with storage.container(POISON) as container:
        return {
            blob.name: (blob.metadata or {}).get("reason", "") for blob in container.list_blobs(include=["metadata"])
        }


def left(storage: StorageAccount) -> list[str]:
    """The blobs that nobody has dealt with."""
    with storage.container(CONTAINER) as container:
        return list(container.list_blob_names())


def account(
    arrivals: Arrivals, stored: Iterable[str], poison: dict[str, str], bodies: list[bytes], calm: Calm
) -> list[Check]:
    """stored: what cameras were told is safe. bodies: all messages on the hub."""
    arrived = set(arrivals.names())
    expected = {message["tallyId"]: message for each in calm.messages.values() for message in each}
    ours = [row for row in _readable(bodies) if row.get("tallyId") in expected]
    times = Counter(row["tallyId"] for row in ours)
    versions = Counter(tally_id for tally_id, _ in {(row["tallyId"], json.dumps(row, sort_keys=True)) for row in ours})
    missing = [name for name, each in calm.messages.items() if any(row["tallyId"] not in times for row in each)]
    lost = set(stored) - arrived
    wrongly = poison.keys() & calm.messages.keys()
    unreasoned = [name for name, reason in poison.items() if not reason]
    not_set_aside = calm.poison.keys() - poison.keys()
    unknown = [row for row in _readable(bodies) if row.get("store") != ODD and row.get("tallyId") not in expected]
    reused = arrivals.reused()
    rows = sum(len(each) for each in calm.messages.values())
    return [
        Check("what storage confirmed to a camera is there", not lost, f"{len(arrived)} blobs, {len(lost)} lost"),
        Check(
            "no name stands for two blobs",
            not reused,
            "; ".join(f"{n} for {name}" for name, n in reused.items()) or "none",
        ),
        Check(
            "nothing is on the hub that no blob came to",
            not unknown,
            f"{len(unknown)} rows" + "".join(f"; {json.dumps(row)}" for row in unknown[:3]),
        ),
        Check(
            "every good picture and count is in exactly one tally",
            not missing and not wrongly and len(expected) == rows and max(versions.values(), default=1) == 1,
            f"{len(expected)} of {rows} ids; {len(missing)} blobs missing, {len(wrongly)} wrongly set aside, "
            f"{sum(times.values()) - len(times)} repeats, {sum(n > 1 for n in versions.values())} in two versions",
        ),
        Check(
            "every bad one is in poison, with a reason",
            not not_set_aside and not unreasoned,
            f"{len(poison)} in poison ({_told(poison.values())}), {len(not_set_aside)} missing",
        ),
    ]


def compare(rows: dict[str, list[Row]], calm: dict[str, list[Row]]) -> list[Check]:
    """The windows' rows beside a calm run's: what does not hang on the order of pictures row by row, else sums."""
    found = [
        Check(
            f"rows of `{output}` equal a calm run's",
            not (differ := _different(rows.get(output, []), calm.get(output, []))),
            f"{len(rows.get(output, []))} rows, {len(differ)} different" + "".join(f"; {row}" for row in differ[:2]),
        )
        for output in ROW_BY_ROW
    ]
    for output, columns in (("windows", SUMS), ("traffic", TRAFFIC_SUMS)):
        ours, theirs = (_sums(each.get(output, []), columns) for each in (rows, calm))
        said = ", ".join(
            f"{name} {ours[name]:g}" + ("" if ours[name] == theirs[name] else f" for {theirs[name]:g}")
            for name in columns
        )
        found.append(Check(f"sums of `{output}` equal a calm run's", ours == theirs, said))
    return found


def _different(ours: list[Row], theirs: list[Row]) -> list[str]:
    mine, others = (Counter(_fixed(row) for row in each) for each in (ours, theirs))
    differing = {*(mine - others), *(others - mine)}
    return [f"{mine[row]} times, not {others[row]}: {row}" for row in sorted(differing)]


def _fixed(row: Row) -> str:
    """A row without what hangs on the order."""
    return json.dumps({k: v for k, v in row.items() if k not in BY_ORDER and not k.startswith("age")}, sort_keys=True)


def _sums(rows: list[Row], columns: tuple[str, ...]) -> dict[str, float]:
    return {name: sum(row.get(name) or 0 for row in rows) for name in columns}


def _readable(bodies: Iterable[bytes]) -> list[Row]:
    found = []
    for body in bodies:
        try:
            row = json.loads(body)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict) and isinstance(row.get("tallyId"), str):
            found.append(row)
    return found


def _told(reasons: Iterable[str]) -> str:
    return ", ".join(f"{number} {reason or 'without'}" for reason, number in Counter(reasons).most_common())
