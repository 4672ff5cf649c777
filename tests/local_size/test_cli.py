"""`python -m local size` as a process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

THOUSAND = ("--stores", "250", "--cameras", "4", "--visitors-per-hour", "240")
FIGURES = {
    "measuredAt": "2026-01-02",
    "machine": "a machine for round numbers",
    "eventBytes": 250,
    "windowRowBytes": 400,
    "pictureBytes": 50_000,
    "secondsPerPicture": 0.1,
    "visitorBytes": 5_000,
    "workerPicturesPerSecond": 40,
}


def size(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local", "size", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    file = tmp_path / "figures.json"
    file.write_text(json.dumps(FIGURES))
    return file


def test_json_holds_what_scripts_need(figures: Path) -> None:
    answer = size(*THOUSAND, "--figures", str(figures), "--json")

    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert found["peakPicturesPerSecond"] == 934
    assert found["throughputUnits"] == 2
    assert found["streamingUnits"] == 0.67
    assert found["faceApiReplicas"] == 78
    assert found["storageGigabytes"]["windows"] == 34.56
    assert found["figures"] == {"measuredAt": "2026-01-02", "machine": "a machine for round numbers"}


def test_the_table_says_what_it_stands_on(figures: Path) -> None:
    answer = size(*THOUSAND, "--figures", str(figures))

    assert answer.returncode == 0, answer.stderr
    for words in ("466.7", "throughput units", "Face API replicas", "34.56 GB", "measured 2026-01-02"):
        assert words in answer.stdout


def test_prices_add_a_bill_with_their_date(figures: Path, tmp_path: Path) -> None:
    prices = tmp_path / "prices.json"
    units = {"throughputUnit": 20, "streamingUnit": 90, "hubUnit": 25, "storageGigabyte": 0, "millionEvents": 0}
    prices.write_text(json.dumps({"source": "a price list", "date": "2026-01-31", "currency": "EUR", **units}))

    answer = size(*THOUSAND, "--figures", str(figures), "--prices", str(prices))

    assert "225.00 EUR" in answer.stdout
    assert "Prices of 2026-01-31 from a price list." in answer.stdout


def test_the_figures_that_come_along_can_be_used() -> None:
    assert size("--stores", "1", "--cameras", "1", "--visitors-per-hour", "60").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--stores", "0", "--cameras", "1", "--visitors-per-hour", "1"), "'0' is not a whole number, 1 to 1000000"),
        (("--stores", "many", "--cameras", "1", "--visitors-per-hour", "1"), "'many' is not a whole number"),
        ((*THOUSAND, "--mean-to-busiest", "1.5"), "'1.5' is not a number, 0.001 to 1.0"),
        ((*THOUSAND, "--figures", "/nowhere.json"), "/nowhere.json: No such file or directory"),
        (("--stores", "1"), "--cameras"),
    ],
)
def test_a_mistake_ends_in_one_line_and_status_2(arguments: tuple[str, ...], said: str) -> None:
    answer = size(*arguments)

    assert answer.returncode == 2
    assert said in answer.stderr.splitlines()[-1]
    assert "Traceback" not in answer.stderr


def test_a_price_list_that_lacks_a_price_is_refused_by_name(tmp_path: Path) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text('{"source": "x", "date": "2026-01-31", "currency": "EUR", "throughputUnit": 1}')

    answer = size(*THOUSAND, "--prices", str(prices))

    assert answer.returncode == 2
    assert "streamingUnit: field required" in answer.stderr
