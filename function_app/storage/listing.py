"""A listing's answer, read for what is wanted of it: the SDK's own models took most of the time of a look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from function_app.errors import StorageUnavailable


@dataclass(frozen=True, slots=True)
class Stored:
    """A blob as a listing shows it, times in UTC; metadata only if asked for.

    `stored_at`: when it was put there, whatever has been marked on it since. `touched_at`: when it was marked last.
    """

    name: str
    stored_at: datetime
    touched_at: datetime
    leased: bool
    metadata: Mapping[str, str]


def read(answer: bytes) -> tuple[Stored, ...]:
    """The blobs of a List Blobs answer (REST reference, "List Blobs"). Raises StorageUnavailable for anything else."""
    try:
        root = ET.fromstring(answer)  # noqa: S314 (the storage's, which the SDK reads the same way before)
        return tuple(_stored(blob) for blob in root.iterfind("Blobs/Blob"))
    except (ET.ParseError, ValueError):
        raise StorageUnavailable("the storage answers a listing that can't be read") from None


def _stored(blob: ET.Element) -> Stored:
    name, properties = blob.find("Name"), blob.find("Properties")
    if name is None or properties is None:
        raise ValueError
    text = name.text or ""
    touched = properties.findtext("Last-Modified", "")
    stored = properties.findtext("Creation-Time") or touched
    touched_at = parsedate_to_datetime(touched)
    return Stored(
        name=unquote(text) if name.get("Encoded") == "true" else text,
        stored_at=touched_at if stored == touched else parsedate_to_datetime(stored),
        touched_at=touched_at,
        leased=properties.findtext("LeaseState") == "leased",
        metadata={each.tag: each.text or "" for each in blob.iterfind("Metadata/*")},
    )
