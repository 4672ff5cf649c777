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
from infra.check.finding import Finding, Outcome, Unreadable
from infra.check.snapshots import deployments

TABLES = tools.PACKAGES / "log_tables.json"
EVENTHOUSE = "infra/power_bi/eventhouse"
DOCUMENT = "docs/operate.md"
WORDS_FROM = ("function_app", "face_api")
"""Rooms that write the log lines which the alerts look for."""

_TABLE = re.compile(r"(?ms)^\.create-merge table (\w+) (\(.*?\n\))")
_VIEW = re.compile(
    r"(?ms)^\.create(?:-or-alter)? (?:materialized-view|function)[^\n]*?(\w+)(?:\(\))?(?: on table \w+)? \{\n(.*?)^\}"
)
_EVENT = re.compile(r"\bevent\)? (?:==|in) ([^|\n]*)")
_IN_PAGE = re.compile(r"(?ms)^```kusto\n(.*?)^```")


def check(root: Path) -> Iterator[Outcome]:
    """Errors and warnings of each text, and words that no log line has."""
    try:
        texts = list(_alerts(root))
    except Unreadable as fault:
        yield Finding("kql", fault.file, fault.reason)
        return
    texts += list(_workbook(root))
    yield from _words(root, texts)
    logs = {name: columns for name, columns in json.loads(TABLES.read_text()).items() if name != "source"}
    asked: list[dict[str, object]] = [{"name": name, "text": text, "tables": logs} for name, text in texts]
    asked += [{"name": DOCUMENT, "text": text, "tables": logs} for text in _IN_PAGE.findall(_page(root))]
    asked += _eventhouse(root)
    try:
        yield from _judged(asked)
    except tools.Missing as missing:
        yield tools.left_out("KQL", missing)


def _alerts(root: Path) -> Iterator[tuple[str, str]]:
    """Once each: installations differ by the names in them only."""
    said: set[str] = set()
    for deployment in deployments(root):
        for one in deployment.resources:
            if one.type.lower() == "microsoft.insights/scheduledqueryrules":
                if one.body["properties"]["description"] in said:
                    continue
                said.add(one.body["properties"]["description"])
                for criterion in one.body["properties"]["criteria"]["allOf"]:
                    yield f"{deployment.file} {one.name}", criterion["query"]


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


def _page(root: Path) -> str:
    path = root / DOCUMENT
    return path.read_text() if path.exists() else ""


def _eventhouse(root: Path) -> list[dict[str, object]]:
    """The commands one by one, then each query over the tables and functions that they make."""
    commands = _bare(root / EVENTHOUSE / "tables.kql")
    tables = {name: re.sub(r"\s+", " ", columns) for name, columns in _TABLE.findall(commands)}
    shapes = "".join(f"let {name} = view () {{ {body} }};\n" for name, body in _VIEW.findall(commands))
    file = f"{EVENTHOUSE}/tables.kql"
    asked: list[dict[str, object]] = [
        {"name": file, "text": text.strip(), "tables": tables}
        for text in re.split(r"(?m)^(?=\.)", commands)
        if text.strip()
    ]
    queries = re.split(r";\s*(?:\n\s*\n|\Z)", (root / EVENTHOUSE / "queries.kql").read_text())
    return asked + [
        {"name": f"{EVENTHOUSE}/queries.kql", "text": shapes + query, "tables": tables}
        for query in queries
        if query.strip()
    ]


def _bare(path: Path) -> str:
    return re.sub(r"(?m)^//[^\n]*\n", "", path.read_text())


def _judged(asked: list[dict[str, object]]) -> Iterator[Finding]:
    folder = tools.packages()
    answer = subprocess.run(
        [shutil.which("node") or "node", str(folder / "kusto.js"), str(folder)],
        input=json.dumps({"queries": asked}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if answer.returncode:
        yield Finding("kql", EVENTHOUSE, f"the language service failed: {answer.stderr[-300:]}")
        return
    for one in json.loads(answer.stdout):
        if one["severity"] in ("Error", "Warning"):
            yield Finding("kql", one["name"], f"{one['code']}: {one['message']} (near {one['near']!r})")
