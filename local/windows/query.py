"""A Stream Analytics query as steps: what each reads, how it windows, where its rows go."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token

from local.windows.errors import NotSupportedError, QueryInvalidError
from local.windows.refusals import refuse_clauses
from local.windows.script import split_selects
from local.windows.window import SECOND, Snapshot, Tumbling, Window, window_size


@dataclass(frozen=True)
class Step:
    """One SELECT: a step of the WITH, or, where `output` is set, one that feeds an output.

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
    """The steps in an order in which each comes after the one it reads; `input` is the one name that is no step."""

    input: str
    steps: tuple[Step, ...]

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
        return "\n".join(steps)

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
    try:
        tokens = sqlglot.tokenize(text, read="tsql")
        steps = tuple(_step(text, name, part) for name, part in split_selects(tokens))
    except SqlglotError as error:
        raise QueryInvalidError(f"the query does not parse: {str(error).splitlines()[0]}") from None
    return _linked(steps)


def is_system_timestamp(node: exp.Expression) -> bool:
    """Whether the node is `System.Timestamp()`."""
    return (
        isinstance(node, exp.Dot)
        and node.this.name.lower() == "system"
        and isinstance(node.expression, exp.Anonymous)
        and str(node.expression.this).lower() == "timestamp"
    )


CLAUSES = {"WHERE", "GROUP BY", "HAVING", "PARTITION BY", "JOIN", "INNER", "LEFT", "CROSS", "UNION", ";"}


def _step(text: str, name: str | None, tokens: Sequence[Token]) -> Step:
    kept: list[str] = []
    timestamp_by: list[Token] = []
    index = depth = 0
    while index < len(tokens):
        here = tokens[index]
        following = tokens[index + 1].text.upper() if index + 1 < len(tokens) else ""
        if here.text.upper() == "TIMESTAMP" and following == "BY":
            index += 2
            while index < len(tokens) and tokens[index].text.upper() not in CLAUSES:
                timestamp_by.append(tokens[index])
                index += 1
            continue
        if here.text.upper() == "LIMIT" and following == "DURATION":
            raise NotSupportedError("OVER (… LIMIT DURATION …)")
        if here.text.upper() == "PARTITION BY" and depth == 0:
            raise NotSupportedError("PARTITION BY a step's input: leave it out, compatibility level 1.2 does without")
        depth += (here.text == "(") - (here.text == ")")
        if here.text != ";":
            kept.append(text[here.start : here.end + 1])
        index += 1
    source_text = " ".join(kept)
    select = sqlglot.parse_one(source_text, read="tsql")
    if not isinstance(select, exp.Select):
        raise NotSupportedError(f"{type(select).__name__.upper()} between or instead of SELECTs")
    refuse_clauses(select)
    into = select.args.get("into")
    output = into.this.name if into else None
    if (name is None) == (output is None):
        where = f"step {name} has" if name else "a SELECT after the WITH lacks"
        raise QueryInvalidError(f"{where} an INTO")
    select.set("into", None)
    source = select.args["from_"].this
    return Step(
        name=name or f"into {output}",
        source=source.name,
        select=select,
        window=_window(select),
        timestamp_by=_timestamp_column(timestamp_by),
        output=output,
    )


def _timestamp_column(tokens: Sequence[Token]) -> str | None:
    if not tokens:
        return None
    if any(token.text.upper() == "OVER" for token in tokens):
        raise NotSupportedError("TIMESTAMP BY … OVER (substreams)")
    if len(tokens) != 1:
        raise NotSupportedError("TIMESTAMP BY an expression: name one column")
    return tokens[0].text


def _window(select: exp.Select) -> Window | None:
    """Take the window out of GROUP BY and say which it is."""
    group = select.args.get("group")
    if group is None:
        if any(not isinstance(found.parent, exp.Window) for found in select.find_all(exp.AggFunc)):
            raise QueryInvalidError("an aggregate needs GROUP BY … with a window")
        return None
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
            raise NotSupportedError(f"GROUP BY {item.sql('tsql')}: group by columns")
    if len(windows) != 1:
        raise QueryInvalidError("GROUP BY needs exactly one window")
    return windows[0]


def _linked(steps: tuple[Step, ...]) -> Query:
    known: dict[str, str] = {}
    inputs: set[str] = set()
    linked: list[Step] = []
    for step in steps:
        source = known.get(step.source.lower())
        if source is None:
            inputs.add(step.source)
        elif step.timestamp_by:
            raise QueryInvalidError(f"TIMESTAMP BY belongs where the input is read, not in {step.name}")
        linked.append(Step(step.name, source or step.source, step.select, step.window, step.timestamp_by, step.output))
        if step.name.lower() in known:
            raise QueryInvalidError(f"two steps or outputs are called {step.name}")
        known[step.name.lower()] = step.name
    if len(inputs) != 1:
        raise NotSupportedError(f"{len(inputs)} inputs ({', '.join(sorted(inputs))}): one is needed")
    query = Query(inputs.pop(), tuple(linked))
    if len({step.timestamp_by for step in query.readers(query.input)}) != 1:
        raise QueryInvalidError(f"every reader of {query.input} needs the same TIMESTAMP BY")
    return query
