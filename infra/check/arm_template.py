"""An ARM template, worked out with its parameter file like Bicep is."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from infra.check.bicep.deployment import Planned
from infra.check.bicep.evaluate import FUNCTIONS, EvaluationFault, Runtime, Value, evaluate
from infra.check.bicep.parser import expression
from infra.check.bicep.syntax import Call, Literal, walk
from infra.check.bicep.tokens import SyntaxFault
from infra.check.finding import Unreadable


def read_json(path: Path, root: Path) -> dict[str, Any]:
    """A JSON object. Raises Unreadable."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as fault:
        raise Unreadable(str(path.relative_to(root)), str(fault)) from None
    if not isinstance(found, dict):
        raise Unreadable(str(path.relative_to(root)), "expected a JSON object")
    return found


def texts(value: object) -> Iterator[str]:
    """Every string in a JSON value, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def calls(value: object) -> Iterator[tuple[str, str]]:
    """Functions that the expressions in a JSON value call, each with its first argument if that is a plain string."""
    for text in texts(value):
        if text.startswith("[") and not text.startswith("[["):
            for part in walk(expression(text[1:-1])):
                if isinstance(part, Call):
                    first = part.arguments[0] if part.arguments else None
                    yield part.function, str(first.value) if isinstance(first, Literal) else ""


@dataclass(frozen=True)
class ArmTemplate:
    """A template and the parameters given to it. Raises Unreadable where it can't be worked out."""

    file: str
    template: Mapping[str, Any]
    given: Mapping[str, Value]

    @cached_property
    def resources(self) -> tuple[Planned, ...]:
        """The resources with every expression worked out."""
        found = []
        for resource in self.template["resources"]:
            body = self._value(resource)
            name = str(body["name"])
            found.append(Planned(self.file, name, body["type"], body["apiVersion"], name, body))
        return tuple(found)

    def _value(self, value: Any) -> Value:
        if isinstance(value, dict):
            return {key: self._value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if not (isinstance(value, str) and value.startswith("[")):
            return value
        functions = {**FUNCTIONS, "parameters": self._parameter, "variables": self._variable}
        try:
            return evaluate(expression(value[1:-1]), _no_names, functions)
        except (SyntaxFault, EvaluationFault, TypeError, KeyError, IndexError, AttributeError) as fault:
            raise Unreadable(self.file, f"{value}: {fault}") from None

    def _parameter(self, name: str) -> Value:
        declared = self.template["parameters"].get(name)
        if declared is None:
            raise EvaluationFault(f"parameter {name} is not declared")
        if declared["type"].lower().startswith("secure"):
            return Runtime(f"[parameters({name})]")
        if name not in self.given and "defaultValue" not in declared:
            raise EvaluationFault(f"parameter {name} has no value")
        return self.given[name] if name in self.given else self._value(declared["defaultValue"])

    def _variable(self, name: str) -> Value:
        if name not in self.template["variables"]:
            raise EvaluationFault(f"variable {name} is not declared")
        return self._value(self.template["variables"][name])


def _no_names(name: str) -> Value:
    raise EvaluationFault(f"{name} is not a function")


def template(path: Path, root: Path) -> ArmTemplate:
    """`x.json` with `x.parameters.json` beside it. Raises Unreadable."""
    parameters = path.with_suffix(".parameters.json")
    given = read_json(parameters, root).get("parameters", {})
    values = {name: entry["value"] for name, entry in given.items()}
    return ArmTemplate(str(path.relative_to(root)), read_json(path, root), values)
