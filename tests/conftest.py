"""Fixtures that start the real services, and how tests are run."""

import os
from collections.abc import Generator
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its threads fight for the few cores

import pytest
from hypothesis import Phase, settings

from tests.drills import is_drill
from tests.lengths import longest_first
from tests.support.azurite import container, storage
from tests.support.event_hubs import event_hub

__all__ = ["container", "event_hub", "storage"]

settings.register_profile("shrink", settings.get_profile("default"))
LOOKED_AT = (Phase.explicit, Phase.reuse, Phase.generate, Phase.target)
settings.register_profile("local", phases=LOOKED_AT, print_blob=True, deadline=None)  # a busy machine is no fault
if not os.environ.get("CI"):  # there Hypothesis has a profile of its own
    settings.load_profile("local")  # looking for a small example may take five minutes: on request


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """A command that a test runs in this process makes its files private: later tests' are not to be so."""
    kept = os.umask(0o022)
    os.umask(kept)
    try:
        return (yield)
    finally:
        os.umask(kept)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How tests are dealt out to workers."""
    from tests.spread import Spread  # here, as other Pythons' short run has no xdist

    return Spread(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the drills; what takes longest comes first where several workers share the tests."""
    for item in items:
        if is_drill(item.path.relative_to(config.rootpath).as_posix()):
            item.add_marker(pytest.mark.drill)
    if hasattr(config, "workerinput"):
        longest_first(items)
