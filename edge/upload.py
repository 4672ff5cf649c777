"""Pictures into private blob storage: the one place that knows the storage SDK."""

from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError
from azure.storage.blob import ContainerClient, ContentSettings

from edge.errors import UploadFailed
from edge.picture import Picture

CONNECT_SECONDS, ANSWER_SECONDS = 5, 20
HINTS = {
    "AuthenticationFailed": "the SAS has expired or is wrong; set a new PictureStorage",
    "AuthorizationFailure": "the SAS has expired, or isn't for this container; set a new PictureStorage",
    "AuthorizationPermissionMismatch": "the SAS can't create blobs; set a PictureStorage with create and write",
    "AuthorizationProtocolMismatch": "the SAS doesn't allow this protocol; use https",
    "AuthorizationSourceIPMismatch": "the SAS doesn't allow this device's address",
    "ContainerNotFound": "the container doesn't exist; create it or set PICTURE_CONTAINER",
    "InvalidHeaderValue": "storage doesn't know this API version; set STORAGE_API_VERSION",
}


class PictureStorage:
    """A container that takes pictures."""

    def __init__(self, connection: str, container: str, api_version: str) -> None:
        """connection: BlobEndpoint=…;SharedAccessSignature=… with rights to create and write."""
        self._client = ContainerClient.from_connection_string(
            connection,
            container,
            api_version=api_version,
            retry_total=0,
            connection_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
        )

    def put(self, picture: Picture) -> None:
        """Store a picture unless its name is there already: a repeat changes nothing, so it triggers nothing.

        Raises UploadFailed.
        """
        try:
            self._client.upload_blob(
                picture.name,
                picture.jpeg,
                metadata={"people": str(picture.people)},
                content_settings=ContentSettings(content_type="image/jpeg"),
                overwrite=False,
            )
        except ResourceExistsError:
            return
        except HttpResponseError as error:
            named = getattr(error, "error_code", None)
            code = str(getattr(named, "value", named) or error.status_code)
            if code in ("UnauthorizedBlobOverwrite", "BlobAlreadyExists"):
                return
            raise UploadFailed(code, HINTS.get(code, "storage refused the picture; it is tried again")) from None
        except AzureError as error:
            raise UploadFailed(type(error).__name__, "storage can't be reached; it is tried again") from None

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
