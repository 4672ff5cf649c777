"""Whether a camera shows a picture. Its address may hold a password: it is never shown."""

import time

import av

from local.doctor.finding import Finding, well, wrong

WAIT_SECONDS = 10.0
KEY_FRAME_SECONDS = 25.0
"""A camera joined between two key frames shows nothing until the next."""
TODO = (
    "is it on, in this network, and the address as its manual says (rtsp://user:password@host/path)? "
    "Try it in a player (`ffplay`, VLC), then here again"
)


def camera(source: str) -> Finding:
    """Open what `source` names (rtsp://…, a number, a file) and wait for one picture."""
    begin = time.monotonic()
    try:
        container = _open(source)
    except Exception as error:  # noqa: BLE001 - whatever a camera sends, it is the camera that is at fault
        return wrong("camera", f"does not open ({_reason(error)})", TODO)
    with container:
        try:
            for frame in container.decode(video=0):
                took = time.monotonic() - begin
                return well("camera", f"{frame.width} × {frame.height}, first picture after {took:.1f} s")
        except Exception as error:  # noqa: BLE001 - as above
            return wrong("camera", f"opens, and shows no picture ({_reason(error)})", TODO)
    return wrong("camera", "opens, and shows no picture", TODO)


def _open(source: str) -> av.container.InputContainer:
    timeout = (WAIT_SECONDS, KEY_FRAME_SECONDS)
    if source.isdigit():
        return av.open(f"/dev/video{source}", format="v4l2", timeout=timeout)
    if source.startswith(("rtsp://", "rtsps://")):
        return av.open(source, options={"rtsp_transport": "tcp"}, timeout=timeout)
    return av.open(source, timeout=timeout)


def _reason(error: Exception) -> str:
    """Our words or the system's, never the library's whole text: it quotes the address."""
    return str(getattr(error, "strerror", None) or type(error).__name__)
