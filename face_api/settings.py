"""The service's settings: environment variables, each of which the command line may overrule."""

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from face_api.errors import CannotStart

_WEIGHTS = Path(__file__).resolve().parent.parent / "models" / "weights"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Settings(BaseSettings):
    """What an operator can set. Durations may be fractions."""

    model_config = SettingsConfigDict(extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    host: str = Field("127.0.0.1", alias="FACE_API_HOST", min_length=1)
    port: int = Field(5000, alias="FACE_API_PORT", ge=0, le=65535)
    api_key: SecretStr | None = Field(None, alias="FACE_API_KEY", description="the key that clients must send")
    data: Path | None = Field(None, alias="FACE_API_DATA", description="folder of the SQLite file; none: in memory")
    database: SecretStr | None = Field(None, alias="FACE_API_DATABASE", description="postgresql://…; instead of data")
    models_dir: Path = Field(_WEIGHTS, alias="MODELS_DIR")
    visit_gap_minutes: float = Field(60, alias="VISIT_GAP_MINUTES", gt=0, le=7 * 24 * 60)
    memory_days: float = Field(30, alias="MEMORY_DAYS", gt=0, le=3650)
    workers: int = Field(default_factory=lambda: len(os.sched_getaffinity(0)), alias="FACE_API_WORKERS", ge=1, le=256)
    queue: int = Field(16, alias="FACE_API_QUEUE", ge=0, le=10_000, description="pictures that may wait for a worker")
    picture_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        (), alias="PICTURE_URLS", description="`public`, or the hosts that pictures may be fetched from"
    )

    @field_validator("picture_urls", mode="before")
    @classmethod
    def _hosts(cls, value: object) -> object:
        if isinstance(value, str):
            hosts = tuple(host.strip().lower() for host in value.split(",") if host.strip())
            return () if hosts == ("off",) else hosts
        return value

    @field_validator("api_key")
    @classmethod
    def _key_is_not_empty(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value and value.get_secret_value() else None

    @property
    def loopback_only(self) -> bool:
        """Whether the service can be reached from this machine alone."""
        return self.host in _LOOPBACK


def read_settings(**overrides: Any) -> Settings:
    """The settings from the environment and `overrides` (None: not given).

    Raises CannotStart with one line that names each wrong setting.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg'].lower()}" for e in error.errors())
        raise CannotStart(f"wrong settings: {wrong}") from None
    if not settings.loopback_only and settings.api_key is None:
        raise CannotStart(f"listening on {settings.host} needs a key: set FACE_API_KEY or --api-key")
    return settings
