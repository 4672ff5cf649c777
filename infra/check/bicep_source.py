"""Bicep as it is written: names that resolve, parameters that are used, described and bounded, secrets that stay in."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from pycep import BicepParser

from infra.check.bicep.deployment import read
from infra.check.bicep.evaluate import FUNCTIONS
from infra.check.bicep.syntax import (
    Bicep,
    Call,
    Declaration,
    Expression,
    ForEach,
    Literal,
    Member,
    Module,
    Name,
    Object,
    OnlyIf,
    Output,
    Parameter,
    Resource,
    Variable,
    walk,
)
from infra.check.finding import Finding, Unreadable

SECRET_NAME = re.compile(r"(key|secret|password|token|connection_?string|sas)$", re.IGNORECASE)
SECRET_MEMBER = re.compile(
    r"^(list\w*|getSecret|\w*(primary|secondary)(Key|ConnectionString)|ConnectionString|InstrumentationKey|password)$",
    re.IGNORECASE,
)
_FILE_FUNCTIONS = frozenset(FUNCTIONS) | {"loadTextContent", "loadJsonContent"}
_BOUNDS = {"int": ({"minValue", "maxValue"},), "string": ({"maxLength"}, {"allowed"})}


def check(root: Path) -> Iterator[Finding]:
    """Every Bicep file under infra/azure and its parameter files."""
    files = sorted((root / "infra/azure").rglob("*.bicep"))
    read_files: dict[Path, Bicep] = {}
    for path in files:
        file = str(path.relative_to(root))
        try:
            read_files[path] = read(path, root)
        except Unreadable as fault:
            yield Finding("syntax", file, fault.reason)
            continue
        second_opinion = _pycep(path.read_text())
        if second_opinion:
            yield Finding("syntax", file, f"pycep: {second_opinion}")
    for path, bicep in read_files.items():
        yield from _file(str(path.relative_to(root)), bicep, path.name == "main.bicep")
        yield from _modules(path, bicep, read_files, root)
    main = root / "infra/azure/main.bicep"
    if main in read_files:
        for parameter_file in sorted(main.parent.glob("parameters.*.json")):
            yield from _parameter_file(parameter_file, read_files[main], root)


@lru_cache(maxsize=64)
def _pycep(text: str) -> str:
    """What pycep says against a file's text; nothing if it can read it."""
    try:
        BicepParser().parse(text=text)
    except Exception as fault:  # noqa: BLE001 - it lets its own and lark's errors through
        return " ".join(str(fault).split())[:200]
    return ""


def _file(file: str, bicep: Bicep, is_main: bool) -> Iterator[Finding]:
    names = bicep.named()
    used: set[str] = set()
    for part in bicep.declarations:
        for found in walk(value) if (value := _value(part)) is not None else ():
            if isinstance(found, Name):
                used.add(found.name)
                if found.name not in names:
                    yield Finding("unresolved-name", file, f"line {found.line}: {found.name} is not declared")
            elif isinstance(found, Call) and found.of is None and found.function not in _FILE_FUNCTIONS:
                yield Finding("unresolved-name", file, f"line {found.line}: function {found.function} is not known")
    for part in bicep.declarations:
        if isinstance(part, Parameter | Variable) and part.name not in used:
            yield Finding("unused", file, f"line {part.line}: {part.name} is never used")
        if isinstance(part, Resource) and part.existing and part.name not in used:
            yield Finding("unused", file, f"line {part.line}: {part.name} is never used")
        if isinstance(part, Parameter | Output) and "description" not in part.decorators:
            yield Finding("undescribed", file, f"line {part.line}: {part.name} has no description")
        if isinstance(part, Parameter):
            yield from _parameter(file, part, is_main)
        if isinstance(part, Output):
            yield from _output(file, part, bicep)


def _value(part: Declaration) -> Expression | None:
    match part:
        case Parameter():
            return part.default
        case Resource() | Module():
            return part.body
    return part.value


def _parameter(file: str, part: Parameter, is_main: bool) -> Iterator[Finding]:
    if SECRET_NAME.search(part.name) and "secure" not in part.decorators:
        yield Finding("plain-secret", file, f"line {part.line}: {part.name} holds a secret: mark it @secure()")
    needs = _BOUNDS.get(part.type, ()) if is_main or part.type == "int" else ()
    if needs and "allowed" not in part.decorators and not any(need <= part.decorators.keys() for need in needs):
        wanted = " and ".join(sorted(needs[0]))
        yield Finding("unbounded", file, f"line {part.line}: {part.name} needs {wanted}, or the values allowed")


def _output(file: str, part: Output, bicep: Bicep) -> Iterator[Finding]:
    """No key leaves in an output, be it through a variable, a secure parameter or a member of a resource."""
    names = bicep.named()
    seen: set[str] = set()
    waiting: list[Expression] = [part.value]
    while waiting:
        for found in walk(waiting.pop()):
            if isinstance(found, Name) and found.name not in seen:
                seen.add(found.name)
                source = names.get(found.name)
                if isinstance(source, Parameter) and "secure" in source.decorators:
                    yield Finding(
                        "secret-output", file, f"line {part.line}: output {part.name} gives {found.name} away"
                    )
                if isinstance(source, Variable):
                    waiting.append(source.value)
            word = found.function if isinstance(found, Call) else found.name if isinstance(found, Member) else ""
            if SECRET_MEMBER.match(word):
                yield Finding("secret-output", file, f"line {part.line}: output {part.name} gives {word} away")


def _modules(path: Path, bicep: Bicep, files: dict[Path, Bicep], root: Path) -> Iterator[Finding]:
    file = str(path.relative_to(root))
    for part in bicep.declarations:
        if not isinstance(part, Module):
            continue
        target = files.get((path.parent / part.path).resolve())
        if target is None:
            yield Finding("module-parameter", file, f"line {part.line}: {part.path} is missing or can't be read")
            continue
        given = _given(part.body)
        for name in sorted(given - target.parameters.keys()):
            yield Finding("module-parameter", file, f"line {part.line}: {part.path} has no parameter {name}")
        needed = {name for name, parameter in target.parameters.items() if parameter.default is None}
        for name in sorted(needed - given):
            yield Finding("module-parameter", file, f"line {part.line}: {part.path} needs {name}")


def _given(body: Expression) -> set[str]:
    if isinstance(body, OnlyIf | ForEach):
        return _given(body.body)
    parameters = dict(_properties(body)).get("params")
    return {name for name, _ in _properties(parameters)}


def _properties(body: Expression | None) -> Iterator[tuple[str, Expression]]:
    for key, value in body.items if isinstance(body, Object) else ():
        if isinstance(key, Literal):
            yield str(key.value), value


def _parameter_file(path: Path, main: Bicep, root: Path) -> Iterator[Finding]:
    file = str(path.relative_to(root))
    try:
        given = {name: entry["value"] for name, entry in json.loads(path.read_text())["parameters"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        yield Finding("parameter-file", file, f"not a parameter file: {fault}")
        return
    for name in sorted(given.keys() - main.parameters.keys()):
        yield Finding("parameter-file", file, f"main.bicep has no parameter {name}")
    for name, parameter in main.parameters.items():
        if name not in given:
            if parameter.default is None:
                yield Finding("parameter-file", file, f"{name} is missing")
        elif "secure" in parameter.decorators:
            yield Finding("plain-secret", file, f"{name} is a secret: give it on the command line or by reference")
        else:
            yield from (Finding("parameter-file", file, f"{name}: {why}") for why in _misfit(given[name], parameter))


def _misfit(value: object, parameter: Parameter) -> Iterator[str]:
    kinds = {"int": int, "string": str, "bool": bool, "array": list, "object": dict}
    if not isinstance(value, kinds[parameter.type]) or (parameter.type == "int" and isinstance(value, bool)):
        yield f"expected {parameter.type}"
        return
    limits = {name: part.value for name, part in parameter.decorators.items() if isinstance(part, Literal)}
    size = value if isinstance(value, int) else len(value)  # type: ignore[arg-type]
    for word, wrong in (("minValue", -1), ("minLength", -1), ("maxValue", 1), ("maxLength", 1)):
        limit = limits.get(word)
        if isinstance(limit, int) and (size - limit) * wrong > 0:
            yield f"{word} is {limit}"
    allowed = parameter.decorators.get("allowed")
    if allowed is not None and value not in [part.value for part in walk(allowed) if isinstance(part, Literal)]:
        yield f"{value!r} is not among the values allowed"
