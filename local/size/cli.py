"""`python -m local size`: a table, or JSON."""

import argparse
import json
import sys
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from local.size.demand import Demand
from local.size.figures import MEASURED, FiguresUnreadable, Measured, Prices, read_measured, read_prices
from local.size.model import Cost, Sizes, cost, size
from local.size.waiting import crossings_row_minutes, tally_minutes

REFUSED = 2


def run(arguments: argparse.Namespace) -> int:
    """Work it out and print it: 0 done, 2 a file of figures or prices can't be used."""
    demand = Demand(**{name: getattr(arguments, name) for name in Demand.__dataclass_fields__})
    try:
        measured = read_measured(arguments.figures or MEASURED)
        prices = read_prices(arguments.prices) if arguments.prices else None
    except FiguresUnreadable as fault:
        sys.stderr.write(f"{fault}\n")
        return REFUSED
    sizes = size(demand, measured)
    bill = cost(sizes, prices) if prices else None
    if arguments.json:
        sys.stdout.write(json.dumps(as_json(sizes, measured, bill), indent=2) + "\n")
    else:
        _print(demand, sizes, measured, prices, bill)
    return 0


def as_json(sizes: Sizes, measured: Measured, bill: Cost | None) -> dict[str, object]:
    """Sizes with camelCase names, and where the figures come from."""
    fields = asdict(sizes)
    storage, cell = fields.pop("storage"), fields.pop("cell")
    return {
        **{_camel(name): value for name, value in fields.items()},
        "streamingUnits": round(sizes.streaming_units, 2),
        "cell": {_camel(name): value for name, value in cell.items()},
        "storageGigabytes": {_camel(name): round(value, 3) for name, value in storage.items()},
        **({"costAMonth": {**asdict(bill), "total": bill.total}} if bill else {}),
        "figures": {"measuredAt": measured.measured_at, "machine": measured.machine},
    }


def _print(demand: Demand, sizes: Sizes, measured: Measured, prices: Prices | None, bill: Cost | None) -> None:
    title = (
        f"{demand.stores} stores × {demand.cameras} cameras, {demand.visitors_per_hour} visitors an hour before each"
    )
    table = Table(title=title, title_justify="left", show_header=False)
    for name, value in _rows(sizes):
        table.add_row(name, value)
    table.add_row(f"a crossings row spans, MIN_GROUP {demand.min_group}", f"{crossings_row_minutes(demand):,.1f} min")
    table.add_row("a tally of a camera spans", f"{tally_minutes(demand):,.1f} min")
    if prices and bill:
        for part, amount in (*asdict(bill).items(), ("total", bill.total)):
            table.add_row(f"{part.replace('_', ' ')}, a month", f"{amount:,.2f} {prices.currency}")
    console = Console(soft_wrap=True)
    console.print(table)
    console.print(f"Figures measured {measured.measured_at} on {measured.machine}; formulas in docs/deploy.md.")
    if prices:
        console.print(f"Prices of {prices.date} from {prices.source}.")


def _rows(sizes: Sizes) -> list[tuple[str, str]]:
    storage, cell = sizes.storage, sizes.cell
    return [
        ("pictures/s, busiest hour", f"{sizes.pictures_per_second:,.1f}"),
        ("pictures/s, sized for", f"{sizes.peak_pictures_per_second:,}"),
        ("events/s, sized for", f"{sizes.peak_events_per_second:,}"),
        ("Event Hubs throughput units", f"{sizes.throughput_units}"),
        ("Event Hubs partitions, at least", f"{sizes.partitions}"),
        ("Stream Analytics streaming units (V2)", f"{sizes.streaming_units:.2g}"),
        ("IoT Hub S1 units", f"{sizes.hub_units}"),
        ("Face API replicas, all stores", f"{sizes.face_api_replicas}"),
        ("worker replicas, all stores", f"{sizes.worker_replicas}"),
        ("cells: a database and what works with it", f"{sizes.cells}"),
        ("stores in a cell", f"{cell.stores}"),
        ("Face API replicas in a cell", f"{cell.face_api_replicas}"),
        ("worker replicas in a cell", f"{cell.worker_replicas}"),
        ("max_connections of a cell's database, at least", f"{cell.connections}"),
        ("machines of 8 cores for a cell", f"{cell.machines}"),
        ("tallies a month", f"{sizes.events_a_month:,}"),
        ("window rows a month, at most", f"{storage.windows:,.2f} GB"),
        ("events sent a month", f"{storage.events_sent:,.2f} GB"),
        ("room for waiting pictures, a store", f"{storage.pictures_waiting:,.2f} GB"),
        ("what the query holds of an hour", f"{storage.query_memory:,.2f} GB"),
        ("logs of what is stored, a month", f"{storage.logs:,.2f} GB"),
        ("visitor memory, a store", f"{storage.visitor_memory:,.2f} GB"),
    ]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
