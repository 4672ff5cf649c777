"""Fixtures that start the real services."""

from tests.support.azurite import container, storage
from tests.support.event_hubs import event_hub

__all__ = ["container", "event_hub", "storage"]
