"""The dashboard asks for what the worker really publishes."""

from prometheus_client.parser import text_string_to_metric_families

from function_app.worker.metrics import Metrics, Publication
from infra.check.dashboards import METRICS, published
from infra.check.finding import ROOT


def test_the_names_read_from_the_source_are_those_on_metrics() -> None:
    metrics = Metrics()
    metrics.poisoned.labels("InvalidName").inc()
    metrics.kept.labels("Gone").inc()
    text = Publication(metrics.registry, 1.0).text().decode()
    there = {one.name for family in text_string_to_metric_families(text) for one in family.samples}

    assert {name for name in there if not name.endswith("_created")} == published((ROOT / METRICS).read_text())
