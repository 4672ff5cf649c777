"""The streaming mode's settings, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from windows.errors import SettingsInvalidError


@dataclass(frozen=True)
class StreamSettings:
    """Where events come from and where the checkpoint lives."""

    event_hub: str
    hub: str
    consumer_group: str
    checkpoint_storage: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "StreamSettings":
        """Raises SettingsInvalidError with one line that names every setting that is missing."""
        needed = ("EventHub", "EVENT_HUB_NAME", "CheckpointStorage")
        missing = [name for name in needed if not environment.get(name)]
        if missing:
            raise SettingsInvalidError(f"set {', '.join(missing)} in the environment to follow Event Hubs")
        group = environment.get("EVENT_HUB_CONSUMER_GROUP") or "$Default"
        event_hub, hub, storage = (environment[name] for name in needed)
        return cls(event_hub, hub, group, storage)
