"""Identities of the device and its modules: names, generations, and keys made once and kept for this user's eyes."""

import base64
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local.folder import write_private
from local.iot_edge.errors import BadArgument, StateDamaged

HUB_NAME = "footfall.local"
"""The IoT hub's name in tokens and user names; nothing is looked up under it."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


@dataclass(frozen=True)
class Identity:
    """A device, or a module of it. `key` is the secret its tokens are signed with."""

    device: str
    module: str | None
    generation: str
    key: bytes = field(repr=False)

    @property
    def title(self) -> str:
        """What messages call it."""
        return f"module {self.module}" if self.module else f"device {self.device}"

    @property
    def client_id(self) -> str:
        """Its MQTT client id."""
        return f"{self.device}/{self.module}" if self.module else self.device

    @property
    def path(self) -> str:
        """Its place in topics and resources."""
        return f"devices/{self.device}" + (f"/modules/{self.module}" if self.module else "")

    @property
    def resource(self) -> str:
        """What its tokens are for."""
        return f"{HUB_NAME}/{self.path}"

    @property
    def key_text(self) -> str:
        """The key as connection strings hold it."""
        return base64.b64encode(self.key).decode()


def checked_name(name: str) -> str:
    """A device's or module's name. Raises BadArgument."""
    if not _NAME.fullmatch(name):
        raise BadArgument(f"{name!r}: names have letters, digits, '_' and '-', 63 at most")
    return name


def identities(folder: Path, device: str, modules: Sequence[str]) -> list[Identity]:
    """The device's identity, then the modules', out of `folder` or made now. Raises StateDamaged."""
    file = folder / "identities.json"
    kept = _load(file) if file.exists() else {}
    found = []
    for module in (None, *modules):
        client_id = f"{device}/{module}" if module else device
        if client_id not in kept:
            kept[client_id] = (secrets.token_hex(8), secrets.token_bytes(32))
        generation, key = kept[client_id]
        found.append(Identity(device, module, generation, key))
    text = {name: {"generation": each[0], "key": base64.b64encode(each[1]).decode()} for name, each in kept.items()}
    write_private(file, json.dumps(text))
    return found


def _load(file: Path) -> dict[str, tuple[str, bytes]]:
    try:
        return {
            name: (str(each["generation"]), base64.b64decode(each["key"], validate=True))
            for name, each in json.loads(file.read_text()).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StateDamaged(f"{file} is not what this server writes: remove it for new keys") from None
