"""What a query comes to before any event: its steps as SQL, those that keep no state folded into their readers."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from windows.dialect import StepSql, asked_for, input_columns, resolved, step_sql
from windows.errors import NotSupportedError, QueryInvalidError
from windows.functions import common
from windows.kinds import ROWS, Columns, Kind, Typed, moment_of, number_of, quoted
from windows.query import ARRIVAL, Query, Step, parse_query
from windows.readings import finite, moment, number

INTAKE = "intake"
AS_IT_IS = f"SELECT * FROM {ROWS}"  # noqa: S608


class Shape(Enum):
    """What a reader brings of a field that the query casts to float: the text, a DOUBLE, or a DOUBLE that is whole."""

    TEXT = auto()
    NUMBER = auto()
    WHOLE = auto()


SHAPED: dict[Shape, Callable[[str], str]] = {
    Shape.TEXT: number,
    Shape.NUMBER: finite,
    Shape.WHOLE: "{}::INTEGER".format,
}


@dataclass(frozen=True)
class Reading:
    """Where rows come from: `origin` names the node (or the intake) whose batch they are.

    `folded` is the SQL of the projections and filters in between, over `ROWS`.
    """

    origin: str
    folded: str


@dataclass(frozen=True)
class Node:
    """A step that keeps state, or an output; `number` tells it from the others.

    It reads one batch, or, where it reads a UNION, several. `read_once` says that one node reads what comes out of this
    one, and in one go.
    """

    number: int
    step: Step
    readings: tuple[Reading, ...]
    sql: StepSql
    read_once: bool

    @property
    def buffer(self) -> str:
        """The table of rows whose window is not over."""
        return f"rows_{self.number}"

    @property
    def batch(self) -> str:
        """The table of rows that the last advance of the watermark brought out of the step."""
        return f"batch_{self.number}"

    @property
    def due(self) -> str:
        """The table of rows whose window is over; its own, since a reader may look at it later than it was filled."""
        return f"due_{self.number}"

    @property
    def memories(self) -> tuple[str, ...]:
        """For each of its calls over rows, the table of what that remembers."""
        return tuple(f"memory_{self.number}_{n}" for n in range(len(self.sql.repeats)))


@dataclass(frozen=True)
class Plan:
    """A query ready to run: the event fields to read, what is made of them at once, and the nodes in order.

    `columns` are what the query's first steps make of the fields, as far as one reads the other without a look at the
    timestamp or at other rows: an event is typed and judged as it is read, once, whoever reads on.
    """

    query: Query
    fields: tuple[str, ...]
    numbers: frozenset[str]
    """Those of the fields that the query asks for as float."""
    texts: frozenset[str]
    """Those that it asks for as anything else; IS NULL does not count."""
    columns: Columns
    first: tuple[tuple[str, ...], ...]
    nodes: tuple[Node, ...]
    adds_floats: bool
    """Whether a sum's last digits depend on the order of adding."""

    @property
    def doubles(self) -> frozenset[str]:
        """The fields that a reader may bring as DOUBLE: nothing but a number is asked of them."""
        return self.numbers - self.texts

    def intake(self, events: str, beside: str, shape: Shape = Shape.TEXT) -> str:
        """SQL for the columns of these events (SQL: the fields and their arrival), with other columns beside them."""
        rows = events
        for projections in self.first:
            made = resolved(", ".join(projections), numbers_only=shape is Shape.WHOLE)
            rows = f"SELECT {made}, {beside} FROM ({rows}) AS rows"  # noqa: S608
        return rows


def columns_of(plan: Plan, fields: str, shape: Shape = Shape.TEXT) -> list[str]:
    """SQL for the intake's columns, out of a struct of the fields, whose numbers have this shape there."""
    sqls: list[str] = []
    for name in plan.fields:
        value = f"{fields}.{quoted(name)}"
        sqls.append(f"{value} AS {quoted(name)}")
        if name == plan.query.event_time:
            sqls.append(f"{moment(value)} AS {quoted(moment_of(name))}")
        if name in plan.numbers:
            as_number = SHAPED[shape](value) if name in plan.doubles else number(value)
            sqls.append(f"{as_number} AS {quoted(number_of(name))}")
    return sqls


def plan_query(text: str) -> Plan:
    """Plan a query.

    Raises QueryInvalidError if it is malformed, NotSupportedError if it uses what the runner lacks.
    """
    query = parse_query(text)
    try:
        return _planned(query)
    except RecursionError:
        raise NotSupportedError("expressions as deep as that") from None


def _planned(query: Query) -> Plan:
    steps = {step.name: step for step in query.steps}
    fields = input_columns(query)
    numbers, texts = asked_for(query)
    as_numbers = {number_of(name): Kind.FLOAT for name in fields if name in numbers}
    as_moments = {moment_of(query.event_time): Kind.DATETIME} if query.event_time else {}
    made: dict[str, Columns] = {query.input: {**fields, **as_numbers, **as_moments, ARRIVAL: Kind.DATETIME}}
    sqls: dict[str, StepSql] = {}
    members = {member: union for union, names in query.unions.items() for member in names}
    for step in query.steps:
        sqls[step.name] = step_sql(step, made[step.source])
        made[step.name] = sqls[step.name].columns
        union = members.get(step.name)
        if union and step.name == query.unions[union][-1]:
            made[union] = _joined(union, [made[name] for name in query.unions[union]])
    taken_in = _taken_in(query, sqls)

    def keeps_state(step: Step) -> bool:
        return step.window is not None or bool(sqls[step.name].repeats)

    def reach(name: str) -> tuple[Reading, ...]:
        """The batches from which the rows of this name come."""
        if name == (taken_in[-1] if taken_in else query.input):
            return (Reading(INTAKE, AS_IT_IS),)
        if name in query.unions:
            return tuple(reading for member in query.unions[name] for reading in reach(member))
        if keeps_state(steps[name]):
            return (Reading(name, AS_IT_IS),)
        text = sqls[name].text
        return tuple(Reading(each.origin, text.replace(ROWS, f"({each.folded})")) for each in reach(steps[name].source))

    kept = [step for step in query.steps if step.output or keeps_state(step)]
    reached = {step.name: reach(step.source) for step in kept}
    readings: Counter[str] = Counter()
    for step in kept:  # calls over rows look at them several times
        if sqls[step.name].repeats and len(reached[step.name]) > 1:
            raise NotSupportedError(f"ISFIRST or LAG over a UNION ({step.name})")
        for reading in reached[step.name]:
            readings[reading.origin] += 2 if sqls[step.name].repeats else 1
    nodes = tuple(
        Node(number, step, reached[step.name], sqls[step.name], readings[step.name] == 1)
        for number, step in enumerate(kept)
    )
    columns = made[taken_in[-1] if taken_in else query.input]
    first = tuple(sqls[name].projections for name in taken_in)
    adds_floats = any(sql.adds_floats for sql in sqls.values())
    return Plan(query, tuple(fields), numbers, texts, columns, first, nodes, adds_floats)


def _taken_in(query: Query, sqls: dict[str, StepSql]) -> list[str]:
    """The steps whose work is done as events are read."""
    chain: list[str] = []
    at = query.input
    while True:
        readers = query.readers(at)
        if len(readers) != 1 or readers[0].output or not sqls[readers[0].name].projections:
            return chain
        if any(readers[0].name in names for names in query.unions.values()):
            return chain
        at = readers[0].name
        chain.append(at)


def _joined(union: str, branches: list[Columns]) -> Columns:
    """The columns of a UNION.

    Raises QueryInvalidError where the branches' differ.
    """
    first = branches[0]
    if any(list(columns) != list(first) for columns in branches):
        raise QueryInvalidError(f"the SELECTs of {union} give columns of other names, or in another order")
    for name, kind in first.items():
        if any(columns[name] is not kind for columns in branches):
            common(f"{name} in {union}", [Typed(name, columns[name]) for columns in branches])
            raise NotSupportedError(f"{name} in {union} as bigint and float: cast it")
    return first
