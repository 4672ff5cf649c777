"""Make the secrets that compose.yaml reads, once: a folder that only you can enter, a file a secret.

The files in it can be read by all, since containers that are nobody's account read them; the folder keeps others out.
"""

import argparse
import base64
import datetime as dt
import secrets
import sys
from pathlib import Path

from azure.storage.blob import ContainerSasPermissions, generate_container_sas

ACCOUNT = "footfall"
_EVENT_HUB = "Endpoint=sb://event-hubs;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={key};UseDevelopmentEmulator=true;"
EMULATORS_KEY = "SAS_KEY_VALUE"
"""The emulator knows no other; only containers of this file reach it."""

_SAS_DAYS = 365


def files(storage_key: str, now: dt.datetime) -> dict[str, str]:
    """Content by name; `storage_key` is the storage account's, base64."""
    account = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={storage_key};"
    storage = f"{account}BlobEndpoint=http://storage:10000/{ACCOUNT};"
    sas = generate_container_sas(
        ACCOUNT,
        "pictures",
        account_key=storage_key,
        permission=ContainerSasPermissions(create=True, write=True),
        expiry=now + dt.timedelta(days=_SAS_DAYS),
    )
    events = _EVENT_HUB.format(key=EMULATORS_KEY)
    return {
        "PictureStorage": storage,
        "CameraStorage": f"BlobEndpoint=http://127.0.0.1:10000/{ACCOUNT};SharedAccessSignature={sas}",
        "CameraSource": "",
        "EventHub": events,
        "FACE_API_KEY": secrets.token_hex(32),
        "FACE_API_ERASING_KEY": secrets.token_hex(32),
        "ANONYMIZATION_KEY": secrets.token_hex(32),
        "storage.env": f"AZURITE_ACCOUNTS={ACCOUNT}:{storage_key}\n",
        "windows.env": f"EventHub={events}\nCheckpointStorage={storage}\n",
    }


def main(argv: list[str]) -> int:
    """Write what is not there: 0 done, 1 they are there already."""
    parser = argparse.ArgumentParser(prog="python -m infra.compose", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path.home() / "footfall-compose", help="default: %(default)s")
    folder = parser.parse_args(argv).folder
    if folder.exists():
        sys.stderr.write(
            f"infra.compose: {folder} is there: delete it to make new ones (old pictures go unread then)\n"
        )
        return 1
    folder.mkdir(mode=0o700, parents=True)
    for name, content in files(base64.b64encode(secrets.token_bytes(64)).decode(), dt.datetime.now(dt.UTC)).items():
        (folder / name).write_text(content)
        (folder / name).chmod(0o600 if name.endswith(".env") else 0o644)  # the first are read by Docker itself
    sys.stderr.write(f"infra.compose: {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
