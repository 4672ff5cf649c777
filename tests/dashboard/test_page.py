"""The page in a browser: its numbers are the rows', at any size, scheme and way of using it."""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.browser import SIZES, Scheme, chromium, opened
from tests.dashboard.conftest import Serve, Served
from tests.dashboard.rows import at, mean, people, shop_days, total, write

DAY = "2026-03-10"
ROWS = list(shop_days(at("2026-03-09 12:00:00"), at("2026-03-10 15:30:00"), seed=1))
FOCUSED = "(({id, dataset, className}) => id || dataset.stretch || dataset.grain || className)(document.activeElement)"
OF_DAY = [each for each in ROWS if f"{DAY}T00:00:00Z" < each["windowEnd"]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def shop(serve: Serve) -> Served:
    served = serve()
    write(served.rows, ROWS)
    return served


def count(page: Page, number: str) -> int:
    return int(page.locator(number).inner_text().replace(",", ""))


def settle(page: Page, visitors: int) -> None:
    expect(page.locator("#day-visitors")).to_have_text(f"{visitors:,}")


def bars(page: Page, which: str) -> list[int]:
    return [int(text.replace(",", "")) for text in page.locator(f"#{which} .value").all_inner_texts()]


@pytest.mark.parametrize("where", [{}, {"store": "harbour-street"}, {"store": "harbour-street", "camera": "entrance"}])
def test_the_numbers_on_the_page_are_those_of_the_rows(browser: Browser, shop: Served, where: dict[str, str]) -> None:
    chosen = [each for each in OF_DAY if where.items() <= each.items()]
    now = [each for each in chosen if each["windowEnd"] == max(each["windowEnd"] for each in chosen)]
    query = "&".join(f"{name}={value}" for name, value in ({"day": DAY} | where).items())
    with opened(browser, f"{shop.url}/?{query}") as page:
        settle(page, total(chosen, "visitors"))
        assert count(page, "#now-visitors") == total(now, "visitors")
        assert count(page, "#now-faces") == total(now, "faces")
        assert count(page, "#day-new") == total(chosen, "newVisitors")
        assert count(page, "#day-returning") == total(chosen, "returningVisitors")
        assert f"{abs(mean(chosen, 'avgSentiment')):.2f}" in page.locator("#day-sentiment").inner_text()
        known = total(chosen, "female") + total(chosen, "male")
        assert bars(page, "gender") == [
            total(chosen, "female"),
            total(chosen, "male"),
            total(chosen, "visitors") - known,
        ]
        assert bars(page, "ages")[3] == total(chosen, "age25to34")
        assert sum(bars(page, "ages")) == total(chosen, "visitors")
        shares = page.locator("#emotions-legend li").all_inner_texts()
        faces = sum(total(chosen, share.split()[0]) for share in shares)
        assert f"happiness {round(100 * total(chosen, 'happiness') / faces)}%" in shares
        table = page.locator("#numbers tbody tr")
        hours = {(datetime.fromisoformat(each["windowEnd"]) - timedelta(seconds=1)).hour for each in chosen}
        expect(table.locator("th")).to_have_text([f"{hour:02}:00" for hour in sorted(hours)])
        footer = page.locator("#numbers tfoot td").all_inner_texts()
        assert [int(text.replace(",", "")) for text in footer[:5]] == [
            total(chosen, name) for name in ("visitors", "newVisitors", "returningVisitors", "female", "male")
        ]
        columns = sum(int(text.replace(",", "")) for text in table.locator("td:nth-child(2)").all_inner_texts())
        assert columns == total(chosen, "visitors")


def test_the_charts_are_drawn_from_the_rows(browser: Browser, shop: Served) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}") as page:
        settle(page, total(OF_DAY, "visitors"))
        drawn = page.evaluate(
            "Chart.getChart('hours-chart').data.datasets.map(set => set.data.reduce((a, b) => a + b, 0))"
        )
        assert drawn == [total(OF_DAY, "newVisitors"), total(OF_DAY, "returningVisitors")]
        painted = page.evaluate(
            "[...document.querySelectorAll('canvas')].map(canvas => new Set(canvas.getContext('2d')"
            ".getImageData(0, 0, canvas.width, canvas.height).data).size)"
        )
        assert min(painted) > 10


def test_new_rows_show_by_themselves(browser: Browser, serve: Serve) -> None:
    served = serve()
    with opened(browser, f"{served.url}/?day={DAY}") as page:
        expect(page.locator("#notice-text")).to_contain_text("No data yet")
        expect(page.locator("#link-text")).to_have_text("Live")
        started = time.monotonic()
        write(served.rows, [people(at("2026-03-10 10:00:15"), 3, "north", "door")])
        settle(page, 3)
        assert time.monotonic() - started < 5
        expect(page.locator("#notice")).to_be_hidden()
        expect(page.locator("#store option")).to_have_text(["All stores", "north"])
        write(served.rows, [people(at("2026-03-10 10:00:30"), 2, "south", "door")])
        settle(page, 5)
        expect(page.locator("#now-visitors")).to_have_text("2")
        expect(page.locator("#numbers tbody th")).to_have_text("10:00")


def test_a_lost_stream_is_said_and_found_again(browser: Browser, serve: Serve) -> None:
    served = serve()
    write(served.rows, [people(at("2026-03-10 10:00:15"), 3)])
    with opened(browser, f"{served.url}/?day={DAY}") as page:
        settle(page, 3)
        assert served.child.stop() == 0
        expect(page.locator("#link-text")).to_have_text("Reconnecting…")
        expect(page.locator("#notice")).to_contain_text("the last ones received")
        expect(page.locator("#day-visitors")).to_have_text("3")
        write(served.rows, [people(at("2026-03-10 10:00:30"), 1)])
        serve("--port", served.url.rpartition(":")[2], rows=served.rows)
        expect(page.locator("#link-text")).to_have_text("Live", timeout=20_000)
        settle(page, 4)
        expect(page.locator("#notice")).to_be_hidden()


def test_the_health_strip_is_unknown_until_the_supervisor_speaks(browser: Browser, serve: Serve) -> None:
    served = serve()
    with opened(browser, served.url) as page:
        expect(page.locator(".health dd").first).to_have_text("unknown")
        words = {"spooled": 12, "picturesWaiting": 1, "lagSeconds": 2.25, "at": datetime.now(UTC).isoformat()}
        (served.rows / "health.json").write_text(json.dumps(words))
        expect(page.locator("#health-spooled")).to_contain_text("12 pictures")
        expect(page.locator("#health-waiting")).to_contain_text("1 picture")
        expect(page.locator("#health-lag")).to_contain_text(re.compile(r"2\.[23] s"))
        (served.rows / "health.json").unlink()
        expect(page.locator("#health-lag")).to_contain_text("unknown")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible_and_whole_at_every_size_and_scheme(
    browser: Browser, shop: Served, size: str, scheme: Scheme
) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}", size, scheme) as page:
        settle(page, total(OF_DAY, "visitors"))
        width = SIZES[size][0]
        assert page.evaluate("document.documentElement.scrollWidth") == width, "the page scrolls sideways"
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 200) == (scheme == "dark")
        found = Axe().run(page)
        assert found.response["passes"]
        assert found.violations_count == 0, found.generate_report()


def test_accessible_with_nothing_to_show(browser: Browser, serve: Serve) -> None:
    with opened(browser, serve().url) as page:
        expect(page.locator("#notice")).to_be_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_everything_can_be_done_by_keyboard(browser: Browser, shop: Served) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}") as page:
        settle(page, total(OF_DAY, "visitors"))
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        reached = set()
        for _ in range(40):
            page.keyboard.press("Tab")
            reached.add(page.evaluate(FOCUSED))
        assert reached >= {
            "store",
            "camera",
            "day",
            "theme",
            "hours-chart",
            "emotions-chart",
            "recent",
            "windows",
            "scroller",
            "export-csv",
            "export-parquet",
        }
        page.locator("#store").focus()
        page.keyboard.type("market")
        page.keyboard.press("Enter")
        of_store = [each for each in OF_DAY if each["store"] == "market-hall"]
        settle(page, total(of_store, "visitors"))
        assert "store=market-hall" in page.url
        expect(page.locator("#announcer")).to_contain_text(
            f"market-hall, all cameras, Tue 10 Mar: {total(of_store, 'visitors')} visitors"
        )
        page.locator("#hours-chart").focus()
        page.keyboard.press("End")
        page.keyboard.press("ArrowLeft")
        expect(page.locator("#announcer")).to_contain_text(
            re.compile(r"From \d\d:00: \d+ visitors, \d+ new, \d+ returning")
        )
        page.locator("[data-grain=windows]").focus()
        page.keyboard.press("Space")
        expect(page.locator("#numbers tbody tr")).to_have_count(40)


def test_charts_have_a_summary_for_screen_readers(browser: Browser, shop: Served) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}") as page:
        settle(page, total(OF_DAY, "visitors"))
        label = page.locator("#hours-chart").get_attribute("aria-label") or ""
        assert f"{total(OF_DAY, 'visitors'):,} in all, busiest from 12:00" in label
        assert "happiness" in (page.locator("#emotions-chart").get_attribute("aria-label") or "")


@pytest.mark.parametrize("still", [True, False])
def test_nothing_moves_where_motion_is_unwelcome(browser: Browser, shop: Served, still: bool) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}", still=still) as page:
        settle(page, total(OF_DAY, "visitors"))
        animated = page.evaluate("Chart.getChart('hours-chart').options.animation !== false")
        breathing = page.evaluate("getComputedStyle(document.querySelector('.dot')).animationName")
        assert (animated, breathing) == ((False, "none") if still else (True, "breathe"))


def test_the_theme_can_be_chosen_and_is_remembered(browser: Browser, shop: Served) -> None:
    with opened(browser, shop.url) as page:
        page.locator("#theme").select_option("dark")
        page.reload()
        expect(page.locator("#theme")).to_have_value("dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 20, 24)"


def test_days_can_be_gone_through(browser: Browser, shop: Served) -> None:
    before = [each for each in ROWS if each not in OF_DAY]
    with opened(browser, f"{shop.url}/?day={DAY}") as page:
        settle(page, total(OF_DAY, "visitors"))
        page.locator("#day-before").click()
        settle(page, total(before, "visitors"))
        page.locator("#day-before").click()
        expect(page.locator("#notice")).to_contain_text(re.compile("Nothing was counted on Sun,? 8 Mar"))
        page.locator("#notice-action").click()
        settle(page, total(OF_DAY, "visitors"))


@pytest.mark.parametrize(("form", "starts"), [("csv", b"hour,faces,visitors"), ("parquet", b"PAR1")])
def test_what_is_looked_at_can_be_exported(browser: Browser, shop: Served, form: str, starts: bytes) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}&store=market-hall") as page:
        settle(page, total([each for each in OF_DAY if each["store"] == "market-hall"], "visitors"))
        with page.expect_download() as download:
            page.locator(f"#export-{form}").click()
        assert download.value.suggested_filename == f"footfall-hours-{DAY}-market-hall.{form}"
        assert Path(download.value.path()).read_bytes().startswith(starts)


def test_withheld_numbers_are_said_to_be(browser: Browser, serve: Serve) -> None:
    served = serve("--min-group", "5")
    write(served.rows, [people(at("2026-03-10 10:00:15"), 48, newVisitors=45, returningVisitors=3)])
    write(served.rows, [people(at("2026-03-10 10:00:30"), 3)])
    write(served.rows, [people(at("2026-03-10 10:00:45"), 4)])
    with opened(browser, f"{served.url}/?day={DAY}") as page:
        settle(page, 55)
        expect(page.locator("#day-new")).to_have_text("–")
        expect(page.locator("#day-visits")).to_have_text("55 not shown: small groups")
        expect(page.locator("#now-title")).to_contain_text("last group")
        expect(page.locator("#group-note")).to_contain_text("fewer than 5 people")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
