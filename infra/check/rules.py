"""The rules of rules.yaml: what must be so, as data; and what they go by of Azure, in azure_facts.yaml."""

import re
from collections.abc import ItemsView, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import jmespath
import yaml
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions, signature
from jmespath.parser import ParsedResult

from infra.check.finding import Finding

SECRETS = frozenset({"PictureStorage", "EventHub", "FACE_API_DATABASE", "ANONYMIZATION_KEY_PREVIOUS"})
"""Settings that hold a secret without saying so."""

SECRET_NAME = re.compile(r"(key|secret|password|token|connection_?string|sas)$", re.IGNORECASE)


class _Functions(Functions):
    @signature({"types": ["string", "null"]}, {"types": ["string"]})
    def _func_found(self, text: str | None, pattern: str) -> list[str]:
        return re.findall(pattern, text or "")

    @signature({"types": ["string"]})
    def _func_secret(self, name: str) -> bool:
        return name in SECRETS or SECRET_NAME.search(name) is not None

    @signature({"types": ["object", "null"]})
    def _func_pairs(self, members: dict[str, Any] | None) -> list[dict[str, Any]]:
        return [{"name": name, "value": value} for name, value in (members or {}).items()]

    @signature({"types": ["array", "null"]}, {"types": ["array", "null"]})
    def _func_without(self, these: list[Any] | None, those: list[Any] | None) -> list[str]:
        first, second = ({str(one) for one in each or ()} for each in (these, those))
        return sorted(first - second)

    @signature({"types": ["string"]}, {"types": ["string"]})
    def _func_fact(self, about: str, kind: str) -> Any:
        return _facts()[about].get(kind.lower())


_OPTIONS = jmespath.Options(custom_functions=_Functions())


def judge(about: str, file: str, title: str, value: object) -> Iterator[Finding]:
    """What the rules about something say against one such thing; `title` is what to call it."""
    for rule, expression, say in _rules().get(about.lower(), ()):
        try:
            wrong = expression.search(value, _OPTIONS)
        except JMESPathError as fault:
            wrong = [f"(what can't be judged: {fault})"]
        for one in wrong or ():
            yield Finding(rule, file, f"{title}: {say.replace('{}', str(one))}")


@lru_cache(maxsize=1)
def _rules() -> dict[str, list[tuple[str, ParsedResult, str]]]:
    return {
        about.lower(): [
            (one["rule"], jmespath.compile(one.get("never") or f"[!({one['must']})][?@]"), one["say"]) for one in rules
        ]
        for about, rules in _table("rules.yaml")
    }


@lru_cache(maxsize=1)
def _facts() -> dict[str, dict[str, Any]]:
    return {about: {kind.lower(): fact for kind, fact in facts.items()} for about, facts in _table("azure_facts.yaml")}


def _table(name: str) -> ItemsView[str, Any]:
    read: dict[str, Any] = yaml.safe_load(Path(__file__).with_name(name).read_text())
    return read.items()
