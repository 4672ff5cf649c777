"""A count is known everywhere or nowhere: contract → query → rows → page, Power BI and Eventhouse.

One walk for tallies and one for traffic. A band or column that one place alone knows fails here, and the failure names
the place.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboard import columns as page
from function_app import columns as worker
from tests.power_bi.tmdl import read_folder
from tests.power_bi.window_row import MEANS, POWER_BI, TEXTS, TIMES, columns

ROOT = Path(__file__).parents[2]
QUERY = (ROOT / "infra/stream_analytics/footfall.asaql").read_text()
ENVELOPE = {"schema", "tallyId", *TIMES, *TEXTS}
MADE_OF = {"avgSentiment": "sentimentTenths"}
"""A row's columns that are worked out of another field."""


def contract(name: str) -> set[str]:
    """The counts of a JSON Schema in docs/, of all its shapes."""
    schema = json.loads((ROOT / "docs" / f"{name}.schema.json").read_text())
    shapes: list[Any] = list(schema.get("$defs", {"one": schema}).values())
    return {field for shape in shapes for field in shape["properties"]} - ENVELOPE


def of_rows(names: list[str]) -> set[str]:
    """The counts that a row's columns stand for."""
    return {MADE_OF.get(name, name) for name in names} - ENVELOPE


def step(name: str) -> str:
    """A step's text."""
    return QUERY.partition(f"{name} AS (")[2].partition("\n)")[0]


def selected(name: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, step(name), re.MULTILINE))


def model(table: str) -> set[str]:
    [found] = [
        node for node in read_folder(POWER_BI / "Footfall.SemanticModel") if (node.type, node.name) == ("table", table)
    ]
    return of_rows([column.name for column in found.of("column")]) - {"localTime", "day", "hour"}


def measured(table: str) -> set[str]:
    [found] = [
        node for node in read_folder(POWER_BI / "Footfall.SemanticModel") if (node.type, node.name) == ("table", table)
    ]
    return of_rows(re.findall(rf"{table}\[(\w+)\]", " ".join(each.expression for each in found.of("measure")))) - {
        "localTime", "day", "hour",
    }  # fmt: skip


def eventhouse(table: str) -> set[str]:
    commands = (POWER_BI / "eventhouse" / "tables.kql").read_text()
    declaration = commands.partition(f".create-merge table {table} (")[2].partition("\n)")[0]
    return of_rows(re.findall(r"^    (?:\[')?(\w+)(?:'\])?:", declaration, re.MULTILINE))


def push() -> set[str]:
    [table] = json.loads((POWER_BI / "push_dataset.json").read_text())["tables"]
    return of_rows([column["name"] for column in table["columns"]])


def judged(schema: str) -> set[str]:
    """What the query holds against the contract's range in this schema's part of `Judged`."""
    parts = re.split(r"\n            (?=WHEN|ELSE)", step("Judged"))
    mine = " ".join(part for part in parts if f"'footfall.{schema}/1'" in part and "BETWEEN" in part)
    return {name for pair in re.findall(r"(\w+) BETWEEN 0\.0|ABS\((\w+)\)", mine) for name in pair if name}


Place = Callable[[], set[str]]
TALLY: dict[str, Place] = {
    "footfall.asaql, the range in Judged": lambda: judged("tally"),
    "footfall.asaql, Tallies": lambda: selected("Tallies", r"CAST\((\w+) AS bigint\)"),
    "footfall.asaql, TallyQuarters": lambda: selected("TallyQuarters", r"SUM\((\w+)\) AS \1,?$"),
    "footfall.asaql, StoreHours": lambda: selected("StoreHours", r"SUM\((\w+)\) AS \1,?$"),
    "footfall.asaql, StoreDays": lambda: of_rows(re.findall(r"AS (\w+),?$", step("StoreDays"), re.MULTILINE)),
    "footfall.asaql, powerbi": lambda: of_rows(columns("powerbi")),
    "footfall.asaql, windows": lambda: of_rows(columns("windows")),
    "footfall.asaql, hours": lambda: of_rows(columns("hours")),
    "footfall.asaql, days": lambda: of_rows(columns("days")),
    "dashboard/columns.py, WINDOWS": lambda: of_rows(list(page.WINDOWS.columns)),
    "Windows.tmdl, columns": lambda: model("Windows"),
    "Windows.tmdl, measures": lambda: measured("Windows"),
    "push_dataset.json": push,
    "tables.kql, Windows": lambda: eventhouse("Windows"),
}
TRAFFIC: dict[str, Place] = {
    "footfall.asaql, the range in Judged": lambda: judged("traffic"),
    "footfall.asaql, TrafficRows": lambda: selected("TrafficRows", r" AS (\w+),?$") - {"bigint"},
    "footfall.asaql, TrafficQuarters": lambda: selected("TrafficQuarters", r"(?:SUM|MAX)\((\w+)\) AS"),
    "footfall.asaql, traffic": lambda: of_rows(columns("traffic")),
    "dashboard/columns.py, TRAFFIC": lambda: of_rows(list(page.TRAFFIC.columns)),
    "Traffic.tmdl, columns": lambda: model("Traffic"),
    "Traffic.tmdl, measures": lambda: measured("Traffic"),
    "tables.kql, Traffic": lambda: eventhouse("Traffic"),
}


@pytest.mark.parametrize("place", TALLY)
def test_every_count_of_a_tally_is_known(place: str) -> None:
    known, wanted = TALLY[place](), contract("tally")
    assert (wanted - known, known - wanted) == (set(), set()), f"{place}: missing, then too many"


@pytest.mark.parametrize("place", TRAFFIC)
def test_every_count_of_traffic_is_known(place: str) -> None:
    known, wanted = TRAFFIC[place](), contract("traffic")
    assert (wanted - known, known - wanted) == (set(), set()), f"{place}: missing, then too many"


def test_the_contracts_are_there() -> None:
    assert len(contract("tally")) == 25
    assert len(contract("traffic")) == 10
    assert not contract("tally") & set(MEANS)


def test_labels_of_ages_are_those_of_the_contract() -> None:
    """A band split in one place only would leave its visitors `unknown`."""
    ages = {name for name in contract("tally") if name.startswith("age")}
    table = (POWER_BI / "Footfall.SemanticModel/definition/tables/Age band.tmdl").read_text()
    labels = re.findall(r'\{"([^"]+)", \d+\}', table)
    assert {"age" + label.replace("-", "to").replace("+", "plus") for label in labels if label != "unknown"} == ages
    assert set(page.AGES) == ages
    assert set(worker.AGES) == ages, "function_app/columns.py"


def test_every_kind_that_the_worker_counts_is_in_the_contract_and_begun_once() -> None:
    kinds = [name for split in worker.SPLITS.values() for name in split]
    assert set(kinds) | set(worker.TOTAL_OF.values()) <= contract("tally"), "function_app/columns.py"
    assert len(kinds) == len(set(kinds))
    assert len(worker.AGE_STARTS) == len(worker.AGES) - 1
