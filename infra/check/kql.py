"""Every KQL text in the Kusto language service: the alerts, the workbook, the Eventhouse's tables and queries."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from infra.check import tools
from infra.check.dashboards import WORKBOOK
from infra.check.files import read_json
from infra.check.finding import Finding
from infra.check.snapshots import deployments

TABLES = tools.PACKAGES / "log_tables.json"
EVENTHOUSE = "infra/power_bi/eventhouse"
DOCUMENT = "docs/operate.md"
WORDS_FROM = ("function_app", "face_api")
"""Rooms that write the log lines which the alerts look for."""

Asked = tuple[str, str, dict[str, str]]
"""What to call a text, the text, and the columns of the tables that it may name."""

_TABLE = re.compile(r"(?ms)^\.create-merge table (\w+) (\(.*?\n\))")
_VIEW = re.compile(
    r"(?ms)^\.create(?:-or-alter)? (?:materialized-view|function)[^\n]*?(\w+)(?:\(\))?(?: on table \w+)? \{\n(.*?)^\}"
)
_EVENT = re.compile(r"\bevent\)? (?:==|in) ([^|\n]*)")
_IN_PAGE = re.compile(r"(?ms)^```kusto\n(.*?)^```")


def check(root: Path) -> Iterator[Finding]:
    """Errors and warnings of each text, and words that no log line has."""
    texts = [*_alerts(root), *_workbook(root)]
    yield from _words(root, texts)
    logs = {name: columns for name, columns in json.loads(TABLES.read_text()).items() if name != "source"}
    texts += [(DOCUMENT, text) for text in _IN_PAGE.findall((root / DOCUMENT).read_text())]
    yield from _judged([*((name, text, logs) for name, text in texts), *_eventhouse(root)])


def _alerts(root: Path) -> Iterator[tuple[str, str]]:
    """Once each: installations differ by the names in them only."""
    found: dict[str, tuple[str, str]] = {}
    for deployment in deployments(root):
        for one in deployment.resources:
            if one["type"].lower() == "microsoft.insights/scheduledqueryrules":
                about = one["properties"]
                for number, criterion in enumerate(about["criteria"]["allOf"]):
                    name = f"{deployment.file} {one['name']}"
                    found.setdefault(f"{number} {about['description']}", (name, criterion["query"]))
    yield from found.values()


def _workbook(root: Path) -> Iterator[tuple[str, str]]:
    for item in read_json(root / WORKBOOK, root)["items"]:
        if "query" in item["content"]:
            yield f"{WORKBOOK} {item['name']}", item["content"]["query"]


def _words(root: Path, texts: list[tuple[str, str]]) -> Iterator[Finding]:
    """An alert that waits for an event which no code writes never fires."""
    sources = "\n".join(path.read_text() for room in WORDS_FROM for path in (root / room).rglob("*.py"))
    for name, text in texts if sources else ():
        for event in re.findall(r'"([^"]+)"', " ".join(_EVENT.findall(text))):
            if f'"{event}"' not in sources:
                yield Finding("log-word", name, f"no code writes the event {event!r}")


def _eventhouse(root: Path) -> Iterator[Asked]:
    """The commands one by one, then each query over the tables and functions that they make."""
    commands = re.sub(r"(?m)^//[^\n]*\n", "", (root / EVENTHOUSE / "tables.kql").read_text())
    tables = {name: re.sub(r"\s+", " ", columns) for name, columns in _TABLE.findall(commands)}
    shapes = "".join(f"let {name} = view () {{ {body} }};\n" for name, body in _VIEW.findall(commands))
    for text in filter(str.strip, re.split(r"(?m)^(?=\.)", commands)):
        yield f"{EVENTHOUSE}/tables.kql", text.strip(), tables
    queries = re.split(r";\s*(?:\n\s*\n|\Z)", (root / EVENTHOUSE / "queries.kql").read_text())
    for query in filter(str.strip, queries):
        yield f"{EVENTHOUSE}/queries.kql", shapes + query, tables


def _judged(asked: list[Asked]) -> Iterator[Finding]:
    folder = tools.packages()
    command = [shutil.which("node") or "node", str(folder / "kusto.js"), str(folder)]
    queries = [dict(zip(("name", "text", "tables"), one, strict=True)) for one in asked]
    text = json.dumps({"queries": queries})
    answer = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=120)
    if answer.returncode:
        yield Finding("kql", EVENTHOUSE, f"the language service failed: {answer.stderr[-300:]}")
        return
    for one in json.loads(answer.stdout):
        if one["severity"] in ("Error", "Warning"):
            yield Finding("kql", one["name"], f"{one['code']}: {one['message']} (near {one['near']!r})")
