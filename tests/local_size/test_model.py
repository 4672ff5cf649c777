"""The sizing formulas by hand-worked cases, and against the Bicep that applies them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.check.bicep.deployment import Deployment
from infra.check.finding import ROOT
from local.size.demand import Demand
from local.size.figures import Measured, Prices
from local.size.model import cost, size

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

    assert sizes.events_per_second == pytest.approx(420 / 3600)
    assert sizes.peak_events_per_second == 1
    assert sizes.throughput_units == 1
    assert sizes.partitions == 1
    assert sizes.streaming_unit_tenths == 3
    assert sizes.hub_units == 1
    assert sizes.face_api_replicas == 2
    assert sizes.worker_replicas == 2


def test_a_thousand_cameras_by_hand() -> None:
    # 1,000 × 240 × 7 = 1,680,000 events an hour = 466.7 /s; twice that is 933.3: 934.
    # Streaming: 934 / 250 = 3.7 tenths: 4, so the 7/10 step. Hub: 1,000 × 2,000 / 400,000 = 5.
    # Face API: 934 / (2 / 0.1 s × 0.6 = 12 /s) = 77.8: 78 replicas.
    # Worker: 4 / (4/40 + 0.1 s) = 20 /s; 934 / (20 × 0.6) = 77.8: 78.
    sizes = size(Demand(stores=250, cameras=4, visitors_per_hour=240), FIGURES)

    assert sizes.events_per_second == pytest.approx(466.67, abs=0.01)
    assert sizes.peak_events_per_second == 934
    assert sizes.throughput_units == 1
    assert sizes.streaming_unit_tenths == 7
    assert sizes.streaming_units == pytest.approx(2 / 3)
    assert sizes.hub_units == 5
    assert sizes.face_api_replicas == 78
    assert sizes.worker_replicas == 78


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


def test_there_are_no_more_rows_than_events() -> None:
    # 1,000 × 12 × 7 / 2 = 42,000 events an hour × 360 h = 15,120,000 rows at most; × 400 B = 6.048 GB.
    assert size(Demand(stores=250, cameras=4, visitors_per_hour=12), FIGURES).storage.windows == pytest.approx(6.048)


def test_ten_thousand_cameras_in_a_rush_by_hand() -> None:
    # 10,000 × 600 × (1 + 60 / 5) = 78,000,000 an hour; × 2 / 3600 = 43,333.3: 43,334 /s.
    # Throughput: 44 units. Streaming: 43,334 / 250 = 173.3: 174 tenths, in whole units 180. Hub: 50.
    sizes = size(Demand(stores=1000, cameras=10, visitors_per_hour=600, seconds_in_view=60), FIGURES)

    assert sizes.peak_events_per_second == 43_334
    assert sizes.throughput_units == 44
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

    assert bill.event_hubs == pytest.approx(20 + 302.4 * 0.1)
    assert bill.stream_analytics == pytest.approx(60)
    assert bill.iot_hub == pytest.approx(125)
    assert bill.storage == pytest.approx(17.28)
    assert bill.total == pytest.approx(20 + 30.24 + 60 + 125 + 17.28)


@settings(deadline=None, max_examples=25)
@given(
    stores=st.integers(1, 2000),
    cameras=st.integers(1, 50),
    visitors=st.integers(1, 2000),
    in_view=st.integers(1, 600),
    between=st.integers(1, 60),
)
def test_the_bicep_applies_the_same_formulas(
    stores: int, cameras: int, visitors: int, in_view: int, between: int
) -> None:
    sizes = size(Demand(stores, cameras, visitors, in_view, between), FIGURES)
    main = Deployment(
        Path(ROOT / "infra/azure/main.bicep"),
        {
            "stores": stores,
            "camerasPerStore": cameras,
            "visitorsPerHour": visitors,
            "secondsInView": in_view,
            "secondsBetweenPictures": between,
        },
        ROOT,
    )

    assert main.variable("peakEventsPerSecond") == sizes.peak_events_per_second
    assert main.variable("throughputUnits") == min(40, sizes.throughput_units)
    assert main.variable("streamingUnits") == min(660, sizes.streaming_unit_tenths)
    assert main.variable("deviceHubUnits") == min(200, sizes.hub_units)
