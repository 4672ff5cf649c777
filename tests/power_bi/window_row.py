"""The columns of the rows that Power BI and Eventhouse take, read from the query that makes them."""

import re
from pathlib import Path

INFRA = Path(__file__).parent.parent.parent / "infra"
POWER_BI = INFRA / "power_bi"
TIMES = ("windowStart", "windowEnd")
TEXTS = ("store", "camera", "place", "kind")
MEANS = ("avgSentiment",)


def columns(output: str) -> list[str]:
    """What the query selects into `output`, in order."""
    query = (INFRA / "stream_analytics" / "footfall.asaql").read_text()
    [selected] = re.findall(rf"SELECT([^;]*?)INTO \[{output}\]", query.rpartition("\n)\n")[2])
    return [name.strip() for name in selected.rpartition("SELECT")[2].split(",")]


COLUMNS = columns("windows")
TRAFFIC = columns("traffic")
TABLES = {"Windows": COLUMNS, "Traffic": TRAFFIC}
"""By the name of their table in the model and in Eventhouse."""


def counts(names: list[str]) -> list[str]:
    """Those of the columns that count something."""
    return [name for name in names if name not in (*TIMES, *TEXTS, *MEANS)]


COUNTS = counts(COLUMNS)
