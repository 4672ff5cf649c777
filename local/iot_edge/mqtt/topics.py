"""IoT Hub's topics (Microsoft Learn, "Communicate with an IoT hub using the MQTT protocol", 2025)."""

from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qs, quote, unquote

from local.iot_edge.errors import PacketMalformed

DESIRED = "$iothub/twin/PATCH/properties/desired/"
METHODS = "$iothub/methods/POST/"


@dataclass(frozen=True)
class GetTwin:
    """A module asks for its twin."""

    request: str


@dataclass(frozen=True)
class PatchReported:
    """A module reports properties, in the payload."""

    request: str


@dataclass(frozen=True)
class MethodAnswer:
    """A module answers a direct method, with the payload."""

    request: str
    status: int


@dataclass(frozen=True)
class Telemetry:
    """A module sends a message to the hub."""

    properties: dict[str, str]


Meaning: TypeAlias = GetTwin | PatchReported | MethodAnswer | Telemetry


def meaning(topic: str, path: str) -> Meaning:
    """What the device or module at `path` (`devices/…`) means by publishing to `topic`. Raises PacketMalformed."""
    events = f"{path}/messages/events/"
    if topic.startswith(events):
        return Telemetry(_properties(topic.removeprefix(events)))
    path, _, query = topic.partition("?")
    request = parse_qs(query).get("$rid", [""])[0]
    if path == "$iothub/twin/GET/":
        return GetTwin(request)
    if path == "$iothub/twin/PATCH/properties/reported/":
        return PatchReported(request)
    if path.startswith("$iothub/methods/res/"):
        status = path.removeprefix("$iothub/methods/res/").rstrip("/")
        if status.isdecimal() and len(status) < 6:
            return MethodAnswer(request, int(status))
    raise PacketMalformed("a message to a topic that IoT Hub does not know")


def twin_response(request: str, status: int, version: int | None = None) -> str:
    """The topic of the answer about a twin."""
    suffix = "" if version is None else f"&$version={version}"
    return f"$iothub/twin/res/{status}/?$rid={quote(request)}{suffix}"


def desired_changed(version: int) -> str:
    """The topic of a patch of desired properties."""
    return f"{DESIRED}?$version={version}"


def method_request(request: str, method: str) -> str:
    """The topic of a direct method."""
    return f"{METHODS}{quote(method, safe='')}/?$rid={request}"


def matches(subscription: str, topic: str) -> bool:
    """Whether a subscription, with + and # as MQTT has them, takes in a topic."""
    wanted, levels = subscription.split("/"), topic.split("/")
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(levels) or level not in ("+", levels[place]):
            return False
    return len(wanted) == len(levels)


def _properties(text: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in text.rstrip("/").lstrip("?").split("&") if pair)
    return {unquote(name): unquote(value) for name, _, value in pairs}
