"""Whether a storage account answers, takes the key, and tells the same time. Nothing is written to it."""

import secrets
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.storage.blob import BlobClient

from local.doctor.finding import Finding, well, wrong

MOST_SECONDS_APART = 60.0
"""Storage refuses a request from 15 minutes on; windows and visits suffer long before."""
CLOCK_TODO = "let the clock be set by the network (`timedatectl set-ntp true`), or set it"


def storage(connection_string: str, container: str, api_version: str, now: datetime | None = None) -> list[Finding]:
    """Ask for the properties of a blob that isn't there, as a worker would ask: what is found, and the clock.

    now: the time here, by default when the answer has come.
    """
    told: dict[str, str] = {}

    def remember(response: Any) -> None:
        told.update(response.http_response.headers)

    try:
        client = BlobClient.from_connection_string(
            connection_string, container, f"doctor/{secrets.token_hex(8)}", api_version=api_version, retry_total=0
        )
    except ValueError:
        return [wrong("storage", "PictureStorage is no connection string", "copy it from the portal or from `az`")]
    with client:
        try:
            client.get_blob_properties(raw_response_hook=remember, connection_timeout=5, read_timeout=10)
        except HttpResponseError as error:
            told.update(dict(getattr(error.response, "headers", {})))
            found = _answered(error, container)
        except (AzureError, ValueError):
            return [
                wrong("storage", "does not answer", "check its address, the network, and the authority (CA) it shows")
            ]
        else:
            found = well("storage", "answers, and takes the key")
    return [found, clock(told, now or datetime.now(UTC))]


def _answered(error: HttpResponseError, container: str) -> Finding:
    code = str(error.error_code or "")  # type: ignore[attr-defined]  # of azure-storage-blob
    if isinstance(error, ResourceNotFoundError) and code != "ContainerNotFound":
        return well("storage", "answers, and takes the key")
    if code == "ContainerNotFound":
        return wrong(
            "storage", f"answers; it has no container {container!r}", "make it, private, or set PICTURE_CONTAINER"
        )
    if code in ("AuthorizationPermissionMismatch", "AuthorizationFailure"):
        return well("storage", "answers, and takes the key (which may not read: right for a camera)")
    if error.status_code == 403:
        return wrong(
            "storage", f"refuses the key ({code or 403})", "renew the SAS or the key in PictureStorage; see clock"
        )
    return wrong("storage", f"answers {error.status_code} {code}".strip(), "see STORAGE_API_VERSION in docs/deploy.md")


def clock(headers: dict[str, str], now: datetime) -> Finding:
    """This machine's time beside that in an HTTP answer."""
    date = next((value for name, value in headers.items() if name.lower() == "date"), None)
    try:
        apart = (now - parsedate_to_datetime(date or "")).total_seconds()
    except ValueError:
        return wrong("clock", "the storage's answer tells no time", "look at a proxy between here and the storage")
    ahead = f"{abs(apart):,.0f} s {'ahead of' if apart > 0 else 'behind'} the storage's"
    return well("clock", ahead) if abs(apart) <= MOST_SECONDS_APART else wrong("clock", ahead, CLOCK_TODO)
