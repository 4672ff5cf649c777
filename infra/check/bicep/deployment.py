"""A Bicep file and its modules, worked out with concrete parameters: the resources Azure would be asked for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from infra.check.bicep.evaluate import ABSENT, FUNCTIONS, EvaluationFault, Runtime, Value, evaluate
from infra.check.bicep.parser import parse
from infra.check.bicep.syntax import Bicep, Module, Output, Parameter, Resource, Variable
from infra.check.bicep.tokens import SyntaxFault
from infra.check.finding import Unreadable


@dataclass(frozen=True)
class Planned:
    """One resource: full name with its parents' (`account/default/windows`), body as JSON; file for messages."""

    file: str
    symbol: str
    type: str
    api_version: str
    name: str
    body: dict[str, Value]

    def member(self, name: str) -> Value:
        """What an expression sees of it."""
        if name == "name":
            return self.name.rpartition("/")[2]
        return Runtime(f"[{self.type}/{self.name}.{name}]")


def read(path: Path, root: Path) -> Bicep:
    """A file's declarations. Raises Unreadable."""
    try:
        return _parsed(path.read_text())
    except (OSError, SyntaxFault) as fault:
        raise Unreadable(str(path.relative_to(root)), str(fault)) from None


@lru_cache(maxsize=64)
def _parsed(text: str) -> Bicep:
    return parse(text)


class Deployment:
    """A file under given parameters. Raises Unreadable when it, or a file it names, can't be worked out."""

    def __init__(self, path: Path, parameters: Mapping[str, Value], root: Path) -> None:
        self._path = path.resolve()
        self._root = root.resolve()
        self._given = parameters
        self._bicep = read(self._path, self._root)
        self._names = self._bicep.named()
        self._known: dict[str, Value] = {}
        self._functions = {**FUNCTIONS, "loadTextContent": self._text, "loadJsonContent": self._json}

    @property
    def file(self) -> str:
        """Relative to the root."""
        return str(self._path.relative_to(self._root))

    @cached_property
    def resources(self) -> tuple[Planned, ...]:
        """This file's resources and its modules', in order."""
        found: list[Planned] = []
        for part in self._bicep.declarations:
            if isinstance(part, Resource) and not part.existing and (planned := self._lookup(part.name)) is not ABSENT:
                found.append(planned)
            elif isinstance(part, Module):
                placed = self._lookup(part.name)
                for module in placed if isinstance(placed, list) else [placed]:
                    found += module.resources if isinstance(module, Deployment) else ()
        return tuple(found)

    def outputs(self) -> dict[str, Value]:
        """Every output's value."""
        return {part.name: self._value(part) for part in self._bicep.declarations if isinstance(part, Output)}

    def member(self, name: str) -> Value:
        """What an expression sees of a module."""
        if name != "outputs":
            raise EvaluationFault(f"a module has no {name}")
        return self.outputs()

    def variable(self, name: str) -> Value:
        """The value of a parameter or variable, e.g. a size."""
        return self._lookup(name)

    def _lookup(self, name: str) -> Value:
        if name not in self._known:
            self._known[name] = self._work_out(name)
        return self._known[name]

    def _work_out(self, name: str) -> Value:
        part = self._names.get(name)
        match part:
            case Parameter():
                if name in self._given:
                    return self._given[name]
                if part.default is None:
                    raise Unreadable(self.file, f"parameter {name} has no value")
                return self._value(part)
            case Variable():
                return self._value(part)
            case Resource():
                body = self._value(part)
                return ABSENT if body is ABSENT else self._planned(part, body)
            case Module():
                body = self._value(part)
                path = self._path.parent / part.path
                if isinstance(body, list):
                    return [Deployment(path, one["params"], self._root) for one in body]
                return ABSENT if body is ABSENT else Deployment(path, body["params"], self._root)
        raise EvaluationFault(f"{name} is not declared")

    def _planned(self, part: Resource, body: dict[str, Value]) -> Planned:
        parent = body.get("parent")
        name = f"{parent.name}/{body['name']}" if isinstance(parent, Planned) else str(body["name"])
        return Planned(self.file, part.name, part.type, part.api_version, name, body)

    def _value(self, part: Parameter | Variable | Resource | Module | Output) -> Value:
        match part:
            case Parameter(default=source) if source is not None:
                pass
            case Resource(body=source) | Module(body=source):
                pass
            case Variable(value=source) | Output(value=source):
                pass
            case _:
                raise EvaluationFault(f"{part.name} has no value")
        try:
            return evaluate(source, self._lookup, self._functions)
        except (EvaluationFault, TypeError, KeyError, IndexError, ZeroDivisionError, AttributeError) as fault:
            raise Unreadable(self.file, f"{part.name}, line {part.line}: {fault}") from None

    def _text(self, path: str) -> str:
        return (self._path.parent / path).read_text()

    def _json(self, path: str) -> Value:
        return json.loads(self._text(path))


def deployment(template: Path, parameter_file: Path, root: Path, more: Mapping[str, Value] | None = None) -> Deployment:
    """A template under an `az deployment` parameter file, and more parameters over it. Raises Unreadable."""
    try:
        given = json.loads(parameter_file.read_text())["parameters"]
        values = {name: entry["value"] for name, entry in given.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Unreadable(str(parameter_file.relative_to(root)), f"not a parameter file: {fault}") from None
    return Deployment(template, values | dict(more or {}), root)
