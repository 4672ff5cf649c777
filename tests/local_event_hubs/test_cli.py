"""`python -m local event-hubs`: what is wrong with a call is said in one line."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from azure.eventhub import EventHubProducerClient

from local.__main__ import main
from tests.local_event_hubs.conftest import KEY, Served

GOOD = ["--hub", "visits:2", "--key", "all=k"]


@dataclass(frozen=True)
class Done:
    """How a call ended."""

    status: int
    stdout: str
    stderr: str


Call = Callable[..., Done]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs the command in this process; for calls that are refused."""
    monkeypatch.setattr("local.log.configure", lambda: None)

    def run(*arguments: str) -> Done:
        return Done(main(["event-hubs", *arguments]), *capsys.readouterr())

    return run


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--hub", "visits", "--key", "all=k"], "NAME:PARTITIONS"),
        (["--hub", "visits:99", "--key", "all=k"], "1 to 32"),
        (["--hub", "visits:2", "--key", "all"], "NAME=KEY"),
        (["--hub", "visits:2"], "no shared access key"),
        (["--hub", "visits:2", "--keys", "/nowhere"], "--keys /nowhere"),
        (["--hub", "visits:2", "--key", "all=k:fly"], "send, listen"),
        ([*GOOD, "--hub", "VISITS:3"], "same name"),
        ([*GOOD, "--port", "70000"], "--port"),
        ([*GOOD, "--data", "/proc/nowhere"], "/proc/nowhere"),
    ],
)
def test_a_wrong_argument_ends_in_one_line_and_status_2(call: Call, arguments: list[str], says: str) -> None:
    done = call(*arguments)

    assert done.status == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_taken_port_is_named(call: Call) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = call(*GOOD, "--port", port)

    assert done.status == 2
    assert port in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_data_folder_has_one_server_at_a_time(call: Call, starts: Callable[..., Served], tmp_path: Path) -> None:
    starts()
    done = call(*GOOD, "--data", str(tmp_path / "data"))

    assert (done.status, done.stderr.count("\n")) == (2, 1)
    assert "another server" in done.stderr


def test_asked_to_stop_it_ends_with_status_0(starts: Callable[..., Served]) -> None:
    server = starts()

    assert server.child.stop() == 0
    assert server.child.last_words == "no message"


def test_keys_come_from_a_file_and_the_environment_and_are_not_seen_among_processes(
    starts: Callable[..., Served], tmp_path: Path
) -> None:
    """The fixtures' keys come from the environment; the file's is one more."""
    file = tmp_path / "keys"
    file.write_text("filed=of-the-file:listen\n\n")
    server = starts(0, "--keys", str(file))

    for name, key in (("all", KEY), ("filed", "of-the-file")):
        with EventHubProducerClient.from_connection_string(
            server.connection(name, key), eventhub_name="visits", retry_total=0
        ) as client:
            assert client.get_partition_ids() == ["0", "1"]
    seen = psutil.Process(server.child.process.pid).cmdline()
    assert not [part for part in seen if KEY in part or "of-the-file" in part]


def test_it_listens_on_loopback_only(starts: Callable[..., Served]) -> None:
    port = starts().port
    listening = [
        line.split()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and int(line.split()[1].split(":")[1], 16) == port
    ]
    assert listening == [f"0100007F:{port:04X}"]


def test_none_of_our_programs_hands_a_key_over_where_others_can_read_it() -> None:
    """Only the option itself and its tests name it."""
    root = Path(__file__).resolve().parents[2]
    ours = [file for room in ("benchmarks", "infra", "local", "tests") for file in (root / room).rglob("*.py")]
    naming = {
        str(file.relative_to(root))
        for file in ours
        if "node_modules" not in file.parts and '"--key"' in file.read_text()
    }
    assert naming == {"local/event_hubs/arguments.py", "tests/local_event_hubs/test_cli.py"}
