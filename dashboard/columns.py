"""The rows of the window query's outputs (`docs/architecture.md`): their columns, and which values are right."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

AGES = (
    "age0to12",
    "age13to17",
    "age18to24",
    "age25to34",
    "age35to44",
    "age45to54",
    "age55to64",
    "age65plus",
)
EMOTIONS = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
FACE_COUNTS = (
    "faces",
    "displayVisitors",
    "visitors",
    "newVisitors",
    "returningVisitors",
    "female",
    "male",
    *AGES,
    *EMOTIONS,
    "withheld",
)
CROSSINGS = ("countIn", "countOut")
STAYS = ("stays", "stays15", "stays60", "stays300")
TRAFFIC_COUNTS = (*CROSSINGS, *STAYS)
PLACE_PATTERN = "[a-z0-9][a-z0-9-]{0,62}"
LARGEST_COUNT = 1_000_000
LONGEST_WINDOW = "INTERVAL 25 HOUR"
EARLIEST = "TIMESTAMP '2000-01-01'"


@dataclass(frozen=True)
class Output:
    """One output of the query, as a file `<name>.jsonl` and a table `<name>`: column → SQL type."""

    name: str
    columns: Mapping[str, str]
    right: str
    """SQL that holds for a row whose columns, beyond their types, are right."""

    @property
    def file(self) -> str:
        """The file that the window runner appends to."""
        return f"{self.name}.jsonl"


_SPAN = {"windowStart": "TIMESTAMP", "windowEnd": "TIMESTAMP", "store": "VARCHAR", "camera": "VARCHAR"}
_IN_ORDER = f"windowStart < windowEnd AND windowEnd - windowStart <= {LONGEST_WINDOW}"
_KINDS = "('entrance', 'passage', 'zone')"

WINDOWS = Output(
    "windows",
    {**_SPAN, **dict.fromkeys(FACE_COUNTS, "INTEGER"), "avgSentiment": "DOUBLE"},
    f"store IS NOT NULL AND camera IS NOT NULL AND {_IN_ORDER} AND coalesce(avgSentiment BETWEEN -1 AND 1, true)",
)
TRAFFIC = Output(
    "traffic",
    {
        **_SPAN,
        "place": "VARCHAR",
        "kind": "VARCHAR",
        **dict.fromkeys((*CROSSINGS, "inDay", "outDay", "peopleMax", *STAYS, "watchedSeconds"), "INTEGER"),
    },
    f"store IS NOT NULL AND camera IS NOT NULL AND {_IN_ORDER} AND (place IS NULL) = (kind IS NULL) "
    f"AND coalesce(kind IN {_KINDS}, true)",
)
REJECTED = Output(
    "rejected",
    {"rejectedAt": "TIMESTAMP", "fault": "VARCHAR"},
    "rejectedAt IS NOT NULL",
)
OUTPUTS = (WINDOWS, TRAFFIC, REJECTED)
NAMES = ("store", "camera", "place")


def parsed(output: Output) -> str:
    """SQL that makes rows of the JSON lines in `$text`, each with `readable`: whether it is one of this output.

    An absent count is 0, as in the contract. Rows of earlier versions have neither windowStart nor displayVisitors.
    Times must be UTC, from 2000 to `$latest`.
    """
    # A number stays as it was written until all of a row's are judged at once: that takes half the time.
    shape = json.dumps({name: "JSON" if kind in _NUMBERS else "VARCHAR" for name, kind in output.columns.items()})
    cells = ", ".join(f'{_cell(name, kind)} AS "{name}"' for name, kind in output.columns.items())
    right = " AND ".join((*_counts_are_right(output), *_times_are_right(output), f"({output.right})"))
    return (
        f"SELECT *, coalesce(as_written AND {right}, false) AS readable FROM ("  # noqa: S608 (columns)
        f"SELECT {cells}, {_is_as_written(output)} AS as_written FROM ("
        f"SELECT unnest(from_json(CASE WHEN json_valid(line) THEN line END, '{shape}')) FROM ("
        "SELECT unnest(string_split($text, chr(10))) AS line)))"
    )


_NUMBERS = ("INTEGER", "DOUBLE")


def _of_kind(output: Output, sought: str) -> list[str]:
    return [name for name, kind in output.columns.items() if kind == sought]


def _cell(name: str, kind: str) -> str:
    if name == "windowStart":
        return f"coalesce({_time('windowStart')}, {_time('windowEnd')} - INTERVAL 15 SECOND)"
    if name == "displayVisitors":
        return f"coalesce({_number('displayVisitors', 'INTEGER')}, {_number('visitors', 'INTEGER')}, 0)"
    if kind == "TIMESTAMP":
        return _time(name)
    if kind == "INTEGER":
        return f"coalesce({_number(name, kind)}, 0)"
    return _number(name, kind) if kind == "DOUBLE" else f'left("{name}", 200)'


def _number(name: str, kind: str) -> str:
    return f'try_cast("{name}"::VARCHAR AS {kind})'


def _time(name: str) -> str:
    return f'CASE WHEN "{name}" LIKE \'____-__-__T__:__:__%Z\' THEN try_cast("{name}" AS TIMESTAMP) END'


def _is_as_written(output: Output) -> str:
    """SQL on the cells as they were written: counts are digits, names are names, times are times."""
    counts = ", ".join(f'"{name}"' for name in _of_kind(output, "INTEGER"))
    checks = [f"regexp_full_match(concat_ws(',', {counts}), '({_COUNT}(,{_COUNT})*)?')"] if counts else []
    checks += [
        f"coalesce(\"{name}\" = 'null' OR {_number(name, 'DOUBLE')} IS NOT NULL, true)"
        for name in _of_kind(output, "DOUBLE")
    ]
    checks += [
        f"coalesce(regexp_full_match(\"{name}\", '{PLACE_PATTERN}'), true)" for name in NAMES if name in output.columns
    ]
    checks += [f'("{name}" IS NULL OR {_time(name)} IS NOT NULL)' for name in _of_kind(output, "TIMESTAMP")]
    return " AND ".join(checks)


_COUNT = f"(null|[0-9]{{1,{len(str(LARGEST_COUNT))}}})"


def _counts_are_right(output: Output) -> list[str]:
    counts = _of_kind(output, "INTEGER")
    return [f"greatest({', '.join(counts)}) <= {LARGEST_COUNT}"] if counts else []


def _times_are_right(output: Output) -> list[str]:
    return [f'"{name}" BETWEEN {EARLIEST} AND $latest' for name in _of_kind(output, "TIMESTAMP")]
