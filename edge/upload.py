"""Pictures and counts into private blob storage: the one place that knows the storage SDK."""

from azure.core.exceptions import HttpResponseError
from azure.storage.blob import ContainerClient, ContentSettings

from edge.errors import UploadFailed
from edge.parcel import Parcel

CONNECT_SECONDS, ANSWER_SECONDS = 5, 20
CONTENT_TYPES = {"jpg": "image/jpeg", "json": "application/json"}
HINTS = {
    "AuthenticationFailed": "the SAS has expired or is wrong; set a new PictureStorage",
    "AuthorizationFailure": "the SAS has expired, or isn't for this container; set a new PictureStorage",
    "AuthorizationPermissionMismatch": "the SAS can't create blobs; set a PictureStorage with create and write",
    "AuthorizationProtocolMismatch": "the SAS doesn't allow this protocol; use https",
    "AuthorizationSourceIPMismatch": "the SAS doesn't allow this device's address",
    "ContainerNotFound": "the container doesn't exist; create it or set PICTURE_CONTAINER",
    "InvalidHeaderValue": "storage doesn't know this API version; set STORAGE_API_VERSION",
}
STORED = frozenset(("BlobAlreadyExists", "UnauthorizedBlobOverwrite"))
"""All that says that a blob of this name is there. Other conflicts (409) say that storage is busy with something."""
ITS_OWN = frozenset(
    (
        "BlobArchived",
        "BlobBeingRehydrated",
        "BlobImmutableDueToPolicy",
        "InvalidBlobType",
        "InvalidResourceName",
        "InvalidUri",
        "LeaseIdMissing",
        "RequestBodyTooLarge",
        "SnapshotsPresent",
    )
)
"""What storage has against one blob rather than against us."""


class PictureStorage:
    """A container that takes pictures."""

    def __init__(self, connection: str, container: str, api_version: str) -> None:
        """connection: BlobEndpoint=…;SharedAccessSignature=… with rights to create and write.

        Redirects aren't followed: pictures go to this host and nowhere else. Raises UploadFailed.
        """
        try:
            self._client = self._opened(connection, container, api_version)
        except ValueError as error:
            raise UploadFailed(type(error).__name__, "PictureStorage can't be used; set another") from None

    @staticmethod
    def _opened(connection: str, container: str, api_version: str) -> ContainerClient:
        return ContainerClient.from_connection_string(
            connection,
            container,
            permit_redirects=False,
            api_version=api_version,
            retry_total=0,
            connection_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
        )

    def put(self, parcel: Parcel) -> None:
        """Store it unless its name is there already: a repeat changes nothing, so it triggers nothing.

        Raises UploadFailed.
        """
        try:
            self._client.upload_blob(
                parcel.name,
                parcel.content,
                metadata={} if parcel.people is None else {"people": str(parcel.people)},
                content_settings=ContentSettings(content_type=CONTENT_TYPES[parcel.name.rpartition(".")[2]]),
                overwrite=False,
            )
        except HttpResponseError as error:
            named = getattr(error, "error_code", None)
            code = str(getattr(named, "value", named) or error.status_code)
            if code in STORED:
                return
            hint = HINTS.get(code, "storage refused the picture; it is tried again")
            raise UploadFailed(_word(code), hint, code in ITS_OWN) from None
        except Exception as error:  # noqa: BLE001 - whatever keeps a picture from its storage, it stays in the spool
            raise UploadFailed(type(error).__name__, "storage can't be reached; it is tried again") from None

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def _word(code: str) -> str:
    """A code for logs and reports: what a stranger's server calls its fault may be anything."""
    return code if len(code) <= 60 and code.isascii() and code.isalnum() else "unknown"
