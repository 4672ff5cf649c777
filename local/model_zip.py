"""The person model as the Vision AI Dev Kit's zip, put where a module twin can point to."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from azure.storage.blob import BlobSasPermissions, generate_blob_sas

from local.azurite import ACCOUNT, StorageAccount
from local.errors import SurroundingsUnfit

CONTAINER = "models"
BLOB = "person-detector.zip"
LIFETIME = timedelta(days=7)
LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class PublishedModel:
    """What goes into the twin: ModelZipUrl (with a read-only SAS) and ModelZipSha256."""

    url: str
    sha256: str


def publish(storage: StorageAccount, model: Path) -> PublishedModel:
    """Zip a .tflite file with its labels and upload it. Raises SurroundingsUnfit if there is no such file."""
    if not model.exists():
        raise SurroundingsUnfit(f"{model} is missing: run `make models`")
    content = zipped(model.read_bytes())
    storage.create_container(CONTAINER)
    with storage.container(CONTAINER) as container:
        container.upload_blob(BLOB, content, overwrite=True)
    sas = generate_blob_sas(
        ACCOUNT,
        CONTAINER,
        BLOB,
        account_key=storage.key,
        permission=BlobSasPermissions(read=True),
        expiry=datetime.now(UTC) + LIFETIME,
    )
    return PublishedModel(f"{storage.blob}/{ACCOUNT}/{CONTAINER}/{BLOB}?{sas}", hashlib.sha256(content).hexdigest())


def zipped(tflite: bytes) -> bytes:
    """The dev kit's layout; the same bytes for the same model."""
    manifest = {"MODEL_FILENAME": "model.tflite", "LABELS_NAME": "labels.txt"}
    members = {
        "va-snpe-engine-library_config.json": json.dumps(manifest).encode(),
        "labels.txt": b"person\n",
        "model.tflite": tflite,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
