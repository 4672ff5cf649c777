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
    asked = [(panel["title"], target["expr"]) for panel in grafana["panels"] for target in panel["targets"]]
    for title, query in asked:
        for variable, value in _STAND_INS.items():
            query = query.replace(variable, value)  # noqa: PLW2901
        try:
            promql_parser.parse(query)
        except ValueError as fault:
            yield Finding("promql", GRAFANA, f"{title}: no PromQL: {fault}")
    asked += [(one["name"], json.dumps(one.get("query", ""))) for one in grafana["templating"]["list"]]
    for title, query in asked:
        for name in sorted(set(_NAME.findall(query)) - names):
            yield Finding("promql", GRAFANA, f"{title}: no process of ours publishes {name}")


def published(source: str) -> set[str]:
    """Names of the time series that a module's metrics come to in Prometheus."""
    return {name + suffix for kind, name in _DECLARED.findall(source) for suffix in _SUFFIXES[kind]}
