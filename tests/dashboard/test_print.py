"""On paper: the page and the report, either way round, without backgrounds, with nothing cut off or overlapping."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from dashboard.report import HELP
from dashboard.words import Words
from local.child import ROOT
from tests.dashboard.browser import chromium, opened
from tests.dashboard.conftest import Serve, Served
from tests.dashboard.rows import Row, at, of_kind, total, write
from tests.dashboard.shop import DAY, count_rows, face_rows, within

SINCE = at("2026-03-09 08:00:00")
PAPER = {"portrait": (210, 297), "landscape": (297, 210)}
PRINTED = {
    "portrait": (f"day={DAY}", "Tue 10 Mar 2026", DAY),
    "landscape": ("from=2026-03-09&to=2026-03-10", "Mon 9 Mar 2026 – Tue 10 Mar 2026", "2026-03-09"),
}
"""A day one way, a range the other: what is asked for, its name on paper, its first day."""
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll('.card, table, section.health, footer')]
    .map(element => ({element, box: element.getBoundingClientRect()}))
    .filter(({box}) => box.width > 0 && box.height > 0);
  const wide = boxes.filter(({box}) => box.right > document.documentElement.clientWidth + 1)
    .map(({element}) => element.outerHTML.slice(0, 80));
  const over = [];
  for (const a of boxes) for (const b of boxes) {
    if (a === b || a.element.contains(b.element) || b.element.contains(a.element)) continue;
    const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    if (width > 1 && height > 1) over.push(a.element.id + ' ' + b.element.id);
  }
  for (const canvas of document.querySelectorAll('canvas')) {
    const box = canvas.getBoundingClientRect(), card = canvas.closest('.card').getBoundingClientRect();
    if (box.right > card.right + 1 || box.bottom > card.bottom + 1) over.push(canvas.id);
  }
  return {wide, over};
}"""


def faces() -> list[Row]:
    return [each for each in face_rows(SINCE) if each["store"] == "harbour-street"]


def counted() -> list[Row]:
    return [each for each in count_rows(SINCE) if each["store"] == "harbour-street"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def shop(serve_all: Serve, tmp_path_factory: pytest.TempPathFactory) -> Served:
    folder = tmp_path_factory.mktemp("shop")
    write(folder, faces())
    write(folder, counted(), "traffic")
    served = serve_all(rows=folder)
    served.wait_until_read()
    return served


def read(document: bytes) -> tuple[str, list[tuple[float, float]]]:
    """The text, without regard to white space, and the sizes of the pages in millimetres."""
    reader = PdfReader(io.BytesIO(document))
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    sizes = [(float(page.mediabox.width) * 25.4 / 72, float(page.mediabox.height) * 25.4 / 72) for page in reader.pages]
    return text, sizes


@pytest.mark.parametrize("way", PRINTED)
def test_the_page_prints_whole(browser: Browser, shop: Served, way: str) -> None:
    query, named, first = PRINTED[way]
    rows = within(faces(), first, DAY)
    with opened(browser, f"{shop.url}/?{query}&store=harbour-street", "desk", "dark") as page:
        expect(page.locator("#day-visitors")).to_have_text(f"{total(rows, 'visitors'):,}")
        expect(page.locator("#numbers thead th").first).to_have_text("People")
        columns = page.locator("#numbers thead tr").last.locator("th").all_inner_texts()
        document = page.pdf(format="A4", landscape=way == "landscape", print_background=False)
        page.emulate_media(media="print")
        millimetre = 96 / 25.4
        page.set_viewport_size({"width": int((PAPER[way][0] - 20) * millimetre), "height": 900})
        found = page.evaluate(OVERLAPS)
        assert found == {"wide": [], "over": []}
        assert page.evaluate("getComputedStyle(document.querySelector('.bars i')).printColorAdjust") == "exact"
        for hidden in ("#filters", "#theme", ".exports", "#numbers-scroller"):
            expect(page.locator(hidden)).to_be_hidden()
    text, sizes = read(document)
    assert {tuple(round(side) for side in size) for size in sizes} == {PAPER[way]}
    assert f"harbour-street, All cameras, {named}" in text.replace("Tue, ", "Tue ").replace("Mon, ", "Mon ")
    assert len(columns) == 34
    for column in columns:
        assert column in text
    for figure in (total(rows, "visitors"), total(rows, "age65plus"), total(rows, "anger")):
        assert f"{figure:,}" in text


def report(rows: Path, out: Path, *more: str) -> str:
    command = [sys.executable, "-m", "dashboard", "report", "--rows", str(rows), "--out", str(out), *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize(("language", "way"), [("en", "portrait"), ("de", "landscape")])
def test_the_report_is_a_pdf_with_all_columns_and_definitions(tmp_path: Path, language: str, way: str) -> None:
    write(tmp_path, faces())
    write(tmp_path, counted(), "traffic")
    out = tmp_path / "week.pdf"
    report(
        tmp_path, out, "--week", "2026-W11", "--store", "harbour-street", "--language", language,
        *(["--landscape"] if way == "landscape" else []),
    )  # fmt: skip
    text, sizes = read(out.read_bytes())
    words = Words.load(language)
    assert {tuple(round(side) for side in size) for size in sizes} == {PAPER[way]}
    assert f"harbour-street, {words.say('cameras.all')}" in text
    assert words.period("2026-03-09", "2026-03-15").replace("\u202f", " ") in text
    for figure in (
        total(faces(), "visitors"),
        total(of_kind(counted(), "entrance"), "countIn"),
        total(faces(), "age65plus"),
    ):
        assert words.number(figure) in text
    for name in HELP:
        assert words.say(f"help.{name}") in text
    for column in ("65+", words.say("anger"), words.say("out"), "≥ 5 min"):
        assert column in text


def test_the_report_in_html_needs_nothing_else(browser: Browser, tmp_path: Path) -> None:
    write(tmp_path, faces())
    write(tmp_path, counted(), "traffic")
    out = tmp_path / "day.html"
    report(tmp_path, out, "--day", DAY)
    text = out.read_text()
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    with opened(browser, out.as_uri(), "desk") as page:
        expect(page.locator("h1")).to_have_text("Footfall report")
        page.emulate_media(media="print")
        for width in (700, 1040):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_report_of_what_is_not_there_says_what_is(tmp_path: Path) -> None:
    write(tmp_path, faces())
    for arguments, says in (
        (["--day", "2026-01-01"], "there are from 2026-03-09 to 2026-03-10"),
        (["--day", DAY, "--store", "harbor"], "stores: harbour-street"),
    ):
        command = [
            sys.executable,
            "-m",
            "dashboard",
            "report",
            "--rows",
            str(tmp_path),
            "--out",
            str(tmp_path / "x.html"),
        ]
        done = subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 2
        assert says in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_without_a_browser_a_pdf_is_refused_in_words(tmp_path: Path) -> None:
    write(tmp_path, faces()[:10])
    command = [sys.executable, "-m", "dashboard", "report", "--rows", str(tmp_path), "--day", "2026-03-09"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "x.pdf")],
        cwd=ROOT, env={"PATH": "/nowhere"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "write FILE.html" in done.stderr
