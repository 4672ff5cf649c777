"""Settings of both hosts, from environment variables (the Functions app's settings)."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from function_app.errors import SettingsInvalid
from function_app.keys import MIN_KEY_BYTES, AnonymizationKeys
from function_app.moments import DayStart
from function_app.pool.rules import Rules

Attribute = Literal["age", "gender", "emotion"]
ATTRIBUTES: tuple[Attribute, ...] = ("age", "gender", "emotion")


def _long_enough(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value().encode()) < MIN_KEY_BYTES:
        raise ValueError(f"must have at least {MIN_KEY_BYTES} bytes")
    return key


def _known_attributes(text: str) -> str:
    unknown = [name for name in _split(text) if name not in ATTRIBUTES]
    if unknown:
        raise ValueError(f"is a comma list out of {','.join(ATTRIBUTES)}")
    return text


def _split(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _day_start(text: str) -> str:
    DayStart.parse(text)
    return text


Key = Annotated[SecretStr, AfterValidator(_long_enough)]
ContainerName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:-?[a-z0-9]){2,55}$")]
"""Room for `-poison` within the 63 characters of a container's name."""


class Settings(BaseSettings):
    """What both hosts need. Names are those of docs/architecture.md."""

    model_config = SettingsConfigDict(frozen=True, case_sensitive=True, extra="ignore", populate_by_name=True)

    picture_storage: SecretStr = Field(alias="PictureStorage", min_length=1)
    picture_container: ContainerName = Field("pictures", alias="PICTURE_CONTAINER")
    storage_api_version: Annotated[str, StringConstraints(pattern=r"^20\d\d-\d\d-\d\d$")] = Field(
        "2019-07-07", alias="STORAGE_API_VERSION"
    )
    face_api_endpoint: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#@]+$")] = Field(
        alias="FACE_API_ENDPOINT"
    )
    face_api_key: SecretStr = Field(alias="FACE_API_KEY", min_length=1)
    face_attributes: Annotated[str, NoDecode, AfterValidator(_known_attributes)] = Field(
        ",".join(ATTRIBUTES), alias="FACE_ATTRIBUTES"
    )
    anonymization_key: Key = Field(alias="ANONYMIZATION_KEY")
    anonymization_key_previous: Key | None = Field(None, alias="ANONYMIZATION_KEY_PREVIOUS")
    anonymization_key_since: AwareDatetime | None = Field(None, alias="ANONYMIZATION_KEY_SINCE")
    visitor_memory: Annotated[str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9-]{0,62})?$")] = Field(
        alias="VISITOR_MEMORY", description="The memory's name; empty: no face is remembered."
    )
    min_group: int = Field(5, ge=0, le=1000, alias="MIN_GROUP", description="Nothing leaves of fewer people.")
    day_start: Annotated[str, AfterValidator(_day_start)] = Field(
        "00:00", alias="DAY_START", description="When the store's day begins: HH:MM, or HH:MM Area/City."
    )
    picture_retention_minutes: float = Field(24 * 60, gt=0, allow_inf_nan=False, alias="PICTURE_RETENTION_MINUTES")

    @model_validator(mode="after")
    def _rotation_is_whole(self) -> Self:
        if (self.anonymization_key_previous is None) != (self.anonymization_key_since is None):
            raise ValueError("ANONYMIZATION_KEY_PREVIOUS and ANONYMIZATION_KEY_SINCE go together")
        return self

    @property
    def poison_container(self) -> str:
        """Where pictures go that can't be analyzed."""
        return f"{self.picture_container}-poison"

    @property
    def pool_container(self) -> str:
        """Where counts wait that may not leave yet."""
        return f"{self.picture_container}-pool"

    @property
    def rules(self) -> Rules:
        """What may leave, and when."""
        return Rules(self.min_group, DayStart.parse(self.day_start), bool(self.visitor_memory), self.keys.pool_id)

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """What to ask of the Face API, in the order of ATTRIBUTES."""
        wanted = _split(self.face_attributes)
        return tuple(name for name in ATTRIBUTES if name in wanted)

    @property
    def keys(self) -> AnonymizationKeys:
        """The anonymization keys."""
        previous = self.anonymization_key_previous
        since: datetime | None = self.anonymization_key_since
        return AnonymizationKeys(
            self.anonymization_key.get_secret_value().encode(),
            None if previous is None else previous.get_secret_value().encode(),
            since,
        )


class FunctionsSettings(Settings):
    """What the Functions app needs besides."""

    host_storage: SecretStr = Field(
        SecretStr(""), alias="AzureWebJobsStorage", description="The host's own; empty: it has no connection string."
    )


class WorkerSettings(Settings):
    """What the worker needs besides: in the Functions app the host has the Event Hubs connection."""

    event_hub: SecretStr = Field(alias="EventHub", min_length=1)
    event_hub_name: Annotated[str, StringConstraints(min_length=1)] = Field(alias="EVENT_HUB_NAME")
    concurrency: int = Field(4, ge=1, le=64, alias="WORKER_CONCURRENCY")
    poll_seconds: float = Field(0.1, ge=0.01, le=60, alias="WORKER_POLL_SECONDS")
    lease_seconds: int = Field(30, ge=15, le=60, alias="WORKER_LEASE_SECONDS")
    traces_endpoint: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s?#@]+)?$")] = Field(
        "", alias="TRACES_ENDPOINT", description="An OpenTelemetry collector's OTLP/HTTP address; empty: no traces."
    )

    @model_validator(mode="after")
    def _traces_of_single_pictures_only_where_they_leave_singly(self) -> Self:
        if self.traces_endpoint and self.rules.pooled:
            raise ValueError("TRACES_ENDPOINT: traces tell when each person came: not with a MIN_GROUP above 1")
        return self


S = TypeVar("S", bound=Settings)


def load(kind: type[S]) -> S:
    """Read settings of that kind from the environment, and from files of their names in SECRETS_DIR if that is set.

    Raises SettingsInvalid naming every wrong one, on one line, without values.
    """
    folder = os.environ.get("SECRETS_DIR")
    if folder is not None and not Path(folder).is_dir():
        raise SettingsInvalid("settings: SECRETS_DIR is not a folder")
    try:
        return kind(_secrets_dir=folder)
    except ValidationError as error:
        raise SettingsInvalid(_one_line(error)) from None


def _one_line(error: ValidationError) -> str:
    faults = []
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        name = ".".join(str(part) for part in fault["loc"])
        said = "is missing" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
        faults.append(f"{name}: {said}" if name else said)
    return "settings: " + "; ".join(faults)
