"""Retention: no blob stays longer than the operator allows, whatever has become of it, and no lease keeps it there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from function_app.errors import BlobAtFault, BlobGone, BlobTaken
from function_app.storage.container import Container

LONGEST_LEASE = timedelta(minutes=10)
"""Nobody works so long on a blob: a lease that is found then on one as old is a stranger's."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How many blobs were deleted for their age, could not be deleted, and were freed from a lease."""

    purged: int
    undeletable: int
    freed: int


def keep_to(container: Container, retention: timedelta, now: datetime) -> Kept:
    """Delete what was stored before `now` less `retention`, one by one: a blob at fault does not save the others.

    Raises StorageUnavailable.
    """
    purged = undeletable = freed = 0
    for stored in list(container.walk()):
        age = now - stored.stored_at
        blob = container.blob(stored.name)
        try:
            if stored.leased and age > LONGEST_LEASE:
                blob.break_lease()
                freed += 1
            if age > retention:
                blob.delete()
                purged += 1
        except BlobAtFault:
            undeletable += 1
        except (BlobGone, BlobTaken):
            continue
    return Kept(purged, undeletable, freed)
