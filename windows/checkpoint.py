"""The checkpoint: one blob that holds a stream's state, how long the output files were, and the rows due next.

It is written before the rows are. Whoever takes up a killed run finds the rows here and completes the files with them,
so a row is neither lost nor written twice. One blob, because state, positions and rows must change together; the SDK's
own checkpoint store keeps a blob per partition.
"""

import base64
import json
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from types import TracebackType
from typing import Any, Self

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobClient, ContainerClient

from windows.errors import CheckpointInvalidError, CheckpointTakenError, SettingsInvalidError, StorageError

CONTAINER = "checkpoints"
CONNECT_SECONDS, ANSWER_SECONDS = 5, 20
NOT_AS_IT_WAS = frozenset(("BlobAlreadyExists", "BlobOverwritten", "ConditionNotMet", "TargetConditionNotMet"))
"""All that says that another has written the blob. Other conflicts (409) say that storage is busy with something."""
WRITER = "writer"
"""The metadata that tells whose write it was: ours may have arrived though its answer was lost."""


@dataclass(frozen=True)
class Checkpoint:
    """`state` is what Stream.save gave; `lengths` are the output files' bytes before `rows` are appended to them.

    `finished` says that all windows were closed for good.
    """

    state: bytes
    lengths: Mapping[str, int]
    rows: Mapping[str, bytes]
    finished: bool = False

    def encode(self) -> bytes:
        """As a zip."""
        target = BytesIO()
        rows = {output: base64.b64encode(text).decode() for output, text in self.rows.items()}
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            known = {"lengths": self.lengths, "finished": self.finished, "rows": rows}
            archive.writestr("checkpoint.json", json.dumps(known))
            archive.writestr(zipfile.ZipInfo("state.zip"), self.state)
        return target.getvalue()

    @classmethod
    def decode(cls, data: bytes) -> "Checkpoint":
        """Raises CheckpointInvalidError if it is none."""
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                known = json.loads(archive.read("checkpoint.json"))
                rows = {output: base64.b64decode(text) for output, text in known["rows"].items()}
                return cls(archive.read("state.zip"), known["lengths"], rows, known["finished"])
        except (zipfile.BadZipFile, KeyError, ValueError):
            raise CheckpointInvalidError("it cannot be read") from None


class CheckpointBlob:
    """The blob `windows/<hub>/<consumer group>.zip` in the container `checkpoints`; only its last reader may write it.

    Raises SettingsInvalidError for a malformed connection string, StorageError if storage does not answer.
    """

    def __init__(self, connection_string: str, hub: str, consumer_group: str) -> None:
        self.name = f"windows/{hub}/{consumer_group}.zip"
        try:
            self._container = ContainerClient.from_connection_string(
                connection_string,
                CONTAINER,
                retry_total=0,
                connection_timeout=CONNECT_SECONDS,
                read_timeout=ANSWER_SECONDS,
            )
        except ValueError:
            raise SettingsInvalidError("CheckpointStorage is not a storage connection string") from None
        self._blob: BlobClient = self._container.get_blob_client(self.name)
        self._etag: str | None = None
        self._writer = uuid.uuid4().hex
        try:
            self._container.create_container()
        except ResourceExistsError:
            pass
        except AzureError as error:
            raise StorageError(f"the checkpoint storage does not answer: {type(error).__name__}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def claim(self) -> Checkpoint | None:
        """Read the checkpoint, if there is one, so that no earlier reader can write it any more."""
        while True:
            try:
                download = self._blob.download_blob()
                self._etag = download.properties.etag
                data = download.readall()
                self._write(data)
            except ResourceNotFoundError:
                self._etag = None
                return None
            except CheckpointTakenError:
                continue  # the last write of a runner that was killed came in between
            except AzureError as error:
                raise StorageError(f"the checkpoint cannot be read: {type(error).__name__}") from None
            return Checkpoint.decode(data)

    def write(self, checkpoint: Checkpoint) -> None:
        """Replace the checkpoint.

        Raises CheckpointTakenError if another runner has claimed it, StorageError if storage does not take it.
        """
        try:
            self._write(checkpoint.encode())
        except AzureError as error:
            raise StorageError(f"the checkpoint cannot be written: {type(error).__name__}") from None

    def _write(self, data: bytes) -> None:
        known = self._etag is not None
        unchanged: dict[str, Any] = {"etag": self._etag, "match_condition": MatchConditions.IfNotModified}
        try:
            written = self._blob.upload_blob(
                data, overwrite=known, metadata={WRITER: self._writer}, **(unchanged if known else {})
            )
        except HttpResponseError as error:
            code = getattr(error, "error_code", None)
            if str(getattr(code, "value", code)) not in NOT_AS_IT_WAS:
                raise
            self._etag = self._after_a_lost_answer()
        else:
            self._etag = written["etag"]

    def _after_a_lost_answer(self) -> str:
        """The ETag of our own write, where it is that which is there. Raises CheckpointTakenError and AzureError."""
        there = self._blob.get_blob_properties()
        if (there.metadata or {}).get(WRITER) != self._writer or there.etag is None:
            raise CheckpointTakenError(f"another runner has taken over the checkpoint {self.name}") from None
        return there.etag
