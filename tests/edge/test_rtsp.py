import time
from collections.abc import Callable

import pytest
from av import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from edge.camera.choose import open_source
from edge.camera.reader import Reader
from edge.errors import CameraLost
from edge.settings import resolve
from tests.edge.rtsp_camera import RATE, SDP, Habits, camera


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_frames_come_from_a_network_camera() -> None:
    with camera() as served, Reader(open_source(served.address), lambda: 60.0) as reader:
        frames = [reader.take(timeout=10) for _ in range(5)]
        assert all(frame and (frame.width, frame.height) == (320, 240) for frame in frames)
        assert reader.state == "on"


def test_when_a_camera_hangs_up_it_is_lost_and_comes_back_and_no_log_holds_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("edge.camera.reader.FIRST_PAUSE", 0.1)
    with capture_logs() as logs, camera() as served, Reader(open_source(served.address), lambda: 60.0) as reader:
        assert reader.take(timeout=10)
        served.hang_up()
        until(lambda: [line for line in logs if line["event"] == "camera lost"])
        until(lambda: len([line for line in logs if line["event"] == "camera on"]) == 2)
        assert not reader.ended
    assert "pass-word" not in str(logs)
    assert "viewer" not in str(logs)


def test_a_wrong_password_is_said_without_repeating_it() -> None:
    with camera() as served:
        wrong = served.address.replace("pass-word", "wrong-word")
        with pytest.raises(CameraLost) as lost:
            next(iter(open_source(wrong).images()))
    assert "wrong-word" not in str(lost.value)
    assert str(lost.value).startswith("network camera: ")


def test_a_reader_switches_to_another_camera() -> None:
    with camera() as one, camera() as other, Reader(open_source(one.address), lambda: 60.0) as reader:
        assert reader.take(timeout=10)
        reader.switch(open_source(other.address))
        until(lambda: other.connections)
        until(lambda: reader.state == "on")
        assert reader.take(timeout=10)


def first_frame_of(address: str, transport: str = "tcp") -> VideoFrame:
    """The first image that a camera's source shows."""
    return next(iter(open_source(address, transport).images())).image


def test_a_camera_joined_between_two_key_frames_comes_up() -> None:
    """Ten seconds until the next key frame and nothing in the SDP: until then, no packet can be decoded."""
    with camera(Habits(gop=80 * RATE, missed=RATE, haste=8)) as served:
        assert first_frame_of(served.address).width == 320


def test_a_camera_that_never_sends_a_picture_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.camera.live.LONGEST_WITHOUT_PICTURE", 1.0)
    with camera(Habits(gop=10_000, missed=1, haste=5)) as served, pytest.raises(CameraLost) as lost:
        first_frame_of(served.address)
    assert "sends" in str(lost.value)


def test_a_camera_that_knows_udp_alone_is_reached_by_setting() -> None:
    with camera(Habits(udp_only=True)) as served:
        with pytest.raises(CameraLost):
            first_frame_of(served.address)
        assert first_frame_of(served.address, "udp").width == 320
    assert resolve({"RtspTransport": "udp"}).rtsp_transport == "udp"


def test_a_cameras_name_may_be_in_any_encoding() -> None:
    with camera(Habits(name="Eingang T\xfcr".encode("latin-1"))) as served:
        assert first_frame_of(served.address).width == 320


def test_the_first_pause_is_the_shortest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.camera.reader.FIRST_PAUSE", 0.01)
    with capture_logs() as logs, Reader(open_source("rtsp://127.0.0.1:1/"), lambda: 60.0) as reader:
        until(lambda: len(logs) >= 4)
        assert reader.state == "lost"
    assert [line["reason"] for line in logs[:1]] == ["network camera: connection refused"]


LINES = st.sampled_from([*SDP.encode().splitlines(), b"m=audio 0 RTP/AVP 0", b"a=rtpmap:96 H265/90000", b"a=control:*"])
WORDS = LINES | st.binary(max_size=60) | st.tuples(LINES, st.binary(max_size=20)).map(b"".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, max_size=12))
def test_whatever_a_camera_describes_it_is_lost_and_nothing_else_happens(lines: list[bytes]) -> None:
    with camera(Habits(describe=b"\r\n".join(lines))) as served, pytest.raises(CameraLost) as lost:
        first_frame_of(served.address)
    assert "pass-word" not in str(lost.value)
