"""Which source a user means by `--source` or CameraSource. No error repeats it: it may hold a password."""

from pathlib import Path

from edge.addresses import is_camera
from edge.camera.live import local_camera, network_camera
from edge.camera.pictures import SUFFIXES, Pictures, read_picture
from edge.camera.source import Source
from edge.camera.video_file import VideoFile
from edge.errors import SettingsRefused, SourceUnusable
from edge.settings import NO_CAMERA, Settings


def check_camera(settings: Settings) -> None:
    """Raises SettingsRefused unless CameraSource is a camera that can be switched to while the module runs.

    Anything else is refused by its form: whether there is such a file is nobody's to ask.
    """
    if not is_camera(settings.source):
        raise SettingsRefused({"CameraSource": NO_CAMERA})
    try:
        open_source(settings.source, settings.rtsp_transport)
    except SourceUnusable as unusable:
        raise SettingsRefused({"CameraSource": str(unusable)}) from None


def open_source(spec: str, rtsp_transport: str = "tcp") -> Source:
    """The source that a path, a folder, an rtsp:// address or a camera number names.

    Raises SourceUnusable if there is no such thing; a network camera may still be off.
    """
    if is_camera(spec):
        return _local(int(spec)) if spec.isdecimal() else network_camera(spec, rtsp_transport)
    try:
        return _file(Path(spec))
    except (OSError, ValueError):
        raise SourceUnusable(f"there is no such file or folder, or it can't be read; {NO_CAMERA}") from None


def _local(number: int) -> Source:
    if not Path(f"/dev/video{number}").exists():
        raise SourceUnusable(f"there is no camera {number} on this machine (/dev/video{number})")
    return local_camera(number)


def _file(path: Path) -> Source:
    if path.is_dir():
        return Pictures.in_folder(path)
    path.stat()
    if not path.is_file():
        raise SourceUnusable("neither a file nor a folder: pipes and devices can't be read twice, as this needs")
    if path.suffix.lower() in SUFFIXES:
        read_picture(path)
        return Pictures((path,))
    video = VideoFile(path)
    video.check()
    return video
