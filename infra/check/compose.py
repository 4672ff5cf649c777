"""compose.yaml: its published schema, and our containers as closed as in the cluster."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from infra.check.finding import Finding, Outcome
from infra.check.schemas import against
from infra.check.secrets import is_secret

FILE = "compose.yaml"
_LOCKED: dict[str, Any] = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}


def check(root: Path) -> Iterator[Outcome]:
    """The file as written; Compose itself, where it is, reads it in the tests."""
    described = yaml.safe_load((root / FILE).read_text())
    yield from against("compose/compose-spec.json", FILE, described)
    for name, service in described["services"].items():
        tag = service["image"].rpartition("/")[2].partition(":")[2]
        if tag in ("", "latest"):
            yield Finding("image", FILE, f"{name}: {service['image']} has no fixed version")
        if service["image"].startswith("footfall-"):
            for key, wanted in _LOCKED.items():
                if service.get(key) != wanted:
                    yield Finding("locked-down", FILE, f"{name}: {key} must be {wanted}")
        for variable in service.get("environment", {}):
            if is_secret(variable):
                yield Finding("secret-in-environment", FILE, f"{name}: {variable} must be a mounted file")
        if service.get("ports"):
            for port in service["ports"]:
                if not str(port).startswith("127.0.0.1:"):
                    yield Finding(
                        "open-door", FILE, f"{name}: {port} is open to all networks: begin it with 127.0.0.1:"
                    )
        mode = str(service.get("network_mode", ""))
        if mode == "host" or service.get("privileged"):
            yield Finding("locked-down", FILE, f"{name}: neither the host's network nor privileges")
