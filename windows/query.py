"""A Stream Analytics query as steps: what each reads, how it windows, where its rows go."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token

from windows.errors import NotSupportedError, QueryInvalidError
from windows.expression import is_system_timestamp, shown
from windows.refusals import refuse_clauses, refuse_names
from windows.script import split_selects, split_unions, word
from windows.window import SECOND, Snapshot, Tumbling, Window, window_size

LIMIT = "__limit"
"""`LIMIT DURATION(unit, n)` as the parser gets it: a last part of PARTITION BY."""
ARRIVAL = "EventEnqueuedUtcTime"


@dataclass(frozen=True)
class Step:
    """One SELECT: a step of the WITH or a branch of one, or, where `output` is set, one that feeds an output.

    `timestamp_by` is the input's column with the event time; None in a step that reads another step, or where the
    arrival time counts.
    """

    name: str
    source: str
    select: exp.Select
    window: Window | None
    timestamp_by: str | None
    output: str | None


@dataclass(frozen=True)
class Query:
    """The steps in an order in which each comes after those it reads; `input` is the one name that is no step.

    `unions` says of which steps a step of the WITH is the UNION.
    """

    input: str
    steps: tuple[Step, ...]
    unions: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def readers(self, name: str) -> tuple[Step, ...]:
        """The steps that read from the step or input of this name."""
        return tuple(step for step in self.steps if step.source == name)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The outputs' names, in the query's order."""
        return tuple(step.output for step in self.steps if step.output)

    @property
    def meaning(self) -> str:
        """The steps as text: the same for two queries that differ only in comments and spaces."""
        steps = (f"{s.name} {s.timestamp_by} {s.window} {s.output} {s.select.sql('tsql')}" for s in self.steps)
        return "\n".join([*steps, repr(self.unions)])

    @property
    def event_time(self) -> str | None:
        """The input's column that TIMESTAMP BY names; None if the arrival time counts."""
        return self.readers(self.input)[0].timestamp_by

    @property
    def finest(self) -> int:
        """The smallest window's size in microseconds; one second where there is none."""
        return min((step.window.size for step in self.steps if isinstance(step.window, Tumbling)), default=SECOND)


def parse_query(text: str) -> Query:
    """Parse a query.

    Raises QueryInvalidError if it is malformed, NotSupportedError if it uses what the runner lacks.
    """
    steps: list[Step] = []
    unions: dict[str, tuple[str, ...]] = {}
    if any(ord(sign) < 32 and sign not in "\t\n\r\f" for sign in text):
        raise QueryInvalidError("the query holds a control character")
    try:
        for name, part in split_selects(sqlglot.tokenize(text, read="tsql")):
            branches = split_unions(part)
            if len(branches) == 1:
                steps.append(_step(text, name, part))
                continue
            if name is None:
                raise NotSupportedError("UNION outside the WITH: make it a step and SELECT … INTO from that")
            members = [_step(text, f"{name}, branch {n}", branch) for n, branch in enumerate(branches, start=1)]
            steps.extend(members)
            unions[name] = tuple(member.name for member in members)
    except SqlglotError:
        raise QueryInvalidError("the query does not parse as T-SQL") from None
    except RecursionError:
        raise NotSupportedError("expressions as deep as that") from None
    return _linked(steps, unions)


CLAUSES = {"WHERE", "GROUP BY", "HAVING", "PARTITION BY", "JOIN", "INNER", "LEFT", "CROSS", "UNION", "ORDER BY", ";"}


def _step(text: str, name: str | None, tokens: Sequence[Token]) -> Step:
    kept, timestamp_by = _for_the_parser(text, tokens)
    select = sqlglot.parse_one(kept, read="tsql")
    if not isinstance(select, exp.Select):
        raise NotSupportedError(f"{type(select).__name__.upper()} between or instead of SELECTs")
    refuse_clauses(select)
    into = select.args.get("into")
    output = into.this.name if into else None
    if (name is None) == (output is None):
        where = f"step {name} has" if name else "a SELECT after the WITH lacks"
        raise QueryInvalidError(f"{where} an INTO")
    refuse_names(name, output)
    select.set("into", None)
    return Step(
        name=name or f"into {output}",
        source=select.args["from_"].this.name,
        select=select,
        window=_window(select),
        timestamp_by=_timestamp_column(timestamp_by),
        output=output,
    )


def _for_the_parser(text: str, tokens: Sequence[Token]) -> tuple[str, list[Token]]:
    """The SELECT as plain T-SQL, and what stood after TIMESTAMP BY."""
    kept: list[str] = []
    timestamp_by: list[Token] = []
    over: list[int] = []  # depths of the OVER (…) that are open
    index = depth = 0
    words = [word(token) for token in tokens]
    while index < len(tokens):
        here, following = words[index], words[index + 1] if index + 1 < len(tokens) else ""
        if here == "TIMESTAMP" and following == "BY":
            index += 2
            while index < len(tokens) and words[index] not in CLAUSES:
                timestamp_by.append(tokens[index])
                index += 1
            continue
        if here == "LIMIT" and following == "DURATION":
            if not over or over[-1] != depth:
                raise NotSupportedError("LIMIT DURATION outside OVER (…)")
            kept.append(f"{',' if words[index - 1] != '(' else 'PARTITION BY'} {LIMIT}")
            index += 2
            continue
        if here == "WHEN" and over and over[-1] == depth:
            raise NotSupportedError("WHEN inside OVER (…)")
        if here == "PARTITION BY" and depth == 0:
            raise NotSupportedError("PARTITION BY a step's input: leave it out, compatibility level 1.2 does without")
        depth += (here == "(") - (here == ")")
        if here == "(" and index and words[index - 1] == "OVER":
            over.append(depth)
        while over and depth < over[-1]:
            over.pop()
        if here != ";":
            kept.append(text[tokens[index].start : tokens[index].end + 1])
        index += 1
    return " ".join(kept), timestamp_by


def _timestamp_column(tokens: Sequence[Token]) -> str | None:
    if not tokens:
        return None
    if any(word(token) == "OVER" for token in tokens):
        raise NotSupportedError("TIMESTAMP BY … OVER (substreams)")
    if len(tokens) != 1:
        raise NotSupportedError("TIMESTAMP BY an expression: name one column")
    name = tokens[0].text
    return None if name.lower() == ARRIVAL.lower() else name


def _window(select: exp.Select) -> Window | None:
    """Take the window out of GROUP BY and say which it is."""
    group = select.args.get("group")
    if group is None:
        return None
    if any(value for name, value in group.args.items() if name != "expressions"):
        raise NotSupportedError(f"{shown(group)}: group by columns")
    windows: list[Window] = []
    for item in list(group.expressions):
        if isinstance(item, exp.Anonymous):
            if str(item.this).lower() != "tumblingwindow":
                raise NotSupportedError(f"{item.this}")
            windows.append(Tumbling(window_size(item)))
            item.pop()
        elif is_system_timestamp(item):
            windows.append(Snapshot())
            item.pop()
        elif not isinstance(item, exp.Column):
            raise NotSupportedError(f"GROUP BY {shown(item)}: group by columns")
    if len(windows) != 1:
        raise QueryInvalidError("GROUP BY needs exactly one window")
    return windows[0]


def _linked(steps: Sequence[Step], unions: dict[str, tuple[str, ...]]) -> Query:
    """The steps, each with its source's name as that is spelt where it is made."""
    known: dict[str, str] = {}
    inputs: dict[str, str] = {}
    linked: list[Step] = []
    ends = {members[-1]: name for name, members in unions.items()}
    for step in steps:
        source = known.get(step.source.lower())
        if source is None:
            source = inputs.setdefault(step.source.lower(), step.source)
        elif step.timestamp_by:
            raise QueryInvalidError(f"TIMESTAMP BY belongs where the input is read, not in {step.name}")
        linked.append(replace(step, source=source))
        for name in (step.name, *([ends[step.name]] if step.name in ends else [])):
            if name.lower() in known:
                raise QueryInvalidError(f"two steps or outputs are called {name}")
            known[name.lower()] = name
    if len(inputs) != 1:
        raise NotSupportedError(f"{len(inputs)} inputs ({', '.join(sorted(inputs.values()))}): one is needed")
    [name] = inputs.values()
    if name.lower() in known:
        raise QueryInvalidError(f"{name} is read before it is made, or is a step's name and an input's")
    query = Query(name, tuple(linked), unions)
    if len({step.timestamp_by for step in query.readers(query.input)}) != 1:
        raise QueryInvalidError(f"every reader of {query.input} needs the same TIMESTAMP BY")
    return query
