"""Direct methods: what an operator may ask of a running module."""

from typing import Protocol

from pydantic import JsonValue

Answer = tuple[int, dict[str, JsonValue]]


class Controls(Protocol):
    """What the methods act on."""

    def take_picture(self) -> int | None:
        """Take a picture of the people in view now: how many; None if no one is."""

    def purge_spool(self) -> int:
        """Drop all waiting pictures: how many."""

    def reload_model(self) -> str | None:
        """Try the wanted model again: what went wrong, or None."""

    def status(self) -> dict[str, JsonValue]:
        """All that is reported."""


def answer(controls: Controls, name: str) -> Answer:
    """Do what the method `name` asks; a status as in HTTP, and a payload without names, keys or pictures."""
    match name:
        case "ping":
            return 200, {"pong": True}
        case "status":
            return 200, controls.status()
        case "takePicture":
            people = controls.take_picture()
            return (200, {"people": people}) if people else (409, {"reason": "no one in view"})
        case "purgeSpool":
            return 200, {"purged": controls.purge_spool()}
        case "reloadModel":
            problem = controls.reload_model()
            return (409, {"reason": problem}) if problem else (200, {})
        case _:
            return 404, {"reason": "methods: ping, status, takePicture, purgeSpool, reloadModel"}
