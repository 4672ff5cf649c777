"""The sizing formulas by hand-worked cases, and against the Bicep that applies them."""

import dataclasses
import json
import random
import re
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from infra.check import compiler, tools
from infra.check.finding import ROOT
from local.size import limits
from local.size.demand import Demand
from local.size.figures import Measured, Prices
from local.size.model import Cell, Sizes, cost, size

KUBERNETES = ROOT / "infra/stack_hub/kubernetes"
OVERLAY = KUBERNETES / "overlays/production"
MAX_CONNECTIONS = int(re.findall(r"max_connections=(\d+)", (KUBERNETES / "base/postgres.yaml").read_text())[0])

FIGURES = Measured(
    measuredAt="2026-01-02",
    machine="a machine for round numbers",
    eventBytes=250,
    windowRowBytes=400,
    pictureBytes=50_000,
    secondsPerPicture=0.1,
    visitorBytes=5_000,
    workerPicturesPerSecond=40,
)


def test_one_camera_in_one_store_needs_the_least_of_everything() -> None:
    # 60 visitors × (1 + 30 / 5) = 420 events an hour = 0.117 /s; twice that, rounded up, is 1.
    sizes = size(Demand(stores=1, cameras=1, visitors_per_hour=60), FIGURES)

    assert sizes.pictures_per_second == pytest.approx(420 / 3600)
    assert sizes.peak_pictures_per_second == 1
    assert sizes.peak_events_per_second == 1
    assert sizes.throughput_units == 1
    assert sizes.partitions == 1
    assert sizes.streaming_unit_tenths == 3
    assert sizes.hub_units == 1
    assert sizes.face_api_replicas == 2
    assert sizes.worker_replicas == 2


def test_a_thousand_cameras_by_hand() -> None:
    # 1,000 × 240 × 7 = 1,680,000 events an hour = 466.7 /s; twice that is 933.3: 934.
    # Traffic: 1,000 × (60 + 240 × 2) = 540,000 rows an hour; with 2 × 1,680,000 that is 1,083.3 /s: 1,084.
    # Streaming: 1,084 / 250 = 4.3 tenths: 5, so the 7/10 step. Hub: 1,000 × 2,000 / 400,000 = 5.
    # Face API: 934 / (2 / 0.1 s × 0.6 = 12 /s) = 77.8: 78 replicas.
    # Worker: 4 / (4/40 + 0.1 s) = 20 /s; 934 / (20 × 0.6) = 77.8: 78.
    sizes = size(Demand(stores=250, cameras=4, visitors_per_hour=240), FIGURES)

    assert sizes.pictures_per_second == pytest.approx(466.67, abs=0.01)
    assert sizes.peak_pictures_per_second == 934
    assert sizes.peak_events_per_second == 1_084
    assert sizes.throughput_units == 2
    assert sizes.partitions == 2
    assert sizes.streaming_unit_tenths == 7
    assert sizes.streaming_units == pytest.approx(2 / 3)
    assert sizes.hub_units == 5
    assert sizes.face_api_replicas == 78
    assert sizes.worker_replicas == 78
    # Cells: 78 / 40 is 2, 78 / 30 is 3. Each: 84 stores, 26 replicas of both: 26 × 8 + 20 = 228 connections.
    # Machines: (26 + 26 / 4 + 0.25) / 7 = 4.7: 5.
    assert (sizes.cells, sizes.cell) == (3, Cell(84, 26, 26, 228, 5))


def test_storage_of_a_month_by_hand() -> None:
    # Windows: 1,000 cameras × 12 h × 30 days × 240 × 400 B = 34.56 GB.
    # Events: half of 1,680,000 an hour × 360 h = 302,400,000; × 250 B = 75.6 GB.
    # Waiting: 1,680,000 / 250 = 6,720 an hour and store × 24 h × 50 kB = 8.064 GB.
    # Memory: 4 cameras × 240 / 2 × 12 h = 5,760 a day × 30 × 5 kB = 0.864 GB.
    sizes = size(Demand(stores=250, cameras=4, visitors_per_hour=240), FIGURES)

    assert sizes.events_a_month == 302_400_000
    assert sizes.storage.windows == pytest.approx(34.56)
    assert sizes.storage.events_sent == pytest.approx(75.6)
    assert sizes.storage.pictures_waiting == pytest.approx(8.064)
    assert sizes.storage.visitor_memory == pytest.approx(0.864)
    # The query: 1,680,000 tallies and 540,000 rows of the hour × 200 B. Logs: 250 × 360 h × 240 × 2 × 1 kB.
    assert sizes.storage.query_memory == pytest.approx(0.444)
    assert sizes.storage.logs == pytest.approx(43.2)


def test_there_are_no_more_rows_than_events() -> None:
    # 1,000 × 12 × 7 / 2 = 42,000 events an hour × 360 h = 15,120,000 rows at most; × 400 B = 6.048 GB.
    assert size(Demand(stores=250, cameras=4, visitors_per_hour=12), FIGURES).storage.windows == pytest.approx(6.048)


def test_ten_thousand_cameras_in_a_rush_by_hand() -> None:
    # 10,000 × 600 × (1 + 60 / 5) = 78,000,000 an hour; × 2 / 3600 = 43,333.3: 43,334 /s.
    # Traffic: 10,000 × 540 / 3600 = 1,500 /s more: 44,834.
    # Throughput: 45 units. Streaming: 44,834 / 250 = 179.3: 180 tenths, 18 whole units. Hub: 50.
    sizes = size(Demand(stores=1000, cameras=10, visitors_per_hour=600, seconds_in_view=60), FIGURES)

    assert sizes.peak_pictures_per_second == 43_334
    assert sizes.peak_events_per_second == 44_834
    assert sizes.throughput_units == 45
    assert sizes.partitions == 32
    assert sizes.streaming_unit_tenths == 180
    assert sizes.streaming_units == 18
    assert sizes.hub_units == 50


def test_when_events_are_big_then_bytes_decide_the_throughput_units() -> None:
    big = FIGURES.model_copy(update={"event_bytes": 2_500})

    assert size(Demand(stores=250, cameras=4, visitors_per_hour=240), big).throughput_units == 3


def test_a_bill_is_units_times_prices() -> None:
    prices = Prices(
        source="a price list",
        date="2026-01-31",
        currency="EUR",
        throughputUnit=20,
        streamingUnit=90,
        hubUnit=25,
        storageGigabyte=0.5,
        millionEvents=0.1,
    )

    bill = cost(size(Demand(stores=250, cameras=4, visitors_per_hour=240), FIGURES), prices)

    assert bill.event_hubs == pytest.approx(40 + 302.4 * 0.1)
    assert bill.stream_analytics == pytest.approx(60)
    assert bill.iot_hub == pytest.approx(125)
    assert bill.storage == pytest.approx(17.28)
    assert bill.total == pytest.approx(40 + 30.24 + 60 + 125 + 17.28)


@given(
    stores=st.integers(1, 100_000),
    cameras=st.integers(1, 1_000),
    visitors=st.integers(1, 20_000),
    seconds=st.floats(0.01, 5),
)
def test_no_size_runs_out_of_connections_or_replicas(stores: int, cameras: int, visitors: int, seconds: float) -> None:
    figures = FIGURES.model_copy(update={"seconds_per_picture": seconds})

    sizes = size(Demand(stores, cameras, visitors), figures)

    assert sizes.cell.face_api_replicas <= limits.REPLICAS_IN_A_CELL
    assert sizes.cell.worker_replicas <= limits.WORKERS_IN_A_CELL
    assert sizes.cell.face_api_replicas * sizes.cells >= sizes.face_api_replicas
    assert sizes.cell.connections <= MAX_CONNECTIONS


@pytest.mark.parametrize("environment", ["dev", "test", "prod"])
def test_the_installations_are_sized_by_the_same_formulas(environment: str) -> None:
    parameters = (ROOT / f"infra/azure/main.{environment}.bicepparam").read_text()
    given_there = {name: int(value) for name, value in re.findall(r"param (\w+) = (\d+)", parameters)}
    snapshot = json.loads((ROOT / f"infra/azure/main.{environment}.snapshot.json").read_text())

    sizes = size(Demand(given_there["stores"], given_there["camerasPerStore"], given_there["visitorsPerHour"]), FIGURES)

    assert snapshot["outputs"]["sizes"] == as_bicep(sizes)


def test_the_bicep_applies_the_same_formulas_whatever_the_demand(tmp_path: Path) -> None:
    try:
        program = tools.bicep()
    except tools.Missing as missing:
        pytest.skip(str(missing))
    chosen = random.Random(7)  # noqa: S311 - cases, not secrets
    demands = [
        Demand(
            chosen.randint(1, 3_000),
            chosen.randint(1, 50),
            chosen.randint(1, 2_000),
            chosen.randint(1, 600),
            chosen.randint(1, 60),
            chosen.randint(0, 8),
        )
        for _ in range(200)
    ]
    shutil.copy(ROOT / "infra/azure/sizes.bicep", tmp_path)
    names = [
        "stores",
        "camerasPerStore",
        "visitorsPerHour",
        "secondsInView",
        "secondsBetweenPictures",
        "placesPerCamera",
    ]
    fields = [dict(zip(names, dataclasses.astuple(demand)[:6], strict=True)) for demand in demands]
    (tmp_path / "cases.json").write_text(json.dumps(fields))
    (tmp_path / "cases.bicep").write_text(
        "import { sizesFor } from 'sizes.bicep'\n"
        "output sizes array = [for demand in loadJsonContent('cases.json'): sizesFor(demand)]\n"
    )
    (tmp_path / "cases.bicepparam").write_text("using 'cases.bicep'\n")

    with compiler.running(program) as bicep:
        worked_out = bicep.snapshot(tmp_path / "cases.bicepparam", tmp_path)["outputs"]["sizes"]

    assert worked_out == [as_bicep(size(demand, FIGURES)) for demand in demands]


def as_bicep(sizes: Sizes) -> dict[str, int]:
    """What sizes.bicep gives: Azure's own limits cut it off, and it knows no bytes."""
    return {
        "peakEventsPerSecond": sizes.peak_events_per_second,
        "throughputUnits": min(40, -(-sizes.peak_events_per_second // 1000)),
        "streamingUnitTenths": min(660, sizes.streaming_unit_tenths),
        "deviceHubUnits": min(200, sizes.hub_units),
    }


def test_the_database_takes_the_connections_of_the_largest_cell() -> None:
    largest = limits.REPLICAS_IN_A_CELL * limits.CONNECTIONS_PER_REPLICA + limits.CONNECTIONS_KEPT_FREE

    assert largest <= MAX_CONNECTIONS


def test_the_production_overlay_stops_where_a_cell_does() -> None:
    patches = yaml.safe_load_all((OVERLAY / "replicas.yaml").read_text())
    most = {one["metadata"]["name"]: one["spec"].get("maxReplicas") for one in patches if "maxReplicas" in one["spec"]}

    assert most == {"face-api": limits.REPLICAS_IN_A_CELL, "worker": limits.WORKERS_IN_A_CELL}
