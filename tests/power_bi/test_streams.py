"""The push dataset and the Eventhouse tables have the window row's columns, and the queries name no others."""

import json
import re

from jsonschema import Draft202012Validator

from tests.power_bi.report_schemas import TEXT, closed, several
from tests.power_bi.window_row import COLUMNS, COUNTS, MEANS, POWER_BI, TEXTS

TABLES = (POWER_BI / "eventhouse" / "tables.kql").read_text()
QUERIES = (POWER_BI / "eventhouse" / "queries.kql").read_text()
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
    assert kinds["windowEnd"] == "DateTime"
    assert {kinds[name] for name in TEXTS} == {"String"}
    assert {kinds[name] for name in COUNTS} == {"Int64"}
    assert {kinds[name] for name in MEANS} == {"Double"}
    assert not {measure["name"].lower() for measure in table["measures"]} & {name.lower() for name in COLUMNS}
    for measure in table["measures"]:
        assert set(re.findall(r"windows\[(\w+)\]", measure["expression"])) <= set(COLUMNS)


def test_the_job_pushes_to_that_table() -> None:
    bicep = (POWER_BI.parent / "azure" / "modules" / "powerbi_output.bicep").read_text()
    [table] = json.loads((POWER_BI / "push_dataset.json").read_text())["tables"]
    assert f"table: '{table['name']}'" in bicep


def test_the_eventhouse_table_and_its_mapping_take_the_row() -> None:
    declared = dict(re.findall(r"^    (\w+): (\w+),?$", TABLES, re.MULTILINE))
    assert list(declared) == COLUMNS
    assert declared["windowEnd"] == "datetime"
    assert {declared[name] for name in COUNTS} == {"long"}
    assert {declared[name] for name in MEANS} == {"real"}
    mapping = json.loads(TABLES.partition("```")[2].partition("```")[0])
    assert mapping == [{"column": name, "path": f"$.{name}", "datatype": kind} for name, kind in declared.items()]


def test_the_queries_name_only_columns_of_the_row_or_their_own() -> None:
    for query in QUERIES.split(";\n"):
        code = re.sub(r'"[^"]*"', "", re.sub(r"//.*", "", query))
        own = set(re.findall(r"(\w+) =(?!=)", code))
        words = set(re.findall(r"(?<![.\w])[a-z]+[A-Z0-9]\w*", code))
        unknown = words - own - set(COLUMNS) - {"stacked100", "1ms", "1h", "15m", "30m", "7d", "1d"}
        assert unknown - {"columnchart", "barchart"} == set()
        assert code.count("(") == code.count(")")


def test_every_count_has_a_query() -> None:
    assert [name for name in (*COUNTS, "avgSentiment") if not re.search(rf"\b{name}\b", QUERIES)] == []
