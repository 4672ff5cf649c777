"""docs/clients.md holds what these tests try, with the versions that they try it with."""

from pathlib import Path

import pytest

from tests.clients.languages import UNTIL_BUILT_SECONDS
from tests.clients.table import FILE, LIBRARIES, SUITES, end_of_a_run, parts, rendered, tried, untried


def test_the_table_is_current() -> None:
    _, made, _ = parts(FILE.read_text())

    assert made == rendered(), "a whole run of tests/clients writes it at its end: commit it then"


def test_a_test_may_wait_until_the_programs_are_built(request: pytest.FixtureRequest) -> None:
    (timeout,) = request.node.iter_markers("timeout")
    assert timeout.args[0] > UNTIL_BUILT_SECONDS


PASSED = [
    f"tests/clients/{language}/{module}.py::TestSuite::test_{sentence.replace(' ', '_')}[device]"
    for suite, (_, module) in SUITES.items()
    for language, its_module in LIBRARIES
    if its_module == module
    for sentence in tried(suite)
]


@pytest.mark.parametrize(
    ("passed", "others", "written"),
    [
        (PASSED, {}, True),
        (PASSED, {"tests/clients/test_table.py::test_the_table_is_current": "failed"}, True),
        (PASSED[1:], {}, False),
        (PASSED[1:], {PASSED[0]: "skipped"}, False),
        (PASSED, {"tests/clients/java/test_iot.py::TestIot::test_x[module]": "failed"}, False),
    ],
)
def test_only_a_run_of_all_suites_without_a_failure_writes_it(
    tmp_path: Path, passed: list[str], others: dict[str, str], written: bool
) -> None:
    file = tmp_path / "clients.md"
    file.write_text(FILE.read_text().replace(parts(FILE.read_text())[1], "old"))

    end_of_a_run({**dict.fromkeys(passed, "passed"), **others}, file)

    assert (parts(file.read_text())[1] == rendered()) is written


def test_what_was_not_tried_is_named() -> None:
    assert untried(PASSED) == []
    assert len(untried(PASSED[1:])) == 1
