"""What docs/deploy.md says about sizes is what the model says."""

import re

import pytest

from infra.check.finding import ROOT
from local.size.demand import Demand
from local.size.figures import read_measured
from local.size.model import size

PARTS = {3: "⅓", 7: "⅔"}
ROWS = re.findall(
    r"(?m)^\| ([\d,]+) \| ([\d,]+) \| (\d+) \| (\d+) \| (\S+) \| (\d+) \|$", (ROOT / "docs/deploy.md").read_text()
)


def test_the_table_has_rows() -> None:
    assert len(ROWS) >= 5


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} stores")
def test_a_row_of_the_table_is_what_the_model_says(row: tuple[str, ...]) -> None:
    stores, peak, units, partitions, streaming, hub = row

    sizes = size(Demand(int(stores.replace(",", "")), 4, 240), read_measured())

    assert peak == f"{sizes.peak_events_per_second:,}"
    assert (units, partitions) == (str(sizes.throughput_units), str(sizes.partitions))
    assert streaming == PARTS.get(sizes.streaming_unit_tenths, str(sizes.streaming_unit_tenths // 10))
    assert hub == str(sizes.hub_units)
