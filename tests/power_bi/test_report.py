"""The report's files follow their schemas, show only what the model has, and lie on their pages without overlap."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.power_bi import public_schemas
from tests.power_bi.report_schemas import BY_NAME, FABRIC, ROLES, VISUAL
from tests.power_bi.tmdl import read_folder
from tests.power_bi.window_row import POWER_BI

REPORT = POWER_BI / "Footfall.Report"
FILES = sorted(path for name in BY_NAME for path in POWER_BI.rglob(name))
PAGES = sorted(path.parent for path in REPORT.rglob("page.json"))


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def visuals(page: Path) -> list[Any]:
    return [read(path) for path in sorted(page.rglob("visual.json"))]


def fields(node: Any) -> list[tuple[str, str, str]]:
    """(Column or Measure, table, name) wherever one is named."""
    if isinstance(node, list):
        return [found for each in node for found in fields(each)]
    if not isinstance(node, dict):
        return []
    here = [
        (kind, node[kind]["Expression"]["SourceRef"]["Entity"], node[kind]["Property"])
        for kind in ("Column", "Measure")
        if kind in node
    ]
    return here + [found for each in node.values() for found in fields(each)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(POWER_BI)))
def test_each_file_follows_its_schema(path: Path) -> None:
    faults = [
        f"{fault.json_path}: {fault.message}"
        for fault in Draft202012Validator(BY_NAME[path.name]).iter_errors(read(path))
    ]
    assert faults == []


def test_no_file_goes_unchecked() -> None:
    known = set(FILES) | set(POWER_BI.rglob("*.tmdl")) | set(POWER_BI.rglob("*.kql"))
    named = {"README.md", "push_dataset.json", "Footfall.json"}
    assert [
        path for path in POWER_BI.rglob("*") if path.is_file() and path not in known and path.name not in named
    ] == []


def test_every_field_shown_is_in_the_model() -> None:
    model = read_folder(POWER_BI / "Footfall.SemanticModel" / "definition")
    there = {
        (child.type.capitalize(), table.name, child.name)
        for table in model
        if table.type == "table"
        for child in table.children
    }
    shown = {found for page in PAGES for visual in visuals(page) for found in fields(visual)}
    assert shown - there == set()
    measures = {name for kind, _, name in shown if kind == "Measure"}
    assert measures >= {
        "Visitors",
        "New visitors",
        "Returning visitors",
        "Visitors in the newest window",
        "Average sentiment",
        "Display visitors",
        "People in",
        "People out",
        "Inside",
        "Passers-by",
        "Stays",
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_visuals_lie_on_the_page_side_by_side(page: Path) -> None:
    size = read(page / "page.json")
    places = [each["position"] for each in visuals(page)]
    for place in places:
        assert place["x"] + place["width"] <= size["width"]
        assert place["y"] + place["height"] <= size["height"]
    for one, other in itertools.combinations(places, 2):
        apart = (
            one["x"] + one["width"] <= other["x"]
            or other["x"] + other["width"] <= one["x"]
            or one["y"] + one["height"] <= other["y"]
            or other["y"] + other["height"] <= one["y"]
        )
        assert apart


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_visual_can_be_reached_read_out_and_drawn(page: Path) -> None:
    order = [each["position"]["tabOrder"] for each in visuals(page)]
    assert len(set(order)) == len(order)
    for each in visuals(page):
        container = each["visual"]["visualContainerObjects"]
        assert len(container["general"][0]["properties"]["altText"]["expr"]["Literal"]["Value"]) > 4
        roles = ROLES[each["visual"]["visualType"]]
        assert set(each["visual"]["query"]["queryState"]) <= roles


def test_names_are_those_of_their_folders_and_used_once() -> None:
    for page in PAGES:
        assert read(page / "page.json")["name"] == page.name
    names = [path.parent.name for path in REPORT.rglob("visual.json")]
    assert names == [read(path)["name"] for path in REPORT.rglob("visual.json")]
    assert len(names) == len(set(names))
    order = read(REPORT / "definition" / "pages" / "pages.json")
    assert sorted(order["pageOrder"]) == [page.name for page in PAGES]
    assert order["activePageName"] in order["pageOrder"]


def test_references_between_files_lead_somewhere() -> None:
    assert (POWER_BI / read(POWER_BI / "Footfall.pbip")["artifacts"][0]["report"]["path"]) == REPORT
    model = REPORT / read(REPORT / "definition.pbir")["datasetReference"]["byPath"]["path"]
    assert (model / "definition" / "model.tmdl").exists()
    report = read(REPORT / "definition" / "report.json")
    for package in report["resourcePackages"]:
        for item in package["items"]:
            theme = read(REPORT / "StaticResources" / package["name"] / item["path"])
            assert theme["name"] == item["name"] == report["themeCollection"]["customTheme"]["name"]


def test_the_schemas_refuse_what_is_not_ours() -> None:
    visual = visuals(PAGES[0])[0]
    validator = Draft202012Validator(VISUAL)
    assert validator.is_valid(visual)
    assert not validator.is_valid(visual | {"surprise": 1})
    assert not validator.is_valid({key: value for key, value in visual.items() if key != "position"})


def test_files_can_be_held_against_a_checkout_of_the_public_schemas(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for schema in BY_NAME.values():
        path = tmp_path / "fabric" / schema["properties"]["$schema"]["const"].removeprefix(FABRIC)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(schema))
    assert public_schemas.main(tmp_path) == 0
    (tmp_path / "fabric" / "pbip/pbipProperties/1.0.0/schema.json").write_text('{"required": ["more"]}')
    assert public_schemas.main(tmp_path) == 1
    assert "Footfall.pbip: $: 'more' is a required property" in capsys.readouterr().out
