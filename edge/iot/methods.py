"""Direct methods: what an operator may ask of a running module."""

from typing import Protocol

from pydantic import JsonValue

Answer = tuple[int, dict[str, JsonValue]]


class Controls(Protocol):
    """What the methods act on."""

    @property
    def may_take_picture(self) -> bool:
        """Whether the device's own configuration allows `takePicture`."""

    def take_picture(self) -> bool:
        """Take a picture of the people in view now: whether there was one to take, by the rules for all pictures."""

    def purge_spool(self) -> None:
        """Drop all that waits."""

    def reload_model(self) -> str | None:
        """Try the wanted model again: what went wrong, or None."""

    def status(self) -> dict[str, JsonValue]:
        """All that is reported."""


def answer(controls: Controls, name: str) -> Answer:
    """Do what the method `name` asks; a status as in HTTP and a payload, without figures of people or secrets."""
    match name:
        case "ping":
            return 200, {"pong": True}
        case "status":
            return 200, controls.status()
        case "takePicture":
            return _take_picture(controls)
        case "purgeSpool":
            controls.purge_spool()
            return 200, {}
        case "reloadModel":
            problem = controls.reload_model()
            return (409, {"reason": problem}) if problem else (200, {})
        case _:
            return 404, {"reason": "methods: ping, status, takePicture, purgeSpool, reloadModel"}


def _take_picture(controls: Controls) -> Answer:
    if not controls.may_take_picture:
        return 403, {"reason": "the device doesn't allow it; AllowTakePicture in its own environment does"}
    return (200, {}) if controls.take_picture() else (409, {"reason": "nothing to take a picture of"})
