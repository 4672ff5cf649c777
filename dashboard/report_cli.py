"""`python -m dashboard report`: write a day, week, month or any days as a document to print, HTML or PDF."""

import argparse
import re
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

from dashboard import log, settings
from dashboard.errors import NoBrowser, SettingWrong
from dashboard.feed import Feed
from dashboard.history import open_history
from dashboard.look import Figures
from dashboard.notes import NotesFile
from dashboard.pdf import print_pdf
from dashboard.periods import Kind
from dashboard.report import STYLE, render
from dashboard.snapshot import take
from dashboard.view import Rules, View
from dashboard.words import Words


def run(arguments: argparse.Namespace) -> int:
    """Write it: 0 done, 1 no PDF could be made, 2 the caller's mistake."""
    log.configure()
    try:
        rules = settings.rules(arguments)
        view = _view(arguments)
        if arguments.out.suffix not in (".html", ".pdf"):
            raise SettingWrong(f"--out: {arguments.out} ends neither in .html nor in .pdf")
        if not arguments.out.parent.is_dir():
            raise SettingWrong(f"--out: {arguments.out.parent} is not a folder")
        _write(arguments, rules, view)
    except SettingWrong as error:
        print(error, file=sys.stderr)  # noqa: T201 (one line for the caller's mistake)
        return 2
    except NoBrowser as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _write(arguments: argparse.Namespace, rules: Rules, view: View) -> None:
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="footfall-report-") as folder:
        history, _ = open_history(arguments.rows, Path(folder))
        try:
            Feed(arguments.rows, history, [], lambda: now).read_all()
            with history.looking() as look:
                figures = take(look, view, rules, NotesFile(arguments.rows).read(), now)
        finally:
            history.close()
        _check(view, figures)
        text = render(figures, Words.load(arguments.language), style=STYLE.read_text(), landscape=arguments.landscape)
        if arguments.out.suffix == ".html":
            arguments.out.write_text(text, encoding="utf-8")
            return
        page = Path(folder) / "report.html"
        page.write_text(text, encoding="utf-8")
        print_pdf(page, arguments.out)


def _check(view: View, figures: Figures) -> None:
    """A store, camera or days without any data are a mistake. Raises SettingWrong."""
    if not figures["known"]:
        stores = ", ".join(place["store"] for place in figures["places"]) or "none yet"
        raise SettingWrong(f"no rows of {view.store or view.camera}; stores: {stores}")
    if str(figures["last"]) < str(figures["firstDay"]) or str(figures["first"]) > str(figures["lastDay"]):
        raise SettingWrong(f"no rows of these days; there are from {figures['firstDay']} to {figures['lastDay']}")


def _view(arguments: argparse.Namespace) -> View:
    place = {"store": arguments.store, "camera": arguments.camera}
    if arguments.first:
        if not arguments.last:
            raise SettingWrong("--from needs --to")
        first, last = _day("--from", arguments.first), _day("--to", arguments.last)
        if first > last:
            raise SettingWrong("--from is after --to")
        return View(Kind.RANGE, None, first, last, **place)
    if arguments.week:
        return View(Kind.WEEK, _monday(arguments.week), **place)
    if arguments.month:
        return View(Kind.MONTH, _day("--month", f"{arguments.month}-01"), **place)
    return View(Kind.DAY, _day("--day", arguments.day), **place)


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingWrong(f"{name}: {text!r} is no day; days look like 2026-03-10") from None


def _monday(text: str) -> date:
    match = re.fullmatch(r"(\d{4})-W(\d\d)", text)
    try:
        if match:
            return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        pass
    raise SettingWrong(f"--week: {text!r} is not like 2026-W11")
