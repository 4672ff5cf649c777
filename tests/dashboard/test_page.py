"""The page in a browser: its numbers are the rows', at any size, scheme, language and way of using it."""

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
from tests.dashboard.rows import at, mean, of_kind, people, total, traffic, write
from tests.dashboard.shop import DAY, count_rows, face_rows, of_day, within

NOW = at("2026-03-10 15:30:40")
FOCUSED = (
    "(({id, dataset, className}) => id || dataset.stretch || dataset.grain || dataset.period || className)"
    "(document.activeElement)"
)


VIEWS = {
    "day": (f"day={DAY}", (DAY, DAY)),
    "week": ("period=week&day=2026-03-04", ("2026-03-02", "2026-03-08")),
    "month": ("period=month&day=2026-03-04", ("2026-03-01", "2026-03-31")),
    "range": ("from=2026-03-04&to=2026-03-06", ("2026-03-04", "2026-03-06")),
}


LOWEST = """() => Math.min(...[...document.querySelectorAll('button, select, input')]
  .map(each => each.getBoundingClientRect().height).filter(height => height))"""
SPILLS = """() => [...document.querySelectorAll('.card')].flatMap(card => {
  const inside = card.getBoundingClientRect().right - parseFloat(getComputedStyle(card).paddingRight) + 1;
  return [...card.querySelectorAll('*')]
    .filter(each => !each.closest('.scroller, .unseen') && each.getBoundingClientRect().width)
    .filter(each => each.getBoundingClientRect().right > inside)
    .map(each => `${card.id}: ${each.textContent.trim()}`);
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def shop(serve_all: Serve, tmp_path_factory: pytest.TempPathFactory) -> Served:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "notes.csv").write_text("2026-03-10,harbour-street,campaign,Spring posters\n")
    write(folder, face_rows())
    write(folder, count_rows(), "traffic")
    served = serve_all(rows=folder, OPENING_HOURS="Mo-Sa 09:00-20:00")
    served.wait_until_read()
    return served


def count(page: Page, number: str) -> int:
    return int(re.sub(r"[.,]", "", page.locator(number).inner_text()))


def settle(page: Page, visitors: int) -> None:
    expect(page.locator("#day-visitors")).to_have_text(f"{visitors:,}")


def bars(page: Page, which: str) -> list[int]:
    return [int(text.replace(",", "")) for text in page.locator(f"#{which} .value").all_inner_texts()]


def axe(page: Page) -> None:
    found = Axe().run(page)
    assert found.response["passes"]
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(
    ("where", "view"), [*(({}, view) for view in VIEWS), ({"store": "harbour-street"}, "day")], ids=str
)
def test_the_numbers_on_the_page_are_those_of_the_rows(
    browser: Browser, shop: Served, where: dict[str, str], view: str
) -> None:
    query, asked = VIEWS[view]
    rows = within(face_rows(), *asked)
    chosen = [each for each in rows if where.items() <= each.items()]
    days = (min(each["windowStart"] for each in rows)[:10], max(each["windowStart"] for each in rows)[:10])
    counted = [each for each in within(count_rows(), *days) if where.items() <= each.items()]
    with opened(browser, f"{shop.url}/?{query}{''.join(f'&{name}={value}' for name, value in where.items())}") as page:
        settle(page, total(chosen, "visitors"))
        assert count(page, "#day-new") == total(chosen, "newVisitors")
        assert count(page, "#day-returning") == total(chosen, "returningVisitors")
        assert count(page, "#in-count") == total(of_kind(counted, "entrance"), "countIn")
        assert f"{abs(mean(chosen, 'avgSentiment')):.2f}" in page.locator("#day-sentiment").inner_text()
        known = total(chosen, "female") + total(chosen, "male")
        displays = total(chosen, "displayVisitors")
        assert bars(page, "gender") == [total(chosen, "female"), total(chosen, "male"), displays - known]
        assert bars(page, "ages")[3] == total(chosen, "age25to34")
        assert sum(bars(page, "ages")) == displays
        assert sum(bars(page, "bands")) == total(of_kind(counted, "zone"), "stays")
        passed = [total(of_kind(counted, "passage"), "countIn", "countOut")] if not where else []
        assert bars(page, "funnel") == [
            *passed, total(of_kind(counted, "entrance"), "countIn"), total(of_kind(counted, "zone"), "stays"), displays,
            total(chosen, "visitors"),
        ]  # fmt: skip
        shares = page.locator("#emotions-legend li").all_inner_texts()
        faces = sum(total(chosen, each.split()[0]) for each in shares)
        assert f"happiness {round(100 * total(chosen, 'happiness') / faces)}%" in shares
        footer = [
            int(text.replace(",", ""))
            for text in page.locator("#numbers tfoot td").all_inner_texts()[: 12 + len(passed)]
        ]
        assert footer == [
            total(of_kind(counted, "entrance"), "countIn"), total(of_kind(counted, "entrance"), "countOut"), *passed,
            *(total(of_kind(counted, "zone"), name) for name in ("stays", "stays15", "stays60", "stays300")),
            *(total(chosen, name) for name in ("displayVisitors", "visitors", "newVisitors", "returningVisitors")),
            total(chosen, "female"), total(chosen, "male"),
        ]  # fmt: skip
        column = page.locator(f"#numbers tbody td:nth-child({9 + len(passed)})").all_inner_texts()
        assert sum(int(text.replace(",", "")) for text in column) == total(chosen, "visitors")


def test_the_newest_window_is_shown_and_says_how_old_it_is(browser: Browser, shop: Served) -> None:
    end = max(each["windowEnd"] for each in face_rows())
    newest = [each for each in face_rows() if each["windowEnd"] == end]
    with opened(browser, f"{shop.url}/?day={DAY}", now=NOW) as page:
        settle(page, total(of_day(), "visitors"))
        assert count(page, "#now-visitors") == total(newest, "displayVisitors")
        assert count(page, "#now-faces") == total(newest, "faces")
        expect(page.locator("#now-newest")).to_have_text("last window")
    with opened(browser, f"{shop.url}/?day={DAY}", now=NOW + timedelta(hours=6)) as page:
        settle(page, total(of_day(), "visitors"))
        expect(page.locator("#now-newest")).to_have_text("last, 6 h ago")
        expect(page.locator("#now-when")).to_contain_text("6 h ago; nothing since")
        expect(page.locator("#link-text")).to_have_text("Connected")


def test_the_charts_are_drawn_from_the_rows(browser: Browser, shop: Served) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}") as page:
        settle(page, total(of_day(), "visitors"))
        drawn = page.evaluate(
            "['hours-chart', 'crossings-chart'].map(id => Chart.getChart(id).data.datasets"
            ".map(set => set.data.reduce((a, b) => a + b, 0)))"
        )
        doors = of_kind(within(count_rows(), DAY, DAY), "entrance")
        assert drawn == [
            [total(of_day(), "newVisitors"), total(of_day(), "returningVisitors")],
            [total(doors, "countIn"), total(doors, "countOut")],
        ]
        painted = page.evaluate(
            "[...document.querySelectorAll('canvas')].map(canvas => new Set(canvas.getContext('2d')"
            ".getImageData(0, 0, canvas.width, canvas.height).data).size)"
        )
        assert min(painted) > 10


def test_the_comparison_says_how_sure_a_change_is(browser: Browser, serve: Serve) -> None:
    served = serve()
    before, now = at("2026-03-03 10:00:00"), at("2026-03-10 10:00:00")
    write(
        served.rows,
        [
            people(before, 100, "calm"),
            people(now, 112, "calm"),
            people(before, 1000, "busy"),
            people(now, 1200, "busy"),
        ],
    )
    with opened(browser, f"{served.url}/?day={DAY}&store=calm") as page:
        settle(page, 112)
        expect(page.locator("#day-trend")).to_have_text("12% more than Tue 3 Mar (−14% to +47%), could be chance")
    with opened(browser, f"{served.url}/?day={DAY}&store=busy") as page:
        settle(page, 1200)
        expect(page.locator("#day-trend")).to_have_text("20% more than Tue 3 Mar (+10% to +31%)")
        row = page.locator("#compare-table tbody tr")
        expect(row).to_have_count(1)
        expect(row).to_contain_text("1,000")
        expect(row).to_contain_text("no data")


def test_the_map_of_hours_holds_means_of_open_hours(browser: Browser, shop: Served) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}") as page:
        settle(page, total(of_day(), "visitors"))
        page.locator("#heat-measure").select_option("visitors")
        wednesday = within(face_rows(), "2026-03-04", "2026-03-04")
        noon = total([each for each in wednesday if "T12:00:00Z" < each["windowEnd"][10:] <= "T13:00:00Z"], "visitors")
        cell = page.locator("#heat tbody tr:nth-child(3) td:nth-child(5)")
        mean_of_stores = noon / 2
        expect(cell).to_have_text(f"{mean_of_stores:,.0f}" if mean_of_stores >= 10 else f"{mean_of_stores:.1f}")
        expect(page.locator("#heat tbody tr:nth-child(7) td:nth-child(5)")).to_have_text("·")


def test_cameras_and_places_are_ranked_by_the_open_hour(browser: Browser, shop: Served) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}") as page:
        settle(page, total(of_day(), "visitors"))
        rates = page.locator("#ranking-cameras tbody td:nth-child(3)").all_inner_texts()
        assert rates == sorted(rates, key=float, reverse=True)
        expect(page.locator("#ranking-places tbody th")).to_have_count(3)
        expect(page.locator("#notes li")).to_contain_text("Spring posters")


def test_cameras_of_one_name_are_chosen_with_their_store(browser: Browser, serve: Serve) -> None:
    served = serve()
    write(
        served.rows, [people(at("2026-03-10 10:00:15"), n, store, "door") for n, store in ((3, "north"), (4, "south"))]
    )
    with opened(browser, f"{served.url}/?day={DAY}") as page:
        settle(page, 7)
        expect(page.locator("#camera option")).to_have_text(["All cameras", "north, door", "south, door"])
        page.locator("#camera").select_option(label="south, door")
        settle(page, 4)
        assert "store=south&camera=door" in page.url
        expect(page.locator("#visitors-name")).to_have_text("Display visitors")


def test_new_rows_show_by_themselves(browser: Browser, serve: Serve) -> None:
    served = serve()
    with opened(browser, f"{served.url}/?day={DAY}") as page:
        expect(page.locator("#notice-text")).to_contain_text("No data yet")
        expect(page.locator("#link-text")).to_have_text("Connected")
        started = time.monotonic()
        write(served.rows, [people(at("2026-03-10 10:00:15"), 3, "north", "door")])
        settle(page, 3)
        assert time.monotonic() - started < 10
        expect(page.locator("#notice")).to_be_hidden()
        expect(page.locator("#store option")).to_have_text(["All stores", "north"])
        expect(page.locator("#in-card")).to_be_hidden()
        write(served.rows, [people(at("2026-03-10 10:00:30"), 2, "south", "door")])
        write(served.rows, [traffic(at("2026-03-10 10:00:30"), "entrance", "south", countIn=4)], "traffic")
        settle(page, 5)
        expect(page.locator("#now-visitors")).to_have_text("2")
        expect(page.locator("#in-count")).to_have_text("4")
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
        expect(page.locator("#link-text")).to_have_text("Connected")
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
        settle(page, total(of_day(), "visitors"))
        width = SIZES[size][0]
        assert page.evaluate("document.documentElement.scrollWidth") == width, "the page scrolls sideways"
        assert page.evaluate(SPILLS) == []
        assert page.evaluate(LOWEST) >= 24, "a control is too small to hit"
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 200) == (scheme == "dark")
        axe(page)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("language", "size"), [("en", "desk"), ("de", "phone")])
def test_accessible_and_whole_in_every_view_and_either_language(
    browser: Browser, shop: Served, view: str, language: str, size: str
) -> None:
    query, days = VIEWS[view]
    rows = within(face_rows(), *days)
    with opened(browser, f"{shop.url}/?{query}&lang={language}", size) as page:
        expect(page.locator("#day-visitors")).to_have_text(
            re.compile(f"{total(rows, 'visitors'):,}".replace(",", "[.,]"))
        )
        assert page.evaluate("document.documentElement.lang") == language
        assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size][0]
        assert page.evaluate(SPILLS) == []
        assert ".." not in page.locator("main").inner_text()
        axe(page)


def test_what_is_not_counted_has_no_column(browser: Browser, shop: Served) -> None:
    """A camera with a zone and no line: zeros would say that nobody came in."""
    with opened(browser, f"{shop.url}/?day={DAY}&camera=display-1") as page:
        settle(page, total([each for each in of_day() if each["camera"] == "display-1"], "displayVisitors"))
        heads = page.locator("#numbers thead tr").last.locator("th").all_inner_texts()
        assert heads[:6] == ["Hour", "Stays", "≥ 15 s", "≥ 1 min", "≥ 5 min", "at displays"]


@pytest.mark.parametrize(
    "path",
    ["help.html?lang=en", "help.html?lang=de", f"report?day={DAY}&lang=en", f"report?period=week&day={DAY}&lang=de"],
)
def test_help_and_report_are_accessible(browser: Browser, shop: Served, path: str) -> None:
    with opened(browser, f"{shop.url}/{path}", "desk") as page:
        expect(page.locator("dl dt").first).not_to_be_empty()
        axe(page)


def test_accessible_with_nothing_to_show(browser: Browser, serve: Serve) -> None:
    with opened(browser, serve().url) as page:
        expect(page.locator("#notice")).to_be_visible()
        axe(page)


def test_everything_can_be_done_by_keyboard(browser: Browser, shop: Served) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}") as page:
        settle(page, total(of_day(), "visitors"))
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        reached = set()
        for _ in range(50):
            page.keyboard.press("Tab")
            reached.add(page.evaluate(FOCUSED))
        assert reached >= {
            "store", "camera", "day", "week", "month", "range", "day-before", "theme", "language", "crossings-chart",
            "hours-chart", "emotions-chart", "recent", "heat-measure", "windows", "numbers-scroller",
            "export-faces-csv", "export-traffic-parquet", "help", "report",
        }  # fmt: skip
        page.locator("#store").focus()
        page.keyboard.type("market")
        page.keyboard.press("Enter")
        of_store = [each for each in of_day() if each["store"] == "market-hall"]
        settle(page, total(of_store, "visitors"))
        assert "store=market-hall" in page.url
        expect(page.locator("#announcer")).to_contain_text(
            f"market-hall, All cameras, Tue 10 Mar 2026: {total(of_store, 'visitors')} visitors".replace(" 2026", "")
        )
        page.locator("#hours-chart").focus()
        page.keyboard.press("End")
        page.keyboard.press("ArrowLeft")
        expect(page.locator("#announcer")).to_contain_text(
            re.compile(r"From \d\d:00: \d+ visitors?, \d+ new, \d+ returning")
        )
        page.locator("[data-grain=windows]").focus()
        page.keyboard.press("Space")
        expect(page.locator("#numbers tbody tr")).to_have_count(40)


def test_charts_have_a_summary_for_screen_readers(browser: Browser, shop: Served) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}") as page:
        settle(page, total(of_day(), "visitors"))
        label = page.locator("#hours-chart").get_attribute("aria-label") or ""
        assert f"{total(of_day(), 'visitors'):,} in all, busiest 12:00" in label
        assert "happiness" in (page.locator("#emotions-chart").get_attribute("aria-label") or "")


@pytest.mark.parametrize("still", [True, False])
def test_nothing_moves_where_motion_is_unwelcome(browser: Browser, shop: Served, still: bool) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}", still=still) as page:
        settle(page, total(of_day(), "visitors"))
        animated = page.evaluate("Chart.getChart('hours-chart').options.animation !== false")
        breathing = page.evaluate("getComputedStyle(document.querySelector('.dot')).animationName")
        assert (animated, breathing) == ((False, "none") if still else (True, "breathe"))


def test_theme_and_language_can_be_chosen_and_are_remembered(browser: Browser, shop: Served) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}") as page:
        page.locator("#theme").select_option("dark")
        page.locator("#language").select_option("de")
        expect(page.locator("#visitors-name")).to_have_text("Gesehene Besucher")
        page.goto(shop.url)
        expect(page.locator("#theme")).to_have_value("dark")
        expect(page.locator("html")).to_have_attribute("lang", "de")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 20, 24)"


def test_the_browser_s_language_is_the_page_s(browser: Browser, shop: Served) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}", locale="de-AT") as page:
        expect(page.locator("#day-visitors")).to_have_text(f"{total(of_day(), 'visitors'):,}".replace(",", "."))
        expect(page.locator("[data-when]").first).to_contain_text("10. März")


def test_periods_are_gone_through_and_back_goes_back(browser: Browser, shop: Served) -> None:
    before = within(face_rows(), "2026-03-09", "2026-03-09")
    week = within(face_rows(), "2026-03-09", "2026-03-15")
    last_week = within(face_rows(), "2026-03-02", "2026-03-08")
    with opened(browser, f"{shop.url}/?day={DAY}") as page:
        settle(page, total(of_day(), "visitors"))
        page.locator("#day-before").click()
        settle(page, total(before, "visitors"))
        page.locator("[data-period=week]").click()
        settle(page, total(week, "visitors"))
        page.locator("#day-before").click()
        settle(page, total(last_week, "visitors"))
        page.locator("[data-period=range]").click()
        page.locator("#to").fill("2026-03-03")
        page.locator("#to").press("Enter")
        settle(page, total(within(face_rows(), "2026-03-02", "2026-03-03"), "visitors"))
        assert "from=2026-03-02&to=2026-03-03" in page.url
        page.go_back()
        settle(page, total(last_week, "visitors"))
        for _ in range(3):
            page.go_back()
        settle(page, total(before, "visitors"))
        page.go_back()
        settle(page, total(of_day(), "visitors"))
        page.go_forward()
        settle(page, total(before, "visitors"))


@pytest.mark.parametrize(
    ("query", "says", "action"),
    [
        ("day=2026-03-01", r"Sun,? 1 Mar( 2026)? is before the first data", "Show Tue,? 10 Mar"),
        ("day=2099-03-01", "is yet to come", "Show Tue,? 10 Mar"),
        ("day=2026-03-11", "Nothing was counted: Wed,? 11 Mar", "Show Tue,? 10 Mar"),
        (f"day={DAY}&store=harbor-street", "no store harbor-street. Stores: harbour-street, market-hall", "harbour"),
        (f"day={DAY}&camera=door", "no camera door here. Cameras: display-1, entrance, window-2", "Show All cameras"),
        ("day=banana", "“banana”, which is no day", None),
        ("from=2026-03-04&to=2026-03-01", "“2026-03-04 – 2026-03-01”", None),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_said_with_what_does(
    browser: Browser, shop: Served, query: str, says: str, action: str | None
) -> None:
    with opened(browser, f"{shop.url}/?{query}", now=at("2026-03-12 09:00:00")) as page:
        expect(page.locator("#notice-text")).to_contain_text(re.compile(says))
        expect(page.locator("#link-text")).to_have_text("Connected")
        if action is None:
            expect(page.locator("#notice-action")).to_be_hidden()
        else:
            expect(page.locator("#notice-action")).to_have_text(re.compile(action))
            page.locator("#notice-action").click()
            expect(page.locator("#notice")).to_be_hidden()


@pytest.mark.parametrize(("form", "starts"), [("csv", b"day,hourStart"), ("parquet", b"PAR1")])
def test_what_is_looked_at_can_be_exported(browser: Browser, shop: Served, form: str, starts: bytes) -> None:
    with opened(browser, f"{shop.url}/?day={DAY}&store=market-hall") as page:
        settle(page, total([each for each in of_day() if each["store"] == "market-hall"], "visitors"))
        with page.expect_download() as download:
            page.locator(f"#export-faces-{form}").click()
        assert download.value.suggested_filename == f"footfall-hours-{DAY}-market-hall.{form}"
        assert Path(download.value.path()).read_bytes().startswith(starts)


def test_pooled_and_withheld_figures_say_so_at_the_bar(browser: Browser, serve: Serve) -> None:
    """A group that took forty minutes to fill is no rush; bands that were withheld are not zero."""
    served = serve()
    wide = people(at("2026-03-10 10:40:00"), 20, age25to34=14, withheld=6) | {"windowStart": "2026-03-10T10:00:00Z"}
    over = people(at("2026-03-10 12:10:00"), 9) | {"windowStart": "2026-03-10T11:50:00Z"}
    write(served.rows, [wide, over])
    with opened(browser, f"{served.url}/?day={DAY}") as page:
        settle(page, 29)
        expect(page.locator("#ages li .name").last).to_have_text("not known or withheld")
        assert bars(page, "ages")[-1] == 6
        expect(page.locator("#ages-caption")).to_contain_text("favours larger bands")
        expect(page.locator("#gender-caption")).to_contain_text("whose value is shown")
        expect(page.locator("#emotions-caption")).to_contain_text("not a rush")
        expect(page.locator("#hours-caption")).to_contain_text("Striped")
        expect(page.locator("#now-when")).to_contain_text("Group of 11:50–12:10")
        striped = page.evaluate("Chart.getChart('hours-chart').data.datasets[0].backgroundColor.map(ink => typeof ink)")
        assert striped.count("object") == 2, "the two hours that the second group reaches over"
        sets = page.evaluate("Chart.getChart('hours-chart').data.datasets.length")
        assert sets == 1, "how many came, whatever larger groups say of who was new"
        quarters = page.evaluate("Chart.getChart('emotions-chart').data.datasets[2].striped")
        assert all(quarters)
        axe(page)


def test_it_says_while_it_reads_history(browser: Browser, serve: Serve, tmp_path: Path) -> None:
    served = serve()
    line = json.dumps(people(at("2026-03-09 10:00:00"), 1)) + "\n"
    file = tmp_path / "windows.jsonl"
    file.write_text(line * 100_000 + json.dumps(people(at("2026-03-10 10:00:15"), 7)) + "\n")
    with opened(browser, f"{served.url}/?day={DAY}") as page:
        expect(page.locator("#notice-text")).to_contain_text("No data yet")
        file.rename(served.rows / file.name)
        page.locator("#notice", has_text="Reading history").wait_for()
        expect(page.locator("#notice")).to_be_hidden(timeout=120_000)
        settle(page, 7)
