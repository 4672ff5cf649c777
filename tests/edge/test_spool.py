import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.errors import SpoolUnusable
from edge.picture import Picture
from edge.spool.key import spool_key
from edge.spool.seal import seal, unseal
from edge.spool.spool import Bounds, Spool

KEY = bytes(range(32))
ROOMY = Bounds(10**9, 10**6)


def picture(number: int = 0, size: int = 1000) -> Picture:
    return Picture(f"s/c/2026/03/01/12{number:04d}.000Z-{number:08x}.jpg", b"\xff\xd8\xff" + bytes(size), number)


def spool_in(folder: Path) -> Spool:
    return Spool(folder, lambda: KEY)


def drain(spool: Spool) -> Iterator[Picture]:
    while waiting := spool.oldest(timeout=0):
        spool.done(waiting[0])
        yield waiting[1]


@given(st.text(), st.binary(), st.integers(0, 1000), st.binary(min_size=32, max_size=32))
def test_what_is_sealed_unseals_to_the_same_picture(name: str, jpeg: bytes, people: int, key: bytes) -> None:
    one = Picture(name, jpeg, people)
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
            spool.put(picture(number), now=float(number), bounds=ROOMY)
        assert [one.people for one in drain(spool)] == list(range(12))
        assert spool.waiting == 0


def test_pictures_survive_a_restart_in_order(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        for number in range(3):
            spool.put(picture(number), now=1000.0, bounds=ROOMY)
    with spool_in(tmp_path) as spool:
        spool.put(picture(3), now=10.0, bounds=ROOMY)  # even if the clock went back
        assert [one.people for one in drain(spool)] == [0, 1, 2, 3]


def test_a_taken_picture_that_was_not_confirmed_comes_again(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        spool.put(picture(7), now=0.0, bounds=ROOMY)
        assert spool.oldest(timeout=0) == spool.oldest(timeout=0)


def test_no_byte_of_a_picture_lies_in_clear(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        spool.put(picture(1), now=0.0, bounds=ROOMY)
        content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"\xff\xd8\xff" not in content
    assert b"s/c/2026" not in content
    assert bytes(64) not in content


def test_over_its_bytes_the_oldest_go_first_and_are_counted(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        for number in range(10):
            spool.put(picture(number), now=0.0, bounds=Bounds(4000, 10**6))
        assert spool.size <= 4000
        assert spool.dropped == 7
        assert [one.people for one in drain(spool)] == [7, 8, 9]


def test_over_its_hours_the_oldest_go_first(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        for number in range(4):
            spool.put(picture(number), now=number * 100.0, bounds=ROOMY)
        spool.shrink(now=350.0, bounds=Bounds(10**9, 200.0))
        assert (spool.dropped, spool.oldest_age(350.0)) == (2, 150.0)


def test_a_half_written_picture_is_dropped_and_the_rest_survive(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        for number in range(3):
            spool.put(picture(number), now=0.0, bounds=ROOMY)
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
    spool.put(picture(number, 50_000), 0.0, ROOMY)
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
        spool.put(picture(0), now=0.0, bounds=ROOMY)
        with a_full_disk():
            for number in range(1, 12):
                spool.put(picture(number), now=0.0, bounds=ROOMY)
        spool.put(picture(12), now=0.0, bounds=ROOMY)
        assert spool.dropped == 3
        assert [one.people for one in drain(spool)] == [0, *range(4, 13)]
    assert not list(tmp_path.glob("*.new"))


def test_purge_drops_everything(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        spool.put(picture(0), now=0.0, bounds=ROOMY)
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
            spool.put(picture(number, size), now=0.0, bounds=Bounds(most, 10**6))
            assert spool.size <= most or spool.waiting == 1
        left = [one.people for one in drain(spool)]
        assert left == list(range(len(sizes) - len(left), len(sizes)))
        assert len(left) + spool.dropped == len(sizes)
