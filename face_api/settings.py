"""The service's settings: environment variables, each of which the command line may overrule."""

import os
from pathlib import Path
from typing import Annotated, Any, Self

from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from face_api.calls import Calls
from face_api.errors import CannotStart

_WEIGHTS = Path(__file__).resolve().parent.parent / "models" / "weights"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Settings(BaseSettings):
    """What an operator can set. Durations may be fractions."""

    model_config = SettingsConfigDict(extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    host: str = Field("127.0.0.1", alias="FACE_API_HOST", min_length=1)
    port: int = Field(5000, alias="FACE_API_PORT", ge=0, le=65535)
    api_key: SecretStr | None = Field(None, alias="FACE_API_KEY", description="the key that clients must send")
    erasing_key: SecretStr | None = Field(
        None, alias="FACE_API_ERASING_KEY", description="the key that erasing needs; none: api_key's"
    )
    calls: Annotated[frozenset[Calls], NoDecode] = Field(
        frozenset(Calls), alias="FACE_API_CALLS", description="which calls are served: a comma list", min_length=1
    )
    data: Path | None = Field(None, alias="FACE_API_DATA", description="folder of the SQLite file; none: in memory")
    database: SecretStr | None = Field(None, alias="FACE_API_DATABASE", description="postgresql://…; instead of data")
    database_patience: float = Field(
        10, alias="FACE_API_DATABASE_PATIENCE", ge=1, le=3600, description="seconds to wait for it at the start"
    )
    models_dir: Path = Field(_WEIGHTS, alias="MODELS_DIR")
    visit_gap_minutes: float = Field(60, alias="VISIT_GAP_MINUTES", gt=0, le=7 * 24 * 60)
    memory_days: float = Field(30, alias="MEMORY_DAYS", gt=0, le=3650, description="since last seen")
    memory_most_days: float = Field(90, alias="MEMORY_MOST_DAYS", gt=0, le=3650, description="since first seen")
    least_age: float = Field(
        0, alias="LEAST_AGE", ge=0, le=100, description="years; of who looks younger nothing is kept or said"
    )
    workers: int = Field(default_factory=lambda: len(os.sched_getaffinity(0)), alias="FACE_API_WORKERS", ge=1, le=256)
    queue: int = Field(16, alias="FACE_API_QUEUE", ge=0, le=10_000, description="pictures that may wait for a worker")
    picture_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        (), alias="PICTURE_URLS", description="`public`, or the hosts that pictures may be fetched from"
    )

    @field_validator("calls", mode="before")
    @classmethod
    def _comma_list(cls, value: object) -> object:
        return frozenset(filter(None, map(str.strip, value.lower().split(",")))) if isinstance(value, str) else value

    @field_validator("picture_urls", mode="before")
    @classmethod
    def _hosts(cls, value: object) -> object:
        if isinstance(value, str):
            hosts = tuple(host.strip().lower() for host in value.split(",") if host.strip())
            return () if hosts == ("off",) else hosts
        return value

    @field_validator("api_key", "erasing_key")
    @classmethod
    def _key_is_not_empty(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value and value.get_secret_value() else None

    @model_validator(mode="after")
    def _erasing_needs_another_key(self) -> Self:
        if self.erasing_key and (self.api_key is None or self.erasing_key == self.api_key):
            raise ValueError("FACE_API_ERASING_KEY must be another key than FACE_API_KEY, which must be set too")
        return self

    @property
    def loopback_only(self) -> bool:
        """Whether the service can be reached from this machine alone."""
        return self.host in _LOOPBACK


def refuse_secrets_in_sight(settings: Settings, *, api_key: str | None, dsn: str | None) -> None:
    """Whoever is on the machine can read a command line: given there, off loopback, a secret is none.

    Raises CannotStart.
    """
    if api_key and not settings.loopback_only:
        raise CannotStart(
            "no key on the command line: set FACE_API_KEY, or put it in a file of that name in SECRETS_DIR"
        )
    if dsn and "password" in conninfo_to_dict(dsn):
        raise CannotStart("no password on the command line: set FACE_API_DATABASE, or put it in a file in SECRETS_DIR")


def _secrets_folder() -> Path | None:
    """Where secrets lie as files, each named as its variable."""
    named = os.environ.get("SECRETS_DIR")
    if named and not Path(named).is_dir():
        raise CannotStart(f"SECRETS_DIR: there is no folder {named}")
    return Path(named) if named else None


def read_settings(**overrides: Any) -> Settings:
    """The settings from `overrides` (None: not given), else the environment, else the files in SECRETS_DIR.

    Raises CannotStart with one line that names each wrong setting.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    folder = _secrets_folder()
    try:
        settings = Settings(_secrets_dir=folder, **given)
    except (OSError, UnicodeError):
        raise CannotStart(f"SECRETS_DIR: a file in {folder} can't be read, or is no text") from None
    except ValidationError as error:
        wrong = "; ".join(_words(one) for one in error.errors(include_url=False, include_input=False))
        raise CannotStart(f"wrong settings: {wrong}") from None
    if not settings.loopback_only and settings.api_key is None:
        raise CannotStart(f"listening on {settings.host} needs a key: set FACE_API_KEY or --api-key")
    return settings


def _words(error: ErrorDetails) -> str:
    place = ".".join(str(part) for part in error["loc"] if isinstance(part, str))
    return f"{place}: {error['msg'].lower()}" if place else error["msg"].removeprefix("Value error, ")
