"""Which source a user means by `--source`."""

from pathlib import Path

from edge.camera.live import local_camera, network_camera, redacted
from edge.camera.pictures import SUFFIXES, Pictures, read_picture
from edge.camera.source import Source
from edge.camera.video_file import VideoFile
from edge.errors import SettingsRefused, SourceUnusable
from edge.settings import Settings


def check_camera(settings: Settings) -> None:
    """Raises SettingsRefused unless CameraSource is a camera that can be switched to while the module runs."""
    try:
        if not open_source(settings.source).live:
            raise SettingsRefused({"CameraSource": "expected an rtsp:// address or the number of a camera"})
    except SourceUnusable as unusable:
        raise SettingsRefused({"CameraSource": str(unusable)}) from None


def open_source(spec: str) -> Source:
    """The source that a path, a folder, an rtsp:// address or a camera number names.

    Raises SourceUnusable if there is no such thing; a network camera may still be off.
    """
    if spec.startswith(("rtsp://", "rtsps://")):
        return network_camera(spec)
    if "://" in spec:
        raise SourceUnusable(f"{redacted(spec)}: not a kind of camera this module knows; use rtsp:// or rtsps://")
    if spec.isdecimal():
        if not Path(f"/dev/video{spec}").exists():
            raise SourceUnusable(f"camera {spec}: there is no /dev/video{spec} on this machine")
        return local_camera(int(spec))
    path = Path(spec)
    if path.is_dir():
        return Pictures.in_folder(path)
    if not path.exists():
        raise SourceUnusable(f"{spec}: no such file or folder")
    if path.suffix.lower() in SUFFIXES:
        read_picture(path)
        return Pictures((path,))
    video = VideoFile(path)
    video.check()
    return video
