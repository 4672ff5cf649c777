"""Make the pictures of docs/dashboard.md from made-up rows of the last weeks: `python -m tests.dashboard.screenshots`.

Run it between 12 and 20 o'clock UTC, while the made-up shops are open: the pictures show today.
"""

import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect

from local.child import ROOT, Child
from tests.dashboard.browser import SIZES, Scheme, chromium, opened
from tests.dashboard.rows import shop_days, shop_traffic, write

IMAGES = ROOT / "docs" / "images"
HEIGHTS = {"phone": 1900, "wall": 1800, "desk": 1500}
WEEKS = 5
OPENING = "Mo-Su 09:00-20:00"
SHOTS: tuple[tuple[str, str, Scheme, str], ...] = (
    ("phone-light", "phone", "light", "lang=en"),
    ("phone-dark", "phone", "dark", "lang=en"),
    ("wall-light", "wall", "light", "lang=en"),
    ("wall-dark", "wall", "dark", "lang=en"),
    ("desk-week-de", "desk", "light", "lang=de&period=week"),
)


def main() -> None:
    """Serve the rows, open the page at each size, scheme and view, and keep what it looks like."""
    now = datetime.now(UTC).replace(microsecond=0)
    if not 12 <= now.hour < 20:
        sys.exit("run it between 12 and 20 o'clock UTC, while the made-up shops are open")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        rows = Path(folder)
        end = now.replace(second=now.second // 15 * 15)
        first = (end - timedelta(weeks=WEEKS)).replace(hour=0, minute=0, second=15)
        write(rows, shop_days(first, end, seed=5))
        write(rows, shop_traffic(first, end, seed=6), "traffic")
        (rows / "notes.csv").write_text(f"{end.date()},harbour-street,campaign,Spring collection in both windows\n")
        command = [sys.executable, "-m", "dashboard", "--rows", folder, "--opening-hours", OPENING]
        child = Child("dashboard", command, {})
        try:
            url = f"http://127.0.0.1:{child.wait_for('ready').fields['port']}/"
            for name, size, scheme, query in SHOTS:
                _shoot(browser, f"{url}?{query}", rows, IMAGES / f"dashboard-{name}.png", (size, scheme))
        finally:
            child.stop()


def _shoot(browser: Browser, url: str, rows: Path, path: Path, look: tuple[str, Scheme]) -> None:
    size, scheme = look
    health = {"spooled": 0, "picturesWaiting": 2, "lagSeconds": 1.4, "at": datetime.now(UTC).isoformat()}
    (rows / "health.json").write_text(json.dumps(health))
    with opened(browser, url, size, scheme) as page:
        expect(page.locator("#day-visitors")).not_to_have_text("–", timeout=120_000)
        expect(page.locator("#notice")).to_be_hidden(timeout=120_000)
        health["at"] = datetime.now(UTC).isoformat()
        (rows / "health.json").write_text(json.dumps(health))
        expect(page.locator("#health-lag dd")).to_contain_text("1")
        page.set_viewport_size({"width": SIZES[size][0], "height": HEIGHTS[size]})
        page.screenshot(path=path)
    with Image.open(path) as picture:
        picture.quantize(256).save(path, optimize=True)


if __name__ == "__main__":
    main()
