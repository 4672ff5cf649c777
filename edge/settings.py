"""The module's settings: environment variables overlaid by the module twin, taken or refused as one whole.

pydantic-settings is not used: the twin lies over the environment, and only the merged whole can be judged.
"""

import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    model_validator,
)

from edge.addresses import Host, host, http_host, is_camera, storage_parts
from edge.counting.day import DayStart
from edge.counting.places import Line, Zone
from edge.counting.reading import read_lines, read_zones
from edge.errors import SettingsRefused
from edge.setting_types import CameraAddress, Connection, DayStarts, Hosts, Key, Place, Sha256, Url, Words

PERSON_MODEL = "person_detector.tflite"
"""The built-in person model, in MODELS_DIR."""
NO_CAMERA = "expected an rtsp:// or rtsps:// address or the number of a camera"


class Settings(BaseModel):
    """Every setting, checked. Aliases are the names users write; see edge/README.md for the table."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True)

    # Twin properties, and environment variables of the same name.
    store: Annotated[Place | None, Field(alias="Store")] = None
    camera: Annotated[Place | None, Field(alias="Camera")] = None
    picture_storage: Connection | None = Field(None, alias="PictureStorage")
    camera_source: CameraAddress | None = Field(None, alias="CameraSource")
    rtsp_transport: Literal["tcp", "udp"] = Field("tcp", alias="RtspTransport")
    objects_of_interest: Words = Field(("person",), alias="ObjectsOfInterest")
    confidence_threshold: float = Field(0.35, alias="ConfidenceThreshold", ge=0.05, le=0.99)
    require_face: bool = Field(True, alias="RequireFace")
    time_between_pictures: float = Field(5.0, alias="TimeBetweenPicturesInSeconds", ge=0.2, le=3600)
    frames_per_second: float = Field(10.0, alias="FramesPerSecond", ge=0.1, le=60)
    jpeg_quality: int = Field(80, alias="JpegQuality", ge=40, le=95)
    model_zip_url: Url | None = Field(None, alias="ModelZipUrl")
    model_zip_sha256: Sha256 | None = Field(None, alias="ModelZipSha256")
    lines: Annotated[tuple[Line, ...], BeforeValidator(read_lines)] = Field((), alias="Lines")
    zones: Annotated[tuple[Zone, ...], BeforeValidator(read_zones)] = Field((), alias="Zones")
    line_band: float = Field(0.05, alias="LineBand", ge=0, le=0.5)
    day_start: DayStarts = Field(DayStart(time(), ZoneInfo("UTC")), alias="DayStart")
    traffic_seconds: int = Field(60, alias="TrafficSeconds", ge=15, le=3600, multiple_of=15)
    spool_max_megabytes: float = Field(500.0, alias="SpoolMaxMegabytes", ge=1, le=100_000)
    spool_max_hours: float = Field(72.0, alias="SpoolMaxHours", gt=0, le=8760)

    # Environment only: what belongs to the machine, not to whoever may write the twin.
    allowed_hosts: Hosts = Field((), alias="AllowedHosts")
    allow_take_picture: bool = Field(False, alias="AllowTakePicture")
    picture_container: str = Field("pictures", alias="PICTURE_CONTAINER", pattern=r"^[a-z0-9](-?[a-z0-9]){2,62}$")
    storage_api_version: str = Field("2019-07-07", alias="STORAGE_API_VERSION", pattern=r"^\d{4}-\d\d-\d\d$")
    telemetry_seconds: float = Field(60.0, alias="TelemetrySeconds", ge=1, le=3600)
    log_seconds: float = Field(60.0, alias="LogSeconds", ge=1, le=3600)
    models_dir: Path = Field(Path("models/weights"), alias="MODELS_DIR")
    secrets_dir: Path | None = Field(None, alias="SECRETS_DIR")
    spool_folder: Path = Field(Path.home() / ".local/state/footfall/spool", alias="SpoolFolder")
    spool_key: Key | None = Field(None, alias="SpoolKey")

    @model_validator(mode="after")
    def _model_and_hash_together(self) -> Self:
        if (self.model_zip_url is None) != (self.model_zip_sha256 is None):
            missing = "ModelZipSha256" if self.model_zip_url else "ModelZipUrl"
            raise ValueError(f"{missing}: needed, as ModelZipUrl and ModelZipSha256 go together")
        return self

    @model_validator(mode="after")
    def _each_place_has_a_name_of_its_own(self) -> Self:
        if shared := {line.name for line in self.lines} & {zone.name for zone in self.zones}:
            raise ValueError(f"Zones: {min(shared)} is a line's name too; each place needs a name of its own")
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
    def picture_host(self) -> Host | None:
        """Where pictures go."""
        return http_host(storage_parts(self.storage_connection)[0]) if self.picture_storage else None

    @property
    def model_host(self) -> Host | None:
        """Where the model comes from."""
        return http_host(self.model_zip_url.get_secret_value()) if self.model_zip_url else None

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
        "AllowedHosts",
        "AllowTakePicture",
        "TelemetrySeconds",
        "LogSeconds",
        "PICTURE_CONTAINER",
        "STORAGE_API_VERSION",
        "MODELS_DIR",
        "SECRETS_DIR",
        "SpoolFolder",
        "SpoolKey",
    )
)
NAMES = tuple(str(field.alias) for field in Settings.model_fields.values())
TWIN_NAMES = frozenset(NAMES) - ENVIRONMENT_ONLY
NOT_A_NAME = re.compile(r"[^A-Za-z0-9_-]")
MOST_REASONS = 20
"""A twin's reported properties hold 32 kB; a longer report would never arrive."""


def resolve(environment: Mapping[str, str], twin: Mapping[str, JsonValue] | None = None) -> Settings:
    """Settings from the environment, overlaid by the twin's desired properties.

    Empty environment variables count as unset. Twin keys that start with `$` are IoT Hub's own. Only the environment
    says where pictures may go: a twin that names another host than AllowedHosts is refused.

    Raises SettingsRefused with one reason for each wrong property; never with a property's value.
    """
    merged: dict[str, JsonValue] = {name: environment[name] for name in NAMES if environment.get(name)}
    desired = {name: value for name, value in (twin or {}).items() if not name.startswith("$")}
    unknown = [name for name in desired if name not in TWIN_NAMES]
    reasons = {_shown(name): "not a property of this module" for name in unknown[:MOST_REASONS]}
    named = {name: value for name, value in desired.items() if name in TWIN_NAMES}
    try:
        settings = Settings.model_validate(merged | named)
    except ValidationError as error:
        reasons |= dict(
            _reason(str(problem["loc"][0]) if problem["loc"] else "", problem["msg"]) for problem in error.errors()
        )
        raise SettingsRefused(reasons) from None
    reasons |= _not_the_twins(settings, frozenset(name for name, value in named.items() if value is not None))
    if reasons:
        raise SettingsRefused(reasons)
    return settings


def _not_the_twins(settings: Settings, named: frozenset[str]) -> dict[str, str]:
    """Why what the twin names isn't its to name: hosts that the device doesn't list, and files."""
    reasons = {}
    allowed = [host(entry) for entry in settings.allowed_hosts]
    for name, address in (("PictureStorage", settings.picture_host), ("ModelZipUrl", settings.model_host)):
        if name in named and address and not any(entry.covers(address) for entry in allowed):
            reasons[name] = "names a host that the device doesn't allow; AllowedHosts in its own environment lists them"
    if "CameraSource" in named and not is_camera(settings.source):
        reasons["CameraSource"] = NO_CAMERA
    return reasons


def _shown(name: str) -> str:
    """A property's name for reports: nothing that could be more than a name."""
    return name if len(name) <= 40 and not NOT_A_NAME.search(name) else "(a property with an odd name)"


def _reason(name: str, message: str) -> tuple[str, str]:
    message = message.removeprefix("Value error, ")
    if not name:
        name, _, message = message.partition(": ")
    if name in ("Store", "Camera"):
        message = "expected 1 to 63 of a-z, 0-9 and -, not starting with -"
    return name, message
