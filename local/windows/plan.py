"""What a query comes to before any event: its steps as SQL, those that keep no state folded into their readers."""

from collections import Counter
from dataclasses import dataclass

from local.windows.dialect import StepSql, input_columns, reads, step_sql
from local.windows.errors import QueryInvalidError
from local.windows.query import Query, Step, parse_query


@dataclass(frozen=True)
class Node:
    """A step that keeps state, or an output.

    `origin` names the node (or the input) whose batch it reads; `folded` is the SQL of the projections and filters in
    between, over `{rows}`. `read_once` says that one node reads what comes out of this one, and in one go.
    """

    step: Step
    origin: str
    folded: str
    sql: StepSql
    read_once: bool

    @property
    def buffer(self) -> str:
        """The table of rows whose window is not over."""
        return f'"{self.step.name} rows"'

    @property
    def batch(self) -> str:
        """The table of rows that the last advance of the watermark brought out of the step."""
        return batch_of(self.step.name)


def batch_of(name: str) -> str:
    """The table of rows that came out of the step or input of this name."""
    return f'"{name} batch"'


@dataclass(frozen=True)
class Plan:
    """A query ready to run: the input's name, the event fields to read, and the nodes in an order of reading."""

    query: Query
    columns: tuple[str, ...]
    nodes: tuple[Node, ...]


def plan_query(text: str) -> Plan:
    """Plan a query.

    Raises QueryInvalidError if it is malformed, NotSupportedError if it uses what the runner lacks.
    """
    query = parse_query(text)
    return Plan(query, input_columns(query), _nodes(query))


def _nodes(query: Query) -> tuple[Node, ...]:
    """Fold each step that keeps no state into its readers."""
    steps = {step.name: step for step in query.steps}
    sqls = {step.name: step_sql(step) for step in query.steps}
    for step in query.steps:
        if step.source in steps:
            _check_columns(step, steps[step.source])

    def keeps_state(step: Step) -> bool:
        return step.window is not None or bool(sqls[step.name].firsts)

    def reach(name: str) -> tuple[str, str]:
        """The node or input from which the rows of this name come, and the SQL from there."""
        if name not in steps or keeps_state(steps[name]):
            return name, "SELECT * FROM {rows}"
        origin, folded = reach(steps[name].source)
        return origin, sqls[name].text.replace("{rows}", f"({folded})")

    kept = [step for step in query.steps if step.output or keeps_state(step)]
    reached = {step.name: reach(step.source) for step in kept}
    readings: Counter[str] = Counter()
    for step in kept:  # ISFIRST looks at its rows several times
        readings[reached[step.name][0]] += 2 if sqls[step.name].firsts else 1
    return tuple(Node(step, *reached[step.name], sqls[step.name], readings[step.name] == 1) for step in kept)


def _check_columns(step: Step, source: Step) -> None:
    """DuckDB lets a clause use the SELECT's own aliases; Stream Analytics does not."""
    there = {item.alias_or_name.lower() for item in source.select.expressions}
    for column in reads(step):
        if column.lower() not in there:
            raise QueryInvalidError(f"{step.name} reads {column}, which {source.name} does not give")
