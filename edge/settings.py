"""The module's settings: environment variables overlaid by the module twin, taken or refused as one whole.

pydantic-settings is not used: the twin lies over the environment, and only the merged whole can be judged.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)

from edge.errors import SettingsRefused

PERSON_MODEL = "person_detector.tflite"
"""The built-in person model, in MODELS_DIR."""


def _words(value: object) -> object:
    """Twins hold lists as strings: take a JSON list, or words separated by commas, or a real list."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            raise ValueError('expected a list such as ["person"] or person,dog') from None
    return [word.strip() for word in value.split(",") if word.strip()]


def _sas_only(value: SecretStr) -> SecretStr:
    """A connection string with BlobEndpoint and SharedAccessSignature; an account key has no place on a device."""
    parts = dict(part.partition("=")[::2] for part in value.get_secret_value().strip(";").split(";"))
    if parts.get("AccountKey") or parts.get("UseDevelopmentStorage"):
        raise ValueError("holds an account key; give the device a container SAS (create and write) instead")
    if not parts.get("BlobEndpoint", "").startswith(("http://", "https://")) or not parts.get("SharedAccessSignature"):
        raise ValueError("expected BlobEndpoint=https://…;SharedAccessSignature=…")
    return value


def _http_url(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("http://", "https://")):
        raise ValueError("expected an http:// or https:// address")
    return value


def _key(value: SecretStr) -> SecretStr:
    try:
        size = len(base64.b64decode(value.get_secret_value(), validate=True))
    except binascii.Error:
        size = 0
    if size != 32:
        raise ValueError("expected 32 bytes in base64, e.g. from: openssl rand -base64 32")
    return value


Place = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Words = Annotated[tuple[str, ...], BeforeValidator(_words), Field(min_length=1, max_length=100)]


class Settings(BaseModel):
    """Every setting, checked. Aliases are the names users write; see edge/README.md for the table."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    # Twin properties, and environment variables of the same name.
    store: Annotated[Place | None, Field(alias="Store")] = None
    camera: Annotated[Place | None, Field(alias="Camera")] = None
    picture_storage: Annotated[SecretStr, AfterValidator(_sas_only)] | None = Field(None, alias="PictureStorage")
    camera_source: SecretStr | None = Field(None, alias="CameraSource")
    objects_of_interest: Words = Field(("person",), alias="ObjectsOfInterest")
    confidence_threshold: float = Field(0.25, alias="ConfidenceThreshold", ge=0.05, le=0.99)
    require_face: bool = Field(True, alias="RequireFace")
    time_between_pictures: float = Field(5.0, alias="TimeBetweenPicturesInSeconds", ge=0.2, le=3600)
    frames_per_second: float = Field(10.0, alias="FramesPerSecond", ge=0.1, le=60)
    jpeg_quality: int = Field(85, alias="JpegQuality", ge=40, le=95)
    model_zip_url: Annotated[SecretStr, AfterValidator(_http_url)] | None = Field(None, alias="ModelZipUrl")
    model_zip_sha256: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{64}$")] | None = Field(
        None, alias="ModelZipSha256"
    )
    spool_max_megabytes: float = Field(500.0, alias="SpoolMaxMegabytes", ge=1, le=100_000)
    spool_max_hours: float = Field(72.0, alias="SpoolMaxHours", gt=0, le=8760)

    # Environment only: what belongs to the machine, not to the deployment.
    picture_container: str = Field("pictures", alias="PICTURE_CONTAINER", pattern=r"^[a-z0-9](-?[a-z0-9]){2,62}$")
    storage_api_version: str = Field("2019-07-07", alias="STORAGE_API_VERSION", pattern=r"^\d{4}-\d\d-\d\d$")
    telemetry_seconds: float = Field(60.0, alias="TelemetrySeconds", ge=1, le=3600)
    models_dir: Path = Field(Path("models/weights"), alias="MODELS_DIR")
    spool_folder: Path = Field(Path.home() / ".local/state/footfall/spool", alias="SpoolFolder")
    spool_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(None, alias="SpoolKey")

    @model_validator(mode="after")
    def _model_and_hash_together(self) -> Self:
        if (self.model_zip_url is None) != (self.model_zip_sha256 is None):
            missing = "ModelZipSha256" if self.model_zip_url else "ModelZipUrl"
            raise ValueError(f"{missing}: needed, as ModelZipUrl and ModelZipSha256 go together")
        return self

    @property
    def place(self) -> str:
        """`<store>/<camera>`, as pictures are named. Raises SettingsRefused if either isn't set."""
        self.require_set("Store", "Camera")
        return f"{self.store}/{self.camera}"

    @property
    def storage_connection(self) -> str:
        """The connection string, in clear. Raises SettingsRefused if it isn't set."""
        self.require_set("PictureStorage")
        return self.picture_storage.get_secret_value() if self.picture_storage else ""

    @property
    def source(self) -> str:
        """CameraSource in clear. Raises SettingsRefused if it isn't set."""
        self.require_set("CameraSource")
        return self.camera_source.get_secret_value() if self.camera_source else ""

    @property
    def spool_secret(self) -> str | None:
        """SpoolKey in clear, if it is set."""
        return self.spool_key.get_secret_value() if self.spool_key else None

    def require_set(self, *names: str) -> None:
        """Raises SettingsRefused naming those of `names` that aren't set."""
        values = self.model_dump(by_alias=True)
        missing = {name: "not set" for name in names if values[name] is None}
        if missing:
            raise SettingsRefused(missing)


ENVIRONMENT_ONLY = frozenset(
    (
        "TelemetrySeconds",
        "PICTURE_CONTAINER",
        "STORAGE_API_VERSION",
        "MODELS_DIR",
        "SpoolFolder",
        "SpoolKey",
    )
)
NAMES = tuple(str(field.alias) for field in Settings.model_fields.values())
TWIN_NAMES = frozenset(NAMES) - ENVIRONMENT_ONLY


def resolve(environment: Mapping[str, str], twin: Mapping[str, JsonValue] | None = None) -> Settings:
    """Settings from the environment, overlaid by the twin's desired properties.

    Empty environment variables count as unset. Twin keys that start with `$` are IoT Hub's own.

    Raises SettingsRefused with one reason for each wrong property; never with a property's value.
    """
    merged: dict[str, JsonValue] = {name: environment[name] for name in NAMES if environment.get(name)}
    desired = {name: value for name, value in (twin or {}).items() if not name.startswith("$")}
    reasons = {name: "not a property of this module" for name in desired if name not in TWIN_NAMES}
    merged |= {name: value for name, value in desired.items() if name in TWIN_NAMES}
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        reasons |= dict(
            _reason(str(problem["loc"][0]) if problem["loc"] else "", problem["msg"]) for problem in error.errors()
        )
        raise SettingsRefused(reasons) from None
    if reasons:
        raise SettingsRefused(reasons)
    return settings


def _reason(name: str, message: str) -> tuple[str, str]:
    message = message.removeprefix("Value error, ")
    if not name:
        name, _, message = message.partition(": ")
    if name in ("Store", "Camera"):
        message = "expected 1 to 63 of a-z, 0-9 and -, not starting with -"
    return name, message
