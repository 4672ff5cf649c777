"""How pytest-xdist deals the tests out to its workers."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.lengths import APART


class Spread(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """As `--dist loadfile`, in the order of the tests; some files test by test."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        """The order is that of tests/lengths.py, or a random one: not that of how many tests a file has."""
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return nodeid if file in APART else file
