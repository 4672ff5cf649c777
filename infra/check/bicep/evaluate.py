"""The value of an expression, as far as it is known before anything is deployed.

What only Azure knows (ids, keys, host names) becomes a Runtime: a bracketed word that says where it comes from.
"""

import hashlib
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, Protocol

from infra.check.bicep.syntax import (
    Array,
    Call,
    Expression,
    ForEach,
    Index,
    Interpolated,
    Literal,
    Member,
    Name,
    Object,
    OnlyIf,
    Operation,
)

Value = Any  # JSON, a Runtime, or something with members


class Runtime(str):
    """A value that exists only once deployed, e.g. `[job.identity.principalId]`."""

    def member(self, name: str) -> "Runtime":
        """A part of it."""
        return Runtime(f"[{self[1:-1]}.{name}]")


class Members(Protocol):
    """A resource or module: something with members."""

    def member(self, name: str) -> Value:
        """The member's value."""


class EvaluationFault(Exception):
    """An expression that can't have a value: an unknown name or function, an operand of the wrong type."""


ABSENT = object()


def unique(*parts: object) -> str:
    """13 lowercase letters and digits, as uniqueString gives; not the same ones Azure would give."""
    return f"u{hashlib.sha256(repr(parts).encode()).hexdigest()[:12]}"


def _runtime(name: str) -> Callable[..., Runtime]:
    return lambda *parts: Runtime(f"[{name}({', '.join(map(str, parts))})]")


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "concat": lambda *parts: (
        list(chain.from_iterable(parts)) if isinstance(parts[0], list) else "".join(map(str, parts))
    ),
    "copyIndex": _runtime("copyIndex"),
    "empty": lambda value: not value,
    "format": lambda text, *parts: text.format(*parts),
    "guid": lambda *parts: Runtime(f"[guid({', '.join(map(str, parts))})]"),
    "length": len,
    "listKeys": _runtime("listKeys"),
    "max": max,
    "min": min,
    "reference": _runtime("reference"),
    "replace": lambda text, old, new: text.replace(old, new),
    "resourceGroup": lambda: {"id": "/subscriptions/s/resourceGroups/g", "location": "westeurope", "name": "g"},
    "resourceId": _runtime("resourceId"),
    "string": str,
    "subscription": lambda: {"id": "/subscriptions/s", "tenantId": "t", "subscriptionId": "s"},
    "subscriptionResourceId": _runtime("subscriptionResourceId"),
    "take": lambda text, count: text[:count],
    "toLower": str.lower,
    "uniqueString": unique,
}

_BINARY: dict[str, Callable[[Any, Any], Value]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "=~": lambda a, b: str(a).lower() == str(b).lower(),
    "!~": lambda a, b: str(a).lower() != str(b).lower(),
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "&&": lambda a, b: a and b,
    "||": lambda a, b: a or b,
    "??": lambda a, b: b if a is None else a,
}


def evaluate(  # noqa: PLR0911, PLR0912
    expression: Expression, lookup: Callable[[str], Value], functions: Mapping[str, Callable[..., Value]]
) -> Value:
    """The expression's value; ABSENT for a resource or module whose condition is false.

    `lookup` gives the value of a name and raises EvaluationFault for one it doesn't know.
    """

    def value(part: Expression) -> Value:
        return evaluate(part, lookup, functions)

    match expression:
        case Literal(found):
            return found
        case Name(name):
            return lookup(name)
        case Interpolated(parts):
            return "".join(str(value(part)) for part in parts)
        case Object(items):
            return {str(value(key)): value(item) for key, item in items}
        case Array(items):
            return [value(item) for item in items]
        case Member(of, name):
            return _member(value(of), name)
        case Index(of, at):
            found = value(of)
            key = value(at)
            return found.member(str(key)) if isinstance(found, Runtime) else found[key]
        case Call(function, arguments, _, of) if of is not None:
            return _member(value(of), f"{function}({', '.join(str(value(part)) for part in arguments)})")
        case Call(function, arguments):
            if function not in functions:
                raise EvaluationFault(f"function {function} is not known")
            return functions[function](*map(value, arguments))
        case Operation("?", (condition, then, otherwise)):
            return value(then) if value(condition) else value(otherwise)
        case Operation(operator, (operand,)):
            return not value(operand) if operator == "!" else -value(operand)
        case Operation(operator, (left, right)):
            return _BINARY[operator](value(left), value(right))
        case ForEach(item, over, body):
            return [evaluate(body, _with(item, one, lookup), functions) for one in value(over)]
        case OnlyIf(condition, body):
            return value(body) if value(condition) else ABSENT
    raise EvaluationFault(f"{expression} has no value")


def _with(item: str, one: Value, lookup: Callable[[str], Value]) -> Callable[[str], Value]:
    return lambda name: one if name == item else lookup(name)


def _member(of: Value, name: str) -> Value:
    if isinstance(of, dict):
        if name not in of:
            raise EvaluationFault(f"there is no {name} among {', '.join(of)}")
        return of[name]
    if hasattr(of, "member"):
        return of.member(name)
    raise EvaluationFault(f"{of!r} has no member {name}")
