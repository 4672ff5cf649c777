import errno
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.errors import SpoolUnusable
from edge.parcel import Parcel
from edge.spool import disk
from edge.spool.key import spool_key
from edge.spool.seal import seal, unseal
from edge.spool.spool import Bounds, Spool

KEY = bytes(range(32))
ROOMY = Bounds(10**9, 10**6)


def picture(number: int = 0, size: int = 1000) -> Parcel:
    return Parcel(f"s/c/2026/03/01/12{number:04d}.000Z-{number:08x}.jpg", b"\xff\xd8\xff" + bytes(size), number)


class Steady:
    """A clock that goes on when told to."""

    def __init__(self, at: float = 0.0) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


def spool_in(folder: Path, steady: Callable[[], float] = time.monotonic) -> Spool:
    return Spool(folder, lambda: KEY, steady)


def drain(spool: Spool) -> Iterator[Parcel]:
    while waiting := spool.oldest(timeout=0):
        spool.done(waiting[0])
        yield waiting[1]


@given(st.text(), st.binary(), st.integers(0, 1000), st.binary(min_size=32, max_size=32))
def test_what_is_sealed_unseals_to_the_same_picture(name: str, jpeg: bytes, people: int, key: bytes) -> None:
    one = Parcel(name, jpeg, people)
    assert unseal(seal(one, key, "1.picture"), key, "1.picture") == one


@given(st.data())
def test_cut_changed_or_moved_bytes_unseal_to_nothing(data: st.DataObject) -> None:
    sealed = seal(picture(), KEY, "1.picture")
    place = data.draw(st.integers(0, len(sealed) - 1))
    assert unseal(sealed[:place], KEY, "1.picture") is None
    changed = sealed[:place] + bytes([sealed[place] ^ data.draw(st.integers(1, 255))]) + sealed[place + 1 :]
    assert unseal(changed, KEY, "1.picture") is None
    assert unseal(sealed, KEY, "2.picture") is None


def test_pictures_come_out_in_the_order_they_went_in(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        for number in range(12):
            spool.put(picture(number), ROOMY)
        assert [one.people for one in drain(spool)] == list(range(12))
        assert spool.waiting == 0


def test_pictures_survive_a_restart_in_order(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        for number in range(3):
            spool.put(picture(number), ROOMY)
    with spool_in(tmp_path) as spool:
        spool.put(picture(3), ROOMY)
        assert [one.people for one in drain(spool)] == [0, 1, 2, 3]


def test_a_taken_picture_that_was_not_confirmed_comes_again(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        spool.put(picture(7), ROOMY)
        assert spool.oldest(timeout=0) == spool.oldest(timeout=0)


def test_no_byte_of_a_picture_lies_in_clear(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        spool.put(picture(1), ROOMY)
        content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"\xff\xd8\xff" not in content
    assert b"s/c/2026" not in content
    assert bytes(64) not in content


def test_over_its_bytes_the_oldest_go_first_and_are_counted(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        for number in range(10):
            spool.put(picture(number), Bounds(4000, 10**6))
        assert spool.size <= 4000
        assert spool.dropped == 7
        assert [one.people for one in drain(spool)] == [7, 8, 9]


def test_over_its_hours_the_oldest_go_first(tmp_path: Path) -> None:
    steady = Steady(5000.0)
    with spool_in(tmp_path, steady) as spool:
        for number in range(4):
            spool.put(picture(number), ROOMY)
            steady.at += 100.0
        steady.at -= 50.0
        spool.shrink(Bounds(10**9, 200.0))
        assert (spool.dropped, spool.oldest_age()) == (2, 150.0)


def test_no_wall_clock_makes_a_picture_older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """1970 at start, the right time when the network comes, four days off, back again: nothing is lost to it."""
    wall = Steady(12.0)
    monkeypatch.setattr(time, "time", wall)
    for at in (1.8e9, 1.8e9 - 4 * 86400, 1.8e9, 5.0):
        with spool_in(tmp_path) as spool:
            spool.put(picture(), ROOMY)
            wall.at = at
            spool.shrink(Bounds(10**9, 60.0))
            assert spool.dropped == 0
            assert spool.oldest_age() < 60


def test_pictures_age_across_restarts_in_one_boot_and_not_while_the_machine_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with spool_in(tmp_path, Steady(1000.0)) as spool:
        spool.put(picture(), ROOMY)
        spool.shrink(ROOMY)
    with spool_in(tmp_path, Steady(1090.0)) as spool:
        assert spool.oldest_age() == 90
        spool.shrink(ROOMY)
    monkeypatch.setattr("edge.spool.clock.this_boot", lambda: "another boot")
    with spool_in(tmp_path, Steady(3.0)) as spool:
        assert spool.oldest_age() == 90
        spool.shrink(Bounds(10**9, 80.0))
        assert spool.dropped == 1


@pytest.mark.parametrize(
    "kept", [b"", b"{", b"[]", b"null", b'{"reading": "x"}', b'{"reading": NaN, "steady": 1}', b"\xff"]
)
def test_a_damaged_clock_costs_nothing(tmp_path: Path, kept: bytes) -> None:
    with spool_in(tmp_path, Steady()) as spool:
        spool.put(picture(), ROOMY)
    (tmp_path / "clock").write_bytes(kept)
    with spool_in(tmp_path, Steady()) as spool:
        spool.shrink(Bounds(10**9, 60.0))
        assert [one.people for one in drain(spool)] == [0]


def test_pictures_of_a_version_that_took_the_wall_clocks_time_are_as_new(tmp_path: Path) -> None:
    name = "000000000001-1772366400.picture"
    tmp_path.joinpath(name).write_bytes(seal(picture(), KEY, name))
    with spool_in(tmp_path, Steady(100.0)) as spool:
        spool.shrink(Bounds(10**9, 60.0))
        assert spool.oldest_age() == 0
        assert [one.people for one in drain(spool)] == [0]


def test_a_read_that_fails_once_costs_nothing(tmp_path: Path) -> None:
    """EMFILE: the process has no file descriptor left for a moment."""
    with spool_in(tmp_path) as spool:
        for number in range(5):
            spool.put(picture(number), ROOMY)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            assert spool.oldest(timeout=0) is None
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert [one.people for one in drain(spool)] == [0, 1, 2, 3, 4]
        assert spool.dropped == 0


def test_a_picture_that_cannot_be_read_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = disk.read

    def bad_sector(path: Path) -> bytes | None:
        if path.name.startswith("000000000001"):
            raise OSError(errno.EIO, "Input/output error")
        return read(path)

    with spool_in(tmp_path) as spool:
        for number in range(3):
            spool.put(picture(number), ROOMY)
        monkeypatch.setattr(disk, "read", bad_sector)
        assert [one.people for one in drain(spool)] == [1, 2]
        monkeypatch.undo()
        assert [one.people for one in drain(spool)] == [0]


def test_a_picture_that_storage_refuses_lets_the_others_go_first_and_still_ages(tmp_path: Path) -> None:
    steady = Steady()
    with spool_in(tmp_path, steady) as spool:
        for number in range(3):
            spool.put(picture(number), ROOMY)
            steady.at += 10
        refused = spool.oldest(timeout=0)
        assert refused
        spool.postpone(refused[0])
        assert [one.people for one in drain(spool)] == [1, 2, 0]
        spool.put(picture(3), ROOMY)
        spool.postpone(refused[0])  # gone already


def _run(command: str, *arguments: str | Path) -> None:
    subprocess.run([shutil.which(command) or command, *arguments], check=True, capture_output=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """As a memory card that has worn out, which the kernel remounts read-only."""
    _run("mount", "--bind", folder, folder)
    try:
        _run("mount", "-o", "remount,ro,bind", folder)
        yield
    finally:
        _run("umount", folder)


def may_mount(folder: Path) -> bool:
    """Whether this process may mount."""
    try:
        with read_only(folder):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def test_a_disk_that_turns_read_only_is_survived_and_so_is_a_start_on_it(tmp_path: Path) -> None:
    if not may_mount(tmp_path):
        pytest.skip("needs the right to mount")
    with spool_in(tmp_path) as spool:
        spool.put(picture(0), ROOMY)
    with read_only(tmp_path), spool_in(tmp_path) as spool:
        spool.put(picture(1), ROOMY)
        assert spool.fault == "Read-only file system"
        spool.shrink(ROOMY)
        assert [one.people for one in drain(spool)] == [0, 1]
    with spool_in(tmp_path) as spool:
        assert [one.people for one in drain(spool)] == [
            0
        ]  # again, as it could not be deleted; a repeat changes nothing
        spool.put(picture(2), ROOMY)
        assert spool.fault is None


def test_where_no_key_can_be_kept_memory_keeps_the_last_few_until_one_can(tmp_path: Path) -> None:
    full = True

    def key() -> bytes:
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return KEY

    with Spool(tmp_path, key) as spool:
        spool.put(picture(0), ROOMY)
        assert spool.fault == "No space left on device"
        full = False
        spool.put(picture(1), ROOMY)
        assert not spool.fault
        assert [one.people for one in drain(spool)] == [0, 1]


def test_a_half_written_picture_is_dropped_and_the_rest_survive(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        for number in range(3):
            spool.put(picture(number), ROOMY)
    middle = sorted(tmp_path.glob("*.picture"))[1]
    middle.write_bytes(middle.read_bytes()[:100])
    (tmp_path / "000000000009-0.picture.new").write_bytes(b"half a draft")
    (tmp_path / "someone's.picture").write_bytes(b"not ours")
    with spool_in(tmp_path) as spool:
        assert [one.people for one in drain(spool)] == [0, 2]
        assert spool.dropped == 1
    assert not list(tmp_path.glob("*.new"))


def test_a_process_killed_while_writing_loses_nothing_it_had_kept(tmp_path: Path) -> None:
    """kill -9 in the middle of a stream of puts: what was said to be kept is there, whole and in order."""
    script = """
import sys
from pathlib import Path
from tests.edge.test_spool import ROOMY, picture, spool_in
spool = spool_in(Path(sys.argv[1]))
for number in range(10_000):
    spool.put(picture(number, 50_000), ROOMY)
    print(number, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        kept = [int(next(writer.stdout)) for _ in range(25)][-1]
        writer.kill()
        kept = max([kept, *(int(line) for line in writer.stdout if line.strip().isdigit())])
    with spool_in(tmp_path) as spool:
        numbers = [one.people for one in drain(spool)]
    assert numbers[: kept + 1] == list(range(kept + 1))
    assert len(numbers) <= kept + 2


def test_a_wrong_key_is_refused_rather_than_dropping_what_waits(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        spool.put(picture(), ROOMY)
    with pytest.raises(SpoolUnusable, match="another key"):
        Spool(tmp_path, lambda: bytes(32))
    with spool_in(tmp_path) as spool:
        assert [one.people for one in drain(spool)] == [0]
    with Spool(tmp_path, lambda: bytes(32)) as spool:
        assert spool.waiting == 0


@contextmanager
def a_full_disk() -> Iterator[None]:
    """The kernel lets no file grow past 100 bytes, as a full disk would not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_when_the_disk_takes_nothing_memory_keeps_the_last_few(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        spool.put(picture(0), ROOMY)
        with a_full_disk():
            for number in range(1, 12):
                spool.put(picture(number), ROOMY)
        spool.put(picture(12), ROOMY)
        assert spool.dropped == 3
        assert [one.people for one in drain(spool)] == [0, *range(4, 13)]
    assert not list(tmp_path.glob("*.new"))


def test_purge_drops_everything(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        spool.put(picture(0), ROOMY)
        assert spool.purge() == 1
        assert not list(tmp_path.glob("*.picture"))


def test_two_processes_cannot_share_a_spool(tmp_path: Path) -> None:
    with spool_in(tmp_path), pytest.raises(SpoolUnusable, match="in use"):
        spool_in(tmp_path)


def test_a_folder_that_cannot_be_made_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SpoolUnusable, match="SpoolFolder"):
        spool_in(tmp_path / "file" / "spool")


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    key = spool_key(tmp_path, None)
    assert key == spool_key(tmp_path, None)
    assert len(key) == 32
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_broken_key_file_is_refused_rather_than_replaced(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(SpoolUnusable, match="not a key"):
        spool_key(tmp_path, None)


@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(0, 3000), max_size=20), most=st.integers(1, 8000))
def test_the_spool_never_holds_more_than_its_bytes_or_loses_order(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], most: int
) -> None:
    with spool_in(tmp_path_factory.mktemp("spool")) as spool:
        for number, size in enumerate(sizes):
            spool.put(picture(number, size), Bounds(most, 10**6))
            assert spool.size <= most or spool.waiting == 1
        left = [one.people for one in drain(spool)]
        assert left == list(range(len(sizes) - len(left), len(sizes)))
        assert len(left) + spool.dropped == len(sizes)
