"""Processes of the stack start on a leash, say when they are ready, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from local.child import ROOT, Child
from local.errors import ChildDied, NotReady


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_log_line_is_found_by_its_event_and_carries_its_fields() -> None:
    child = Child(
        "server", python('import sys,time; print(\'{"event":"ready","port":7}\',file=sys.stderr); time.sleep(60)'), {}
    )
    try:
        assert child.wait_for("ready", 10).fields["port"] == 7
    finally:
        assert child.stop() == -signal.SIGTERM


def test_a_child_that_dies_before_it_is_ready_is_reported_with_its_last_words() -> None:
    child = Child("server", python("import sys; sys.exit('no such hub')"), {})
    with pytest.raises(ChildDied, match=r"server ended with status 1: no such hub"):
        child.wait_for("ready", 10)


def test_a_child_that_stays_silent_is_not_ready() -> None:
    child = Child("server", python("import time; time.sleep(60)"), {})
    try:
        with pytest.raises(NotReady, match="no line 'ready'"):
            child.wait_for("ready", 0.3)
    finally:
        child.stop()


def test_a_child_that_ignores_the_request_to_stop_is_killed() -> None:
    stubborn = "import signal,sys,time; signal.signal(15, signal.SIG_IGN); "
    code = stubborn + 'print(\'{"event":"ready"}\', file=sys.stderr); time.sleep(60)'
    child = Child("server", python(code), {})
    child.wait_for("ready", 10)
    assert child.stop(0.3) == -signal.SIGKILL


def test_when_the_starter_is_killed_its_children_die_too(tmp_path: Path) -> None:
    code = (
        "import sys,time; from local.child import Child; "
        "c = Child('x', [sys.executable, '-c', 'import time; time.sleep(60)'], {}); "
        "print(c.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(python(code), stdout=subprocess.PIPE, cwd=ROOT, text=True) as starter:
        assert starter.stdout is not None
        child = psutil.Process(int(starter.stdout.readline()))
        os.kill(starter.pid, signal.SIGKILL)
        starter.wait(10)
    until = time.monotonic() + 10
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < until:
        os.sched_yield()
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_the_environment_of_the_starter_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANONYMIZATION_KEY", "not for children")
    seen: list[str] = []
    child = Child("x", python("import os; print(os.environ.get('ANONYMIZATION_KEY'))"), {}, on_output=seen.append)
    assert child.wait_for_exit(10) == 0
    assert seen == ["None"]
