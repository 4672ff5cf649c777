"""Secrets as files: in the folder SECRETS_DIR, each named as the environment variable that it stands for.

A variable is in the process' environment, where agents that collect environments find it; a file is not.
"""

from collections.abc import Mapping
from pathlib import Path

from edge.errors import SettingsRefused

SECRETS = ("PictureStorage", "CameraSource", "ModelZipUrl", "SpoolKey")
LARGEST = 65_536


def with_secret_files(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment and, for each secret that it doesn't set, the content of its file if there is one.

    Raises SettingsRefused if SECRETS_DIR is no folder or a file in it can't be read.
    """
    found = dict(environment)
    named = environment.get("SECRETS_DIR")
    if not named:
        return found
    folder = Path(named)
    if not folder.is_dir():
        raise SettingsRefused({"SECRETS_DIR": "no such folder, or it can't be read"})
    for name in SECRETS:
        if not found.get(name) and (content := _content(folder / name)):
            found[name] = content
    return found


def _content(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ValueError
        return content.decode().strip("\r\n")
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise SettingsRefused(
            {path.name: "its file in SECRETS_DIR can't be read, isn't text, or is too long"}
        ) from None
