"""What storage's refusals mean: the blob's own fault, another worker's doing, or an outage."""

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from azure.core.exceptions import AzureError, DecodeError, HttpResponseError, ResourceNotFoundError
from azure.storage.blob import StorageErrorCode

from function_app.errors import BlobChanged, BlobGone, BlobTaken, BlobUnusable, StorageUnavailable

OF_THE_BLOB = frozenset(
    {
        "BlobArchived",
        "BlobBeingRehydrated",
        "BlobImmutableDueToPolicy",
        "BlobNotArchived",
        "BlobOverwritten",
        "BlobUsesCustomerSpecifiedEncryption",
        "InvalidBlobTier",
        "InvalidBlobType",
        "InvalidResourceName",
        "InvalidUri",
        "OutOfRangeInput",
        "SnapshotsPresent",
    }
)
"""Error codes that speak of one blob, from "Blob Storage error codes" of the REST reference."""
NOT_AS_IT_WAS = frozenset({"ConditionNotMet", "BlobAlreadyExists", "TargetConditionNotMet"})


@contextmanager
def named() -> Iterator[None]:
    """Turn what the SDK raises into this room's errors."""
    try:
        yield
    except ResourceNotFoundError:
        raise BlobGone("not in storage") from None
    except DecodeError:
        raise BlobUnusable("InvalidEncoding") from None
    except HttpResponseError as error:
        raise _meaning(error) from None
    except requests.exceptions.ContentDecodingError:
        raise BlobUnusable("InvalidEncoding") from None
    except (AzureError, requests.RequestException, OSError):
        raise StorageUnavailable("the storage can't be reached") from None


def _meaning(error: HttpResponseError) -> Exception:
    said = getattr(error, "error_code", None) or ""
    code = str(getattr(said, "value", said))  # an enumeration for those that the SDK knows
    if code.startswith("Lease"):
        return BlobTaken("leased by another")
    if code in NOT_AS_IT_WAS:
        return BlobChanged("another worker wrote it in between")
    if code in OF_THE_BLOB:
        return BlobUnusable(code)
    known = f": {code}" if isinstance(said, StorageErrorCode) else ""  # no other word of theirs reaches a log
    return StorageUnavailable(f"the storage answers {error.status_code}{known}")
