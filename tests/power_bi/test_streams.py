"""The push dataset and the Eventhouse tables have the rows' columns, and the queries name no others."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from tests.power_bi.report_schemas import TEXT, closed, several
from tests.power_bi.window_row import COLUMNS, COUNTS, MEANS, POWER_BI, TABLES, TEXTS, TIMES, TRAFFIC, counts

COMMANDS, QUERIES = (
    re.sub(
        r"\['(\w+)'\]", r"\1", (POWER_BI / "eventhouse" / name).read_text()
    )  # as a column that is a keyword is written
    for name in ("tables.kql", "queries.kql")
)
PUSH_DATASET = closed(
    {
        "name": TEXT,
        "defaultMode": {"enum": ["Push"]},
        "tables": several(
            closed(
                {
                    "name": {"type": "string", "pattern": r"^[\w -]{1,100}$"},
                    "columns": several(
                        closed(
                            {"name": TEXT, "dataType": {"enum": ["Int64", "Double", "Boolean", "DateTime", "String"]}}
                        )
                    )
                    | {"maxItems": 75},
                },
                {"measures": several(closed({"name": TEXT, "expression": TEXT}, {"formatString": TEXT}))},
            )
        ),
    }
)
"""The body of Power BI's REST call "Push Datasets - Post Dataset In Group", and its limit of 75 columns."""


def test_the_push_dataset_takes_the_row() -> None:
    dataset = json.loads((POWER_BI / "push_dataset.json").read_text())
    Draft202012Validator(PUSH_DATASET).validate(dataset)
    [table] = dataset["tables"]
    kinds = {column["name"]: column["dataType"] for column in table["columns"]}
    assert list(kinds) == COLUMNS
    assert {kinds[name] for name in TIMES} == {"DateTime"}
    assert {kinds[name] for name in TEXTS if name in kinds} == {"String"}
    assert {kinds[name] for name in COUNTS} == {"Int64"}
    assert {kinds[name] for name in MEANS} == {"Double"}
    assert not {measure["name"].lower() for measure in table["measures"]} & {name.lower() for name in COLUMNS}
    for measure in table["measures"]:
        assert set(re.findall(r"windows\[(\w+)\]", measure["expression"])) <= set(COLUMNS)


def test_the_job_pushes_to_that_table() -> None:
    bicep = (POWER_BI.parent / "azure" / "modules" / "powerbi_output.bicep").read_text()
    [table] = json.loads((POWER_BI / "push_dataset.json").read_text())["tables"]
    assert f"table: '{table['name']}'" in bicep


@pytest.mark.parametrize("table", TABLES)
def test_the_eventhouse_table_and_its_mapping_take_the_row(table: str) -> None:
    declaration = COMMANDS.partition(f".create-merge table {table} (")[2].partition("\n)")[0]
    declared = dict(re.findall(r"^    (\w+): (\w+),?$", declaration, re.MULTILINE))
    assert list(declared) == TABLES[table]
    kinds = dict.fromkeys(TIMES, "datetime") | dict.fromkeys(TEXTS, "string") | dict.fromkeys(MEANS, "real")
    assert declared == {name: kinds.get(name, "long") for name in TABLES[table]}
    mapping = COMMANDS.partition(f".create-or-alter table {table} ingestion json mapping")[2]
    assert json.loads(mapping.partition("```")[2].partition("```")[0]) == [
        {"column": name, "path": f"$.{name}", "datatype": kind} for name, kind in declared.items()
    ]


def test_the_queries_name_only_columns_of_the_row_or_their_own() -> None:
    for query in QUERIES.split(";\n"):
        code = re.sub(r'"[^"]*"', "", re.sub(r"//.*", "", query))
        own = set(re.findall(r"(\w+) =(?!=)", code))
        words = set(re.findall(r"(?<![.\w])[a-z]+[A-Z0-9]\w*", code))
        unknown = words - own - set(COLUMNS) - set(TRAFFIC) - {"stacked100", "1ms", "1h", "15m", "30m", "7d", "1d"}
        assert unknown - {"columnchart", "barchart"} == set()
        assert code.count("(") == code.count(")")


def test_every_count_has_a_query() -> None:
    assert [
        name
        for name in (*COUNTS, "avgSentiment", *counts(TRAFFIC), "windowStart")
        if not re.search(rf"\b{name}\b", QUERIES)
    ] == []
