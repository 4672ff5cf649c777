"""The parts of a Bicep file."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Literal:
    """A string without interpolation, a whole number, true, false or null."""

    value: str | int | bool | None


@dataclass(frozen=True)
class Name:
    """A parameter, variable, resource, module, loop item or namespace."""

    name: str
    line: int


@dataclass(frozen=True)
class Interpolated:
    """A string with expressions in it; parts alternate freely."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True)
class Object:
    """Keys are names or strings; order kept."""

    items: tuple[tuple["Expression", "Expression"], ...]


@dataclass(frozen=True)
class Array:
    """Items in order."""

    items: tuple["Expression", ...]


@dataclass(frozen=True)
class Call:
    """A function, or a method of `of`."""

    function: str
    arguments: tuple["Expression", ...]
    line: int
    of: "Expression | None" = None


@dataclass(frozen=True)
class Member:
    """`of.name`."""

    of: "Expression"
    name: str


@dataclass(frozen=True)
class Index:
    """`of[at]`."""

    of: "Expression"
    at: "Expression"


@dataclass(frozen=True)
class Operation:
    """Unary (one operand), binary (two) or the conditional `?` (three)."""

    operator: str
    operands: tuple["Expression", ...]


@dataclass(frozen=True)
class ForEach:
    """`[for item in over: body]`."""

    item: str
    over: "Expression"
    body: "Expression"


@dataclass(frozen=True)
class OnlyIf:
    """`= if (condition) body`."""

    condition: "Expression"
    body: "Expression"


Expression = Literal | Name | Interpolated | Object | Array | Call | Member | Index | Operation | ForEach | OnlyIf


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything inside it; names that a loop introduces itself are left out."""
    yield expression
    for part in _parts(expression):
        for found in walk(part):
            bound = isinstance(expression, ForEach) and isinstance(found, Name) and found.name == expression.item
            if not bound:
                yield found


def _parts(expression: Expression) -> tuple[Expression, ...]:  # noqa: PLR0911
    match expression:
        case Interpolated(parts):
            return parts
        case Object(items):
            return tuple(part for item in items for part in item)
        case Array(items):
            return items
        case Call(_, arguments, _, of):
            return arguments if of is None else (of, *arguments)
        case Member(of):
            return (of,)
        case Index(of, at):
            return (of, at)
        case Operation(_, operands):
            return operands
        case ForEach(_, over, body):
            return (over, body)
        case OnlyIf(condition, body):
            return (condition, body)
    return ()


@dataclass(frozen=True)
class Parameter:
    """`param`; decorators by name, with their first argument."""

    name: str
    type: str
    default: Expression | None
    decorators: dict[str, Expression | None]
    line: int


@dataclass(frozen=True)
class Variable:
    """`var`."""

    name: str
    value: Expression
    line: int


@dataclass(frozen=True)
class Resource:
    """`resource`; `existing` ones are only referred to."""

    name: str
    type: str
    api_version: str
    existing: bool
    body: Expression
    line: int


@dataclass(frozen=True)
class Module:
    """`module`; path relative to the file."""

    name: str
    path: str
    body: Expression
    line: int


@dataclass(frozen=True)
class Output:
    """`output`."""

    name: str
    type: str
    value: Expression
    decorators: dict[str, Expression | None]
    line: int


Declaration = Parameter | Variable | Resource | Module | Output


@dataclass(frozen=True)
class Bicep:
    """A file's declarations, in order."""

    declarations: tuple[Declaration, ...] = field(default=())

    def named(self) -> dict[str, Declaration]:
        """What a name in an expression may mean; outputs have names of their own."""
        return {part.name: part for part in self.declarations if not isinstance(part, Output)}

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Parameters by name."""
        return {part.name: part for part in self.declarations if isinstance(part, Parameter)}
