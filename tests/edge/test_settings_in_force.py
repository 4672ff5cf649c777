from edge.camera.choose import check_camera
from edge.settings import Settings
from edge.settings_in_force import SettingsInForce

Change = tuple[Settings, Settings]


def in_force(**environment: str) -> tuple[SettingsInForce, list[Change]]:
    settings, changes = SettingsInForce(environment), list[Change]()
    settings.on_change(lambda old, new: changes.append((old, new)))
    return settings, changes


def test_a_good_patch_is_taken_and_told() -> None:
    settings, changes = in_force()
    assert settings.patch({"JpegQuality": 70, "$version": 2}) == {}
    assert settings.current.jpeg_quality == 70
    assert settings.version == 2
    assert [(old.jpeg_quality, new.jpeg_quality) for old, new in changes] == [(Settings().jpeg_quality, 70)]


def test_a_bad_patch_changes_nothing() -> None:
    settings, changes = in_force()
    assert settings.patch({"JpegQuality": 70, "RequireFace": "perhaps"}).keys() == {"RequireFace"}
    assert settings.current.jpeg_quality == Settings().jpeg_quality
    assert settings.refused.keys() == {"RequireFace"}
    assert not changes


def test_what_was_refused_stays_refused_until_it_is_mended() -> None:
    """As a restart would: IoT Hub still holds the bad property."""
    settings, _ = in_force()
    settings.patch({"RequireFace": "perhaps"})
    assert settings.patch({"JpegQuality": 70}).keys() == {"RequireFace"}
    assert settings.patch({"RequireFace": False}) == {}
    assert (settings.current.jpeg_quality, settings.current.require_face, settings.refused) == (70, False, {})


def test_null_takes_a_property_back_to_the_environment() -> None:
    settings, _ = in_force(JpegQuality="60")
    settings.patch({"JpegQuality": 70})
    settings.patch({"JpegQuality": None})
    assert settings.current.jpeg_quality == 60


def test_the_same_patch_again_tells_no_one() -> None:
    settings, changes = in_force()
    settings.patch({"JpegQuality": 70})
    settings.patch({"JpegQuality": 70})
    assert len(changes) == 1


def test_a_camera_that_is_not_there_is_refused_and_an_address_is_taken() -> None:
    settings, _ = in_force(CameraSource="rtsp://10.0.0.1/live")
    settings.check(check_camera)
    assert settings.patch({"CameraSource": "63"}) == {
        "CameraSource": "there is no camera 63 on this machine (/dev/video63)"
    }
    assert settings.patch({"CameraSource": "/etc"}).keys() == {"CameraSource"}
    assert settings.patch({"CameraSource": "rtsp://user:s3cret@10.0.0.2/live"}) == {}
    assert "s3cret" not in repr(settings.current)
