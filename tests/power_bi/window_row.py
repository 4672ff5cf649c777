"""The columns of a window row, read from the query that makes them."""

import re
from pathlib import Path

INFRA = Path(__file__).parent.parent.parent / "infra"
POWER_BI = INFRA / "power_bi"
TIME, TEXTS, MEANS = ("windowEnd",), ("store", "camera"), ("avgSentiment", "avgDwellSeconds")


def columns(output: str) -> list[str]:
    """What the query selects into `output`, in order."""
    query = (INFRA / "stream_analytics" / "footfall.asaql").read_text()
    [selected] = re.findall(rf"SELECT([^;]*?)INTO \[{output}\]", query.rpartition("\n)\n")[2])
    return [name.strip() for name in selected.rpartition("SELECT")[2].split(",")]


COLUMNS = columns("windows")
COUNTS = [name for name in COLUMNS if name not in (*TIME, *TEXTS, *MEANS)]
