"""Module twins: desired and reported properties, patched as IoT Hub does, within IoT Hub's limits."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from local.iot_edge.errors import TwinRefused
from local.iot_edge.payload import Json

Properties: TypeAlias = Mapping[str, Json]

LARGEST_SECTION = 32 * 1024
"""Bytes of all desired, or all reported, properties (Microsoft Learn, "Understand and use device twins", 2025)."""
LARGEST_STRING = 4 * 1024
LONGEST_KEY = 1024
DEEPEST = 10
LARGEST_INTEGER = 2**52


@dataclass(frozen=True)
class Twin:
    """A module's twin. Patches answer a new one; null takes a property away."""

    desired: Properties = field(default_factory=dict)
    reported: Properties = field(default_factory=dict)
    desired_version: int = 1
    reported_version: int = 1

    def with_desired(self, patch: Json) -> "Twin":
        """After a patch of the service's side. Raises TwinRefused."""
        return replace(self, desired=_patched(self.desired, patch), desired_version=self.desired_version + 1)

    def with_reported(self, patch: Json) -> "Twin":
        """After a patch of the module's. Raises TwinRefused."""
        return replace(self, reported=_patched(self.reported, patch), reported_version=self.reported_version + 1)

    def as_json(self) -> dict[str, Json]:
        """As modules and services get it."""
        return {
            "desired": {**self.desired, "$version": self.desired_version},
            "reported": {**self.reported, "$version": self.reported_version},
        }


def merged(current: Properties, patch: Properties) -> dict[str, Json]:
    """A JSON merge patch (RFC 7396)."""
    result = dict(current)
    for key, value in patch.items():
        old = result.get(key)
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = merged(old if isinstance(old, dict) else {}, value)
        else:
            result[key] = value
    return result


def _patched(current: Properties, patch: Json) -> dict[str, Json]:
    if not isinstance(patch, dict):
        raise TwinRefused("a patch is a JSON object")
    wanted = {key: value for key, value in patch.items() if not key.startswith("$")}
    _check(wanted, 1)
    result = merged(current, wanted)
    size = len(json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode(errors="replace"))
    if size > LARGEST_SECTION:
        raise TwinRefused(f"the properties would have {size} bytes, {LARGEST_SECTION} at most")
    return result


def _check(value: Json, depth: int) -> None:
    """Raises TwinRefused; messages never hold a value."""
    if isinstance(value, dict | list) and depth > DEEPEST:
        raise TwinRefused(f"objects lie more than {DEEPEST} deep in one another")
    if isinstance(value, dict):
        for key, each in value.items():
            if not 0 < len(key) <= LONGEST_KEY or any(char in ".$# " or ord(char) < 32 for char in key):
                raise TwinRefused(f"the property {key[:40]!r} is empty, too long, or holds one of '.$# '")
            _check(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _check(each, depth + 1)
    elif isinstance(value, str):
        if len(value.encode(errors="replace")) > LARGEST_STRING:
            raise TwinRefused(f"a text is longer than {LARGEST_STRING} bytes")
    elif isinstance(value, float) and not math.isfinite(value):
        raise TwinRefused("a number is not finite")
    elif isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise TwinRefused("a whole number is beyond 2^52")
