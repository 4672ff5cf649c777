"""`python -m tests.attack`: the tables of docs/privacy.md, measured: what MIN_GROUP leaves an attacker."""

from statistics import mean

from rich.console import Console
from rich.table import Table

from function_app.moments import moment
from tests.attack import counters, shop, test_grid
from tests.attack.test_counts import SEEDS, attack

if __name__ == "__main__":
    table = Table(
        "visitors a day", "MIN_GROUP", "visits rebuilt to a minute", "stops tied, a day", "row p50", "row p90"
    )
    for visitors in (20, 50, 100, 300, 600):
        for least in (1, 5, 10):
            percent, stops = attack(visitors, least)
            uploaded = [
                counters.blobs(visits, counters.stops(visits, seed))
                for seed in SEEDS
                for visits in [shop.day(visitors, seed, cameras=1)]
            ]
            spans = sorted(
                (moment(body["windowEnd"]) - moment(body["windowStart"])).total_seconds() / 60
                for blobs in uploaded
                for body in counters.leave(blobs, least).bodies
                if body.get("kind") == "entrance"
            )
            p50, p90 = spans[len(spans) // 2], spans[int(0.9 * len(spans))]
            table.add_row(
                *(f"{visitors}", f"{least}", f"{percent:.1f} %", f"{stops / len(SEEDS):.1f}"),
                *(f"{p50:.1f} min", f"{p90:.1f} min"),
            )
    faces = Table("visitors a day", "rebuilt from tallies, mean (most)", "from the grid alone, mean (most)")
    for visitors in (100, 600):
        shares = zip(*(test_grid.rebuilt(visitors, seed) for seed in test_grid.SEEDS), strict=True)
        faces.add_row(f"{visitors}", *(f"{100 * mean(days):.1f} % ({100 * max(days):.1f} %)" for days in shares))
    Console().print(table, faces)
