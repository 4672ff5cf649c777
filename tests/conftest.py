"""Fixtures that start the real services."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its threads fight for the few cores

from tests.support.azurite import container, storage
from tests.support.event_hubs import event_hub

__all__ = ["container", "event_hub", "storage"]
