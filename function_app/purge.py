"""Retention: no picture stays longer than the operator allows, whatever has become of it."""

from datetime import datetime

from function_app.errors import PictureGone, PictureTaken
from function_app.storage import Container


def purge(container: Container, before: datetime) -> int:
    """Delete what was stored before that moment; answers how many. What someone is working on is left to them."""
    deleted = 0
    for stored in list(container.walk()):
        if stored.stored_at < before:
            try:
                container.blob(stored.name).delete()
            except (PictureGone, PictureTaken):
                continue
            deleted += 1
    return deleted
