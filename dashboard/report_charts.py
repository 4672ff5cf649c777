"""The report's drawings: SVG of its own figures, readable without colour."""

from html import escape

from dashboard.look import Figures
from dashboard.words import Words

CHART_WIDTH, CHART_HEIGHT = 1000, 180
TWO_DIGITS = 10


def chart(figures: Figures, words: Words) -> str:
    measure = "cameIn" if "entrance" in figures["kinds"] else "displayVisitors" if figures["camera"] else "visitors"
    course = figures["course"]
    most = max([1, *(each[measure] for each in course)])
    step = CHART_WIDTH / len(course)
    bars, labels = [], []
    every = -(-len(course) // 14)
    for n, each in enumerate(course):
        height = CHART_HEIGHT * each[measure] / most
        bars.append(
            f'<rect x="{n * step + step * 0.1:.1f}" y="{20 + CHART_HEIGHT - height:.1f}" width="{step * 0.8:.1f}" '
            f'height="{height:.1f}" fill="#14748a"/>'
        )
        if n % every == 0:
            labels.append(
                f'<text x="{n * step + step / 2:.1f}" y="{CHART_HEIGHT + 36}" text-anchor="middle" font-size="13" '
                f'fill="#50606d">{escape(words.bucket(each["start"]).split(", ")[-1])}</text>'
            )
    name = f"{words.say(measure)}: {words.say('numbers.' + figures['grain'])}"
    return (
        f"<section class=together><h2>{escape(name)}</h2>"
        f'<svg viewBox="0 0 {CHART_WIDTH} {CHART_HEIGHT + 42}" role="img" aria-label="{escape(name)}">'
        f'<text x="0" y="13" font-size="13" fill="#50606d">{words.number(most)}</text>'
        f'<line x1="0" x2="{CHART_WIDTH}" y1="{CHART_HEIGHT + 20}" y2="{CHART_HEIGHT + 20}" stroke="#7b8a96"/>'
        f"{''.join(bars)}{''.join(labels)}</svg></section>"
    )


def heat(figures: Figures, words: Words) -> str:
    heat = figures["heat"]
    measures = heat["measures"]
    measure = "cameIn" if "entrance" in figures["kinds"] else next(iter(measures))
    cells = measures[measure]
    most = max([0.01, *(cell for row in cells for cell in row if cell is not None)])
    hours = [hour for hour in range(24) if any(row[hour] for row in cells)]
    if not hours:
        return ""
    shown = range(hours[0], hours[-1] + 1)
    lines = []
    for day, row in enumerate(cells, start=1):
        tds = "".join(
            f"<td>{_shade(row[hour], most)}</td>" if row[hour] is not None else "<td>·</td>" for hour in shown
        )
        lines.append(f"<tr><th>{escape(words.say(f'weekday.{day}'))}</th>{tds}</tr>")
    head = "".join(f"<th>{hour:02}</th>" for hour in shown)
    caption = words.say(
        "heat.caption",
        measure=words.say(measure),
        first=words.period(heat["first"], heat["first"]),
        last=words.period(heat["last"], heat["last"]),
    )
    return (
        f"<section class=together><h2>{escape(words.say('heat'))}</h2><table class=heat><thead><tr><td></td>{head}</tr>"
        f"</thead><tbody>{''.join(lines)}</tbody></table><p class=quiet>{escape(caption)}</p></section>"
    )


def _shade(value: float, most: float) -> str:
    """A square whose ink grows with the value, and the value: it can be read without colour."""
    width = 20 * value / most
    number = f"{value:.0f}" if value >= TWO_DIGITS else f"{value:.1f}"
    bar = f'<rect width="{width:.1f}" height="3" fill="#14748a"/>'
    return f'{number}<svg viewBox="0 0 20 3" aria-hidden="true">{bar}</svg>'
