"""The report's tables."""

from collections.abc import Callable, Iterable, Sequence
from html import escape

from dashboard.columns import AGES, EMOTIONS
from dashboard.look import Figures
from dashboard.words import Words

PEOPLE = {
    "entrance": ("cameIn", "wentOut"),
    "passage": ("passed",),
    "zone": ("stays", "stays15", "stays60", "stays300"),
}
"""What is counted at which kind of place: a column of zeros would say that nobody came where nobody counts."""
BANDS = ("from5", "from15", "from60", "from300")

Cell = str | None


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]], foot: Sequence[str] = ()) -> str:
    def line(cells: Sequence[Cell]) -> str:
        first, *rest = (escape(cell or "") for cell in cells)
        return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'

    heads = "".join(f'<th scope="col">{escape(name)}</th>' if name else "<td></td>" for name in head)
    under = f"<tfoot>{line(foot)}</tfoot>" if foot else ""
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(map(line, rows))}</tbody>{under}</table>"


def funnel(figures: Figures, words: Words) -> str:
    steps = figures["funnel"]
    rows: list[Sequence[Cell]] = []
    for n, each in enumerate(steps):
        name = words.say(f"step.{each['step']}")
        rate = words.say("funnel.first")
        if n:
            before = words.say(f"step.{steps[n - 1]['step']}")
            rate = (
                words.say("funnel.of", p=words.percent(each["rate"]), step=before) if each["rate"] is not None else "–"
            )
        rows.append((name, words.number(each["count"]), rate + (" *" if each["over"] else "")))
    over = f"<p class=quiet>* {escape(words.say('funnel.over'))}</p>" if any(each["over"] for each in steps) else ""
    head = ("", words.say("count"), "")
    return f"<section class=together><h2>{escape(words.say('funnel'))}</h2>{table(head, rows)}{over}</section>"


def bands(figures: Figures, words: Words) -> str:
    if "zone" not in figures["kinds"]:
        return ""
    head = ["", *(words.say(f"band.{name}") for name in BANDS)]
    rows = [[words.say("stays.short"), *(words.number(figures["bands"][name]) for name in BANDS)]]
    return f"<section class=together><h2>{escape(words.say('bands'))}</h2>{table(head, rows)}</section>"


def ranking(figures: Figures, words: Words) -> str:
    per_hour = words.say("ranking.perHour")
    cameras: list[Sequence[Cell]] = [
        (
            f"{each['store']}, {each['camera']}",
            words.number(each["displayVisitors"]),
            words.number(each["perHour"], 1),
            words.percent(each["watched"]),
        )
        for each in figures["cameras"]
    ]
    places: list[Sequence[Cell]] = [
        (
            f"{each['store']}, {each['place']}",
            words.say(f"kind.{each['kind']}"),
            words.number(each["stays"] if each["kind"] == "zone" else each["countIn"] + each["countOut"]),
            words.number(each["perHour"], 1),
        )
        for each in figures["ranking"]
    ]
    head = (words.say("camera"), words.say("displayVisitors"), per_hour, words.say("ranking.watched"))
    parts = [f"<h2>{escape(words.say('ranking'))}</h2>", table(head, cameras)]
    if places:
        parts.append(table((words.say("place"), words.say("kind"), words.say("count"), per_hour), places))
    return f"<section>{''.join(parts)}</section>" if cameras or places else ""


def tables(figures: Figures, words: Words) -> Iterable[str]:
    """All columns of the course, in tables narrow enough for the paper."""
    emotions = ("faces", *EMOTIONS, "emotionUnknown")
    people = [name for kind, names in PEOPLE.items() if kind in figures["kinds"] for name in names]
    groups: list[tuple[str, Sequence[str]]] = [
        (
            "group.visitors",
            ("displayVisitors", "visitors", "newVisitors", "returningVisitors", "female", "male", "genderUnknown"),
        ),
        ("ages", (*AGES, "ageUnknown")),
        ("group.emotions", emotions),
    ]
    if people:
        groups.insert(0, ("group.people", people))
    busy = [each for each in figures["course"] if each["faces"] or any(each[name] for name in people)]
    for title, columns in groups:
        head = (words.say(f"numbers.start.{figures['grain']}"), *(column_name(name, words) for name in columns))
        rows = [(words.bucket(each["start"]), *(words.number(each[name]) for name in columns)) for each in busy]
        foot = (words.say("numbers.total"), *(words.number(figures["total"][name]) for name in columns))
        yield f"<section><h2>{escape(words.say(title))}</h2>{table(head, rows, foot)}</section>"


def column_name(column: str, words: Words) -> str:
    """What a column is called."""
    if column.startswith("age") and column != "ageUnknown":
        low, _, high = column.removeprefix("age").partition("to")
        return f"{low}–{high}" if high else "65+"
    names: dict[str, Callable[[], str]] = {
        "displayVisitors": lambda: words.say("column.display"),
        "visitors": lambda: words.say("column.all"),
        "newVisitors": lambda: words.say("new"),
        "returningVisitors": lambda: words.say("returning"),
        "stays": lambda: words.say("stays.short"),
        "stays15": lambda: "≥ 15 s",
        "stays60": lambda: "≥ 1 min",
        "stays300": lambda: "≥ 5 min",
    }
    if column in names:
        return names[column]()
    return words.say("unknown" if column.endswith("Unknown") else column)
