"""What is sent after the source's end: all, for as long as storage takes it."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from edge import module
from edge.errors import PicturesLeft
from edge.module import Module
from edge.settings import resolve


class SlowSpool:
    """Of which so many leave, one at each look; a look takes a while."""

    dropped = 0

    def __init__(self, waiting: int, leave: int) -> None:
        self.waiting, self._leave = waiting, leave

    def wait_empty(self, timeout: float) -> bool:
        threading.Event().wait(timeout / 10)
        if self._leave:
            self.waiting, self._leave = self.waiting - 1, self._leave - 1
        return self.waiting == 0


def send_the_rest(spool: SlowSpool) -> None:
    parts: dict[str, Any] = {
        "reader": SimpleNamespace(dropped=0),
        "watch": None,
        "spool": spool,
        "forwarder": SimpleNamespace(last_error="ServerBusy", hurry=lambda: None),
        "account": None,
        "model_failed": None,
    }
    Module(**parts, settings=lambda: resolve({}), stopping=threading.Event())._send_the_rest()


def test_storage_that_takes_pictures_however_slowly_gets_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LAST_SENDS_SECONDS", 1.0)
    spool = SlowSpool(waiting=20, leave=20)
    send_the_rest(spool)
    assert spool.waiting == 0


def test_storage_that_takes_none_any_more_is_waited_for_and_the_rest_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LAST_SENDS_SECONDS", 1.0)
    with pytest.raises(PicturesLeft, match=r"2 pictures wait in the spool.*ServerBusy"):
        send_the_rest(SlowSpool(waiting=20, leave=18))
