"""A model that fails on a frame of the camera: the module goes on with the next one, and with what takes its place."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from edge.errors import ModelFailed
from edge.module import Module
from edge.settings import resolve

FAILURE = ModelFailed("the model fails on a picture (RuntimeError)")


def module(**parts: Any) -> Module:
    """One that has a frame to look at, and a model that fails on it."""

    def look(*_: object) -> None:
        raise FAILURE

    at_hand: dict[str, Any] = {
        "reader": SimpleNamespace(take=lambda _: object()),
        "watch": SimpleNamespace(look=look, decide=lambda _: None, decide_at=float("inf")),
        "spool": SimpleNamespace(shrink=lambda _: None, fault=None),
        "forwarder": SimpleNamespace(failure=None),
        "account": None,
    }
    return Module(**at_hand, **parts, settings=lambda: resolve({}), stopping=threading.Event())


def test_the_next_frame_is_looked_at_with_what_takes_its_place() -> None:
    failures: list[ModelFailed] = []
    one = module(model_failed=failures.append)
    one._step()
    one._step()
    assert failures == [FAILURE, FAILURE]
    assert one.counts.frames == 0


def test_where_there_is_no_other_the_module_ends_with_that_line() -> None:
    def none_left(failure: ModelFailed) -> None:
        raise failure

    with pytest.raises(ModelFailed, match="on a picture"):
        module(model_failed=none_left)._step()
