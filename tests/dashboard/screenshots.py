"""Make the pictures of docs/dashboard.md from made-up rows: `python -m tests.dashboard.screenshots`."""

import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from local.child import ROOT, Child
from tests.dashboard.browser import SIZES, Scheme, chromium, opened
from tests.dashboard.rows import at, shop_days, total, write

IMAGES = ROOT / "docs" / "images"
NOW = at("2026-03-10 18:20:04")
HEIGHTS = {"phone": 1560, "wall": 1880}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def main() -> None:
    """Serve the rows, open the page at both sizes in both schemes, and keep what it looks like."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        rows = Path(folder)
        made = list(shop_days(at("2026-03-09 08:00:00"), at("2026-03-10 18:20:00"), seed=5))
        visitors = total([row for row in made if row["windowEnd"] > "2026-03-10T00:00:00Z"], "visitors")
        write(rows, made)
        health = {"spooled": 0, "picturesWaiting": 2, "lagSeconds": 1.4, "at": datetime.now(UTC).isoformat()}
        command = [sys.executable, "-m", "local", "dashboard", "--rows", folder, "--port", "0"]
        child = Child("dashboard", command, {})
        try:
            url = f"http://127.0.0.1:{child.wait_for('ready').fields['port']}/?day=2026-03-10"
            for size in SIZES:
                for scheme in SCHEMES:
                    health["at"] = datetime.now(UTC).isoformat()
                    (rows / "health.json").write_text(json.dumps(health))
                    with opened(browser, url, size, scheme, now=NOW) as page:
                        expect(page.locator("#day-visitors")).to_have_text(f"{visitors:,}")
                        expect(page.locator("#health-lag dd")).to_have_text("1.4 s")
                        path = IMAGES / f"dashboard-{size}-{scheme}.png"
                        page.set_viewport_size({"width": SIZES[size][0], "height": HEIGHTS[size]})
                        page.screenshot(path=path)
                    Image.open(path).quantize(256).save(path, optimize=True)
        finally:
            child.stop()


if __name__ == "__main__":
    main()
