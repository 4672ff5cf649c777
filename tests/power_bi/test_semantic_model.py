"""The TMDL model reads whole, has the rows' columns, and its expressions name only what exists."""

import re

import pytest

from tests.power_bi.tmdl import Node, TmdlInvalid, parse, read_folder
from tests.power_bi.window_row import MEANS, POWER_BI, TABLES, TEXTS, TIMES, counts

MODEL = POWER_BI / "Footfall.SemanticModel" / "definition"
OURS = ("localTime", "day", "hour")
"""Columns that the model works out when it loads."""


@pytest.fixture(scope="module")
def model() -> list[Node]:
    return read_folder(MODEL)


def tables(model: list[Node]) -> dict[str, Node]:
    return {node.name: node for node in model if node.type == "table"}


@pytest.mark.parametrize("table", TABLES)
def test_columns_are_the_row_s_with_its_types_and_nothing_is_added_up_that_must_not_be(
    model: list[Node], table: str
) -> None:
    found = tables(model)[table].of("column")
    assert [column.name for column in found] == [*TABLES[table], *OURS]
    assert all(column.properties["sourceColumn"] == column.name for column in found)
    kinds = {each.name: (each.properties["dataType"], each.properties["summarizeBy"]) for each in found}
    latest = {"inDay", "outDay", "peopleMax"}
    for name in TABLES[table]:
        if name in TIMES:
            assert kinds[name] == ("dateTime", "none")
        elif name in TEXTS:
            assert kinds[name] == ("string", "none")
        elif name in MEANS:
            assert kinds[name] == ("double", "none")
        else:
            assert kinds[name] == ("int64", "none" if name in latest else "sum"), name


@pytest.mark.parametrize("table", TABLES)
def test_the_load_names_every_column_of_the_row(model: list[Node], table: str) -> None:
    [partition] = tables(model)[table].of("partition")
    source = partition.properties["source"]
    assert f'[Name = "{table.lower()}"]' in source
    assert re.findall(r'"(\w+)"', source.partition("Columns = {")[2].partition("}")[0]) == TABLES[table]
    typed = re.findall(
        r'\{"(\w+)", (?:type )?([\w.]+)\}', source.partition("TransformColumnTypes")[2].partition("}}")[0] + "}"
    )
    assert [name for name, _ in typed] == TABLES[table]
    assert {kind for name, kind in typed if name in counts(TABLES[table])} == {"Int64.Type"}
    parameters = {node.name for node in model if node.type == "expression"}
    assert parameters == {"StorageAccount", "DaysToLoad", "HoursFromUtc"}
    assert all(name in source for name in parameters)
    assert source.count("(") == source.count(")")
    assert source.count("{") == source.count("}")


def test_measures_name_only_columns_and_measures_that_exist(model: list[Node]) -> None:
    every = tables(model)
    measures = {measure.name: measure for table in every.values() for measure in table.of("measure")}
    assert len(measures) == 15 + 15
    for measure in measures.values():
        assert measure.description
        assert measure.properties["formatString"]
        assert measure.expression.count("(") == measure.expression.count(")")
        named = re.findall(r"(?:(\w+)|'([^']+)')\[(\w+)\]", measure.expression)
        for bare, quoted, column in named:
            assert column in {each.name for each in every[bare or quoted].of("column")}, measure.name
        for reference in re.findall(r"(?<![\w'])\[([^\]]+)\]", measure.expression):
            assert reference in measures, measure.name
    read = " ".join(measure.expression for measure in measures.values())
    for table, names in TABLES.items():
        shown = set(re.findall(rf"{table}\[(\w+)\]", read))
        assert [name for name in names if name not in {*shown, *TEXTS, "windowStart"}] == [], (
            "a column no measure shows"
        )


@pytest.mark.parametrize(
    ("table", "measure"),
    [("Age band", "Visitors in age band"), ("Gender", "Visitors of gender"), ("Emotion", "Faces with emotion")],
)
def test_labels_and_the_measure_that_reads_them_agree(model: list[Node], table: str, measure: str) -> None:
    every = tables(model)
    labels = re.findall(r'\{"([^"]+)", \d+\}', every[table].of("partition")[0].properties["source"])
    [found] = [each for each in every["Windows"].of("measure") if each.name == measure]
    cases = re.findall(r'"([^"]+)", SUM\(Windows\[(\w+)\]\)', found.expression)
    assert sorted([label for label, _ in cases] + ["unknown"]) == sorted(labels)
    for label, column in cases:
        assert column in (label, "age" + label.replace("-", "to").replace("+", "plus"))
    rest = set(re.findall(r"- SUM\(Windows\[(\w+)\]\)", found.expression))
    assert rest == {column for _, column in cases}, "what is unknown is what the others leave"


def test_every_table_is_listed_and_every_tag_is_its_own(model: list[Node]) -> None:
    assert {node.name for node in model if node.type == "ref table"} == set(tables(model))
    tags: list[str] = []

    def collect(node: Node) -> None:
        tags.extend(value for key, value in node.properties.items() if key == "lineageTag")
        for child in node.children:
            collect(child)

    for node in model:
        collect(node)
    assert len(tags) == len(set(tags)) > 50


@pytest.mark.parametrize(
    "text",
    [
        "table T\n  column a\n",
        "table T\n\tcolumn a\n\t\tdataTypo: string\n",
        "table T\n\tmeasure m =\n\t\tformatString: 0\n",
        "table T\n\t\t\tcolumn a\n",
        "table T\n\tcolumn a\n\t\tdataType: string\n\t\tdataType: string\n",
        "tabel T\n",
    ],
    ids=["spaces", "unknown property", "no expression", "too deep", "twice", "unknown object"],
)
def test_the_reader_refuses_what_is_no_tmdl(text: str) -> None:
    with pytest.raises(TmdlInvalid):
        parse(text)


def test_the_reader_keeps_expressions_whole() -> None:
    [table] = parse("/// All.\ntable 'A b'\n\n\tmeasure m =\n\t\t\tVAR x = 1\n\n\t\t\tRETURN x\n\t\tformatString: 0\n")
    [measure] = table.of("measure")
    assert (table.name, table.description) == ("A b", "All.")
    assert (measure.expression, measure.properties) == ("VAR x = 1\n\nRETURN x", {"formatString": "0"})
