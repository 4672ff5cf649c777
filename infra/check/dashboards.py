"""The Grafana dashboard: every query is PromQL, and asks for what the worker publishes; the workbook: its schema."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import promql_parser

from infra.check.files import read_json
from infra.check.finding import Finding, Outcome
from infra.check.schemas import against

GRAFANA = "infra/grafana/footfall.json"
WORKBOOK = "infra/azure/workbook.json"
METRICS = "function_app/worker/metrics.py"

_DECLARED = re.compile(r'\b(Counter|Gauge|Histogram)\(\s*"(\w+)"')
_SUFFIXES = {"Counter": ("_total",), "Gauge": ("",), "Histogram": ("_bucket", "_sum", "_count")}
_NAME = re.compile(r"\b(?:footfall|face_api)_\w+")
_STAND_INS = {"$__rate_interval": "5m", "$namespace": "footfall"}


def check(root: Path) -> Iterator[Outcome]:
    """Both files."""
    yield from against("workbook/workbook.json", WORKBOOK, read_json(root / WORKBOOK, root))
    names = published((root / METRICS).read_text())
    grafana = read_json(root / GRAFANA, root)
    for panel in grafana["panels"]:
        for target in panel["targets"]:
            for wrong in (*_no_promql(target["expr"]), *_unpublished(target["expr"], names)):
                yield Finding("promql", GRAFANA, f"{panel['title']}: {wrong}")
    for variable in grafana["templating"]["list"]:
        for wrong in _unpublished(json.dumps(variable.get("query", "")), names):
            yield Finding("promql", GRAFANA, f"variable {variable['name']}: {wrong}")


def published(source: str) -> set[str]:
    """Names of the time series that a module's metrics come to in Prometheus."""
    return {name + suffix for kind, name in _DECLARED.findall(source) for suffix in _SUFFIXES[kind]}


def _no_promql(query: str) -> Iterator[str]:
    for variable, value in _STAND_INS.items():
        query = query.replace(variable, value)
    try:
        promql_parser.parse(query)
    except ValueError as fault:
        yield f"no PromQL: {fault}"


def _unpublished(query: str, names: set[str]) -> Iterator[str]:
    for name in sorted(set(_NAME.findall(query)) - names):
        yield f"no process of ours publishes {name}"
