import time
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from edge.camera.choose import open_source
from edge.camera.reader import Reader
from edge.errors import CameraLost
from tests.edge.rtsp_camera import camera


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
    assert str(lost.value).startswith("rtsp://127.0.0.1:")


def test_a_reader_switches_to_another_camera() -> None:
    with camera() as one, camera() as other, Reader(open_source(one.address), lambda: 60.0) as reader:
        assert reader.take(timeout=10)
        reader.switch(open_source(other.address))
        until(lambda: other.connections)
        until(lambda: reader.state == "on")
        assert reader.take(timeout=10)
