"""A period as a document to print: HTML that needs nothing else, made of the same figures as the page."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from dashboard.look import Figures
from dashboard.report_charts import chart, heat
from dashboard.report_tables import Cell, bands, funnel, ranking, table, tables
from dashboard.words import Words

STYLE = Path(__file__).with_name("page") / "report.css"
SERVED = '<link rel="icon" href="icon.svg" type="image/svg+xml"><link rel="stylesheet" href="report.css">'
HELP = (
    "cameIn", "inside", "passed", "stays", "faces", "displayVisitors", "visitors", "returning", "funnel", "change",
    "open", "pooled", "sentiment", "watched",
)  # fmt: skip


def render(figures: Figures, words: Words, *, style: str | None, landscape: bool = False) -> str:
    """The document; `style` goes into it, None names the server's own style sheet."""
    paper = "@page { size: A4 landscape; }" if landscape else ""
    look = f"<style>{style}{paper}</style>" if style is not None else SERVED
    where = ", ".join((figures["store"] or words.say("stores.all"), figures["camera"] or words.say("cameras.all")))
    period = words.period(figures["first"], figures["last"])
    parts = [_head(figures, words, where, period), _keys(figures, words), _comparisons(figures, words)]
    parts += [chart(figures, words), funnel(figures, words), bands(figures, words), heat(figures, words)]
    parts += [ranking(figures, words), _notes(figures, words), *tables(figures, words), _definitions(words)]
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(words.say('report.title'))}: {escape(where)}, {escape(period)}</title>{look}</head>"
        f"<body>{''.join(parts)}</body></html>"
    )


def _head(figures: Figures, words: Words, where: str, period: str) -> str:
    zone = ZoneInfo(figures["timeZone"])
    made = words.say("report.made", at=words.moment(datetime.now(zone)), zone=figures["timeZone"])
    until = datetime.fromisoformat(figures["until"]).astimezone(zone)
    so_far = f"<p>{escape(words.say('report.until', at=words.moment(until)))}</p>" if figures["partial"] else ""
    return (
        f"<header><h1>{escape(words.say('report.title'))}</h1><p class=where>{escape(where)}</p>"
        f"<p class=where>{escape(period)}</p>{so_far}<p class=quiet>{escape(made)}</p></header><main>"
    )


def _keys(figures: Figures, words: Words) -> str:
    total = figures["total"]
    shown = [name for kind, names in _BY_KIND.items() if kind in figures["kinds"] for name in names]
    pairs = [(words.say(name), words.number(total[name])) for name in shown]
    names = ("displayVisitors",) if figures["camera"] else ("visitors", "displayVisitors")
    pairs += [(words.say(name), words.number(total[name])) for name in names]
    if not figures["camera"]:
        pairs += [
            (words.say(name).capitalize(), words.number(total[f"{name}Visitors"])) for name in ("new", "returning")
        ]
    pairs.append((words.say("sentiment"), words.number(total["avgSentiment"], 2)))
    hours = "report.open" if figures["openingHours"] else "report.hours"
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs)
    caption = words.say(hours, hours=words.number(figures["openHours"], 1))
    return (
        f"<section class=together><h2>{escape(words.say('report.keys'))}</h2><dl class=keys>{cells}</dl>"
        f"<p class=quiet>{escape(caption)}</p></section>"
    )


_BY_KIND = {"entrance": ("cameIn", "wentOut"), "passage": ("passed",), "zone": ("stays",)}


def change_text(measure: Figures | None, words: Words) -> str:
    """A change in words: "12 % more (3 to 22 %), could be chance"."""
    if not measure or measure["change"] is None:
        return words.say("compare.none")
    change = round(measure["change"])
    size = words.percent(abs(change) / 100)
    text = words.say("compare.more" if change > 0 else "compare.fewer", p=size) if change else words.say("compare.same")
    if measure["high"] is not None:
        text += " " + words.say(
            "compare.range", low=_signed(measure["low"], words), high=_signed(measure["high"], words)
        )
    return text + (f", {words.say('compare.chance')}" if measure["chance"] else "")


def _signed(percent: float, words: Words) -> str:
    return ("+" if round(percent) > 0 else "") + words.percent((round(percent) or 0) / 100)


def _comparisons(figures: Figures, words: Words) -> str:
    found = figures["comparisons"]
    measures = [name for each in found for name in each["measures"]]
    measures = [name for name in dict.fromkeys(measures) if _is_shown(name, figures)]
    if not measures:
        return ""
    head = [words.say("compare.measure"), words.say("compare.this")]
    for each in found:
        key = f"compare.before.{figures['kind']}" if each["name"] == "before" else f"compare.{each['name']}"
        head += [words.say(key, n=each["of"]), ""]
    rows = []
    for name in measures:
        now = next(each["measures"][name]["count"] for each in found if name in each["measures"])
        row: list[Cell] = [words.say(name), words.number(now)]
        for each in found:
            measure = each["measures"].get(name)
            row += [words.number(measure["reference"]) if measure else "–", change_text(measure, words)]
        rows.append(row)
    caption = words.say("compare.caption" if figures["openingHours"] else "compare.all")
    return (
        f"<section class=together><h2>{escape(words.say('compare'))}</h2>{table(head, rows)}"
        f"<p class=quiet>{escape(caption)}</p></section>"
    )


def _is_shown(measure: str, figures: Figures) -> bool:
    kinds = {name: kind for kind, names in _BY_KIND.items() for name in names}
    return measure not in kinds or kinds[measure] in figures["kinds"]


def _notes(figures: Figures, words: Words) -> str:
    rows: list[Sequence[Cell]] = [
        (
            words.period(note["day"], note["day"]),
            words.say(f"note.{note['kind']}"),
            f"{note['store'] or ''} {note['text']}",
        )
        for note in figures["notes"]
    ]
    return f"<section><h2>{escape(words.say('notes'))}</h2>{table(('', '', ''), rows)}</section>" if rows else ""


def _definitions(words: Words) -> str:
    items = "".join(
        f"<div><dt>{escape(words.say(f'help.{name}'))}</dt><dd>{escape(words.say(f'help.{name}.text'))}</dd></div>"
        for name in HELP
    )
    title = escape(words.say("report.definitions"))
    return f"<section><h2>{title}</h2><dl class=definitions>{items}</dl></section></main>"
