"""`python -m windows` as its users meet it: rows on stdout, one line on stderr, the status."""

import json
from pathlib import Path

import pytest

from tests.windows.conftest import QUERY, Command, arrived, tally

KEYLESS = "Endpoint=sb://127.0.0.1:1/;SharedAccessKeyName=a;SharedAccessKey=YQ==;UseDevelopmentEmulator=true"
LINE = json.dumps(arrived(tally("1", "2026-03-02T10:00:15Z", faces=1)))


def test_rows_come_as_json_lines_with_their_output(windows_command: Command) -> None:
    done = windows_command("--query", str(QUERY), "--events", "-", events=LINE + "\n")
    assert done.returncode == 0
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["output"] for row in rows] == ["powerbi", "windows", "hours", "days"]
    assert rows[1]["row"]["faces"] == 1
    log = json.loads(done.stderr)
    assert (log["event"], log["events"], log["rows"]) == ("done", 1, 4)


def test_a_file_and_stdin_give_the_same(windows_command: Command, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text(LINE + "\n")
    from_file = windows_command("--query", str(QUERY), "--events", str(file))
    assert from_file.stdout == windows_command("--query", str(QUERY), "--events", "-", events=LINE).stdout


@pytest.mark.parametrize(
    ("events", "named"),
    [
        (f'{LINE}\n{{"body": \n', "stdin, line 2: not JSON"),
        (f"{LINE}\n[1]\n", "stdin, line 2: not an event"),
        ('{"body": "secret", "enqueuedAt": "2026-03-02T10:00:05Z"}', "stdin, line 1: not an event"),
        ('{"body": {}, "enqueuedAt": "noon"}', "stdin, line 1: enqueuedAt"),
    ],
)
def test_a_line_that_is_no_event_is_named_and_not_repeated(windows_command: Command, events: str, named: str) -> None:
    done = windows_command("--query", str(QUERY), "--events", "-", events=events)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert named in line
    assert "secret" not in line


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--query", "missing.asaql", "--events", "-"], "cannot read the query"),
        (["--query", str(QUERY), "--events", "missing.jsonl"], "cannot read missing.jsonl"),
        (["--query", str(QUERY), "--events", "-", "--late", "soon"], "lateArrivalMaxDelaySeconds"),
        (["--query", str(QUERY), "--follow"], "--out"),
        (["--query", str(QUERY), "--events", "-", "--out", "rows"], "go with --follow"),
        (["--query", str(QUERY), "--events", "-", "--until-idle", "0"], "go with --follow"),
        (["--query", str(QUERY), "--follow", "--out", "rows"], "EventHub, EVENT_HUB_NAME, CheckpointStorage"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(windows_command: Command, arguments: list[str], named: str) -> None:
    done = windows_command(*arguments)
    assert done.returncode == 2
    assert named in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_query_beyond_the_runner_is_refused_by_name(windows_command: Command, tmp_path: Path) -> None:
    query = tmp_path / "query.asaql"
    query.write_text("SELECT COUNT(*) AS n INTO out FROM visits GROUP BY SlidingWindow(second, 5)")
    done = windows_command("--query", str(query), "--events", "-")
    assert done.returncode == 2
    assert done.stderr == "windows: the local runner does not support SlidingWindow\n"


ODD_BODIES = [
    '{"windowEnd": "2026-03-02T10:00:15Z", "faces": NaN}',
    '{"windowEnd": "2026-03-02T10:00:15Z", "faces": 1e999}',
    '{"windowEnd": "2026-03-02T10:00:15Z", "store": "\\ud800"}',
    f'{{"windowEnd": "2026-03-02T10:00:15Z", "store": "{"a" * 2_000_000}"}}',
    "null",
]
DOUBLED = LINE.replace('"faces": 1', '"faces": 1, "faces": 1')


def test_a_file_s_odd_events_are_counted_as_a_stream_s_and_the_others_count(windows_command: Command) -> None:
    lines = [f'{{"body": {body}, "enqueuedAt": "2026-03-02T10:00:15Z"}}' for body in ODD_BODIES]
    done = windows_command("--query", str(QUERY), "--events", "-", events="\n".join([*lines, DOUBLED, ""]))
    assert done.returncode == 0, done.stderr
    log = json.loads(done.stderr)
    assert (log["events"], log["rows"] - 4) == (len(ODD_BODIES) + 1, 0)
    assert log["unreadable"] + log["invalid_timestamp"] == len(ODD_BODIES)


def test_a_fault_of_a_value_is_one_line_without_it_and_status_1(windows_command: Command, tmp_path: Path) -> None:
    query = tmp_path / "query.asaql"
    query.write_text("SELECT CAST(id AS bigint) AS id INTO out FROM visits TIMESTAMP BY at")
    events = '{"body": {"id": "secret", "at": "2026-03-02T10:00:00Z"}}'
    done = windows_command("--query", str(query), "--events", "-", events=events)
    assert done.returncode == 1
    assert done.stderr == "windows: the query came upon a CAST of a value that does not fit: use TRY_CAST\n"


def test_a_folder_that_cannot_be_written_is_one_line(windows_command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    arguments = ["--query", str(QUERY), "--follow", "--out", str(tmp_path / "file" / "rows")]
    environment = {"EventHub": KEYLESS, "EVENT_HUB_NAME": "footfall", "CheckpointStorage": "UseDevelopmentStorage=true"}
    done = windows_command(*arguments, environment=environment)
    assert done.returncode == 2
    assert "cannot write to" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_options_go_before_the_settings_beside_the_query(windows_command: Command) -> None:
    line = json.dumps(arrived(tally("1", "2026-03-02T10:00:15Z", faces=1), "2026-03-02T10:10:00Z"))
    done = windows_command("--query", str(QUERY), "--events", "-", "--late", "60", events=line)
    assert json.loads(done.stdout.splitlines()[1])["row"]["windowEnd"] == "2026-03-02T10:09:00Z"
