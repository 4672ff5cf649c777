"""What `--source` means: sample footage, a path, an RTSP address or a camera's number. Mistakes are told at once."""

import json
from collections.abc import Mapping
from pathlib import Path

import av
from PIL import Image
from pydantic import JsonValue

from local.errors import NothingToShow
from local.footage.sample import sample_footage
from local.footage.truth import LINES, ZONES

CAMERA_SECONDS = 60.0
"""How long a source without an end is watched when nothing else is asked."""
VARIABLE = "CameraSource"
PICTURES = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".webp"))
"""As the camera module takes them."""


def judge(source: str, environment: Mapping[str, str]) -> None:
    """Raises NothingToShow for a mistake, also for an address that may hold a password on a command line."""
    if source == VARIABLE:
        if not environment.get(VARIABLE):
            raise NothingToShow(f"--source {VARIABLE}: the environment variable {VARIABLE} is not set")
    elif "://" in source and ("@" in source or "?" in source):
        raise NothingToShow(
            f"--source: anyone can see a command line; put an address with a password into the environment variable "
            f"{VARIABLE} and give --source {VARIABLE}"
        )
    elif is_endless(source):
        _check_camera(source)
    elif source != "sample":
        if not Path(source).exists():
            raise NothingToShow("--source: there is no such file or folder")
        _check_file(Path(source))


def resolve(source: str, environment: Mapping[str, str]) -> str:
    """What the edge module is to look at. Draws the sample if need be, which takes a minute. Raises as `judge` does."""
    judge(source, environment)
    if source == VARIABLE:
        return environment[VARIABLE]
    if source == "sample":
        return str(sample_footage())
    return source if is_endless(source) else str(Path(source).resolve())


def places(source: str) -> dict[str, JsonValue]:
    """The twin's lines and zones for a source: the sample's are known."""
    return {"Lines": json.dumps(LINES), "Zones": json.dumps(ZONES)} if source == "sample" else {}


def is_endless(source: str) -> bool:
    """Whether the source goes on until it is told to stop."""
    return source.isdigit() or source.startswith(("rtsp://", "rtsps://"))


def _check_camera(source: str) -> None:
    """A camera of this machine is there or not; a network camera may still be off."""
    if source.isdigit() and not Path(f"/dev/video{source}").exists():
        there = ", ".join(sorted(path.name.removeprefix("video") for path in Path("/dev").glob("video*"))) or "none"
        raise NothingToShow(f"--source {source}: there is no camera {source} (/dev/video{source}); there are: {there}")


def _check_file(path: Path) -> None:
    """A first look, by the form alone: what a file's pictures hold, the camera module judges. Raises NothingToShow."""
    if path.is_dir():
        if not any(each.suffix.lower() in PICTURES for each in path.iterdir()):
            raise NothingToShow(f"--source: no pictures in this folder (looked for {', '.join(sorted(PICTURES))})")
        return
    if not path.is_file():
        raise NothingToShow("--source: neither a file nor a folder; pipes and devices can't be read twice")
    try:
        if path.suffix.lower() in PICTURES:
            with Image.open(path):
                return
        # absolute: FFmpeg takes what stands before a colon for a protocol
        with av.open(str(path.absolute()), metadata_errors="replace") as container:
            if container.streams.video:
                return
    except Exception:  # noqa: BLE001 - whatever a file holds, it is the file that is at fault
        raise NothingToShow("--source: not a video or picture that can be read") from None
    raise NothingToShow("--source: no video stream in this file")
