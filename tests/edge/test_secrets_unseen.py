"""No part of a password, a SAS or a path in an error, a reason, a log line or a representation, whatever it looks like.

Secrets here are made of capital letters and digits of a kind that none of our own words have.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue
from structlog.testing import capture_logs

from edge.camera.choose import check_camera, open_source
from edge.errors import CameraLost, EdgeError, SettingsRefused, UploadFailed
from edge.iot.methods import answer
from edge.log import configure
from edge.model.download import DownloadFailed, download
from edge.parcel import Parcel
from edge.secret_files import with_secret_files
from edge.settings import TWIN_NAMES, resolve
from edge.settings_in_force import SettingsInForce
from edge.upload import PictureStorage

PART = st.text("QXZJK7", min_size=4, max_size=6)
JOINT = st.sampled_from([*list("/?#@:%&=;,\\ [](){}!$*+~^|<>\"'.-_"), "%2F", "\n", "\t", "é", "//", "@@"])
SECRET = st.lists(PART, min_size=1, max_size=4).flatmap(
    lambda parts: st.lists(JOINT, min_size=len(parts) - 1, max_size=len(parts) - 1).map(
        lambda joints: "".join(part + joint for part, joint in zip(parts, [*joints, ""], strict=True))
    )
)
SCHEMES = st.sampled_from(["rtsp://", "rtsps://", "rtsp:/", "rtsp;//", "RTSP://", "http://", "ftp://", "", "/", "//"])
PLACES = st.sampled_from(["@127.0.0.1:1/live", "@127.0.0.1:1", "/live", "@[::1]:1/", "", "@127.0.0.1:port/"])


@st.composite
def camera_addresses(draw: st.DrawFn) -> tuple[str, str]:
    """An address, well-formed or not, and the secret in it."""
    secret = draw(SECRET)
    form = draw(
        st.sampled_from(["{s}admin:{x}{p}", "{s}{x}{p}", "{s}127.0.0.1:1/{x}", "{s}127.0.0.1:1/live?token={x}"])
    )
    return form.format(s=draw(SCHEMES), x=secret, p=draw(PLACES)), secret


def shows(text: str, secret: str) -> bool:
    """Whether a text holds any four letters of a secret's parts in a row."""
    return any(
        piece in text
        for piece in (secret[start : start + 4] for start in range(len(secret) - 3))
        if set(piece) <= set("QXZJK7")
    )


@contextmanager
def nothing_shows(secret: str) -> Iterator[None]:
    """Neither the log, nor an error that comes out, nor the traceback that Python would print of it."""
    with capture_logs() as lines:
        try:
            yield
        except EdgeError as error:
            assert not shows("".join(traceback.format_exception(error)), secret)  # noqa: PT017
            if isinstance(error, SettingsRefused):
                assert not shows(repr(error.reasons), secret)  # noqa: PT017
    assert not shows(repr(lines), secret)


@given(camera_addresses())
def test_a_cameras_address_never_shows(made: tuple[str, str]) -> None:
    address, secret = made
    with nothing_shows(secret):
        source = open_source(address)
        assert not shows(repr(source) + source.name, secret)
    for environment, twin in (({"CameraSource": address}, {}), ({}, {"CameraSource": address})):
        with nothing_shows(secret):
            in_force = resolve(environment, twin)
            assert not shows(repr(in_force) + str(in_force), secret)
            check_camera(in_force)


@settings(max_examples=15, deadline=None)
@given(SECRET)
def test_a_camera_that_does_not_answer_is_lost_without_a_word_of_its_address(secret: str) -> None:
    with nothing_shows(secret), pytest.raises(CameraLost) as lost:
        next(iter(open_source(f"rtsp://127.0.0.1:1/{secret}").images()))
    assert not shows("".join(traceback.format_exception(lost.value)), secret)


@given(camera_addresses(), st.sampled_from(sorted(TWIN_NAMES)))
def test_no_twin_gets_a_value_back(made: tuple[str, str], name: str) -> None:
    address, secret = made
    in_force = SettingsInForce({"AllowedHosts": "127.0.0.1"})
    in_force.check(check_camera)
    with nothing_shows(secret):
        reasons = in_force.patch({name: address, "ObjectsOfInterest": {address: address}})
        assert not shows(repr(reasons), secret)
        assert not shows(repr(in_force.patch({name: [address]})), secret)


@given(SECRET)
def test_a_sas_never_shows(secret: str) -> None:
    connection = f"BlobEndpoint=https://account.example/;SharedAccessSignature=sv=2019-07-07&sig={secret}"
    values: Mapping[str, JsonValue] = {"PictureStorage": connection, "ModelZipUrl": f"https://h.example/?{secret}"}
    with nothing_shows(secret):
        in_force = resolve({"AllowedHosts": "account.example,h.example"}, {**values, "ModelZipSha256": "a" * 64})
        assert not shows(repr(in_force) + str(in_force), secret)


@settings(max_examples=10, deadline=None)
@given(SECRET)
def test_storage_and_models_that_cannot_be_reached_say_so_without_their_secrets(secret: str) -> None:
    connection = f"BlobEndpoint=http://127.0.0.1:1/a;SharedAccessSignature=sig={secret}"
    with nothing_shows(secret), pytest.raises(UploadFailed) as failed:
        PictureStorage(connection, "pictures", "2019-07-07").put(Parcel("s/c/1.jpg", b"", 1))
    assert not shows("".join(traceback.format_exception(failed.value)), secret)
    with nothing_shows(secret), pytest.raises(DownloadFailed) as missed:
        download(f"http://127.0.0.1:1/{secret}", "a" * 64)
    assert not shows("".join(traceback.format_exception(missed.value)), secret)


def test_an_error_that_nobody_foresaw_is_said_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.excepthook, threading.excepthook
    try:
        configure()

        def breaks() -> None:
            raise ValueError("QXZJ7")

        thread = threading.Thread(target=breaks)
        thread.start()
        thread.join()
    finally:
        sys.excepthook, threading.excepthook = before
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()
    said = capsys.readouterr().err
    assert '"kind": "ValueError"' in said
    assert "QXZJ7" not in said


def test_secrets_come_from_files_and_the_environment_goes_before_them(tmp_path: Path) -> None:
    (tmp_path / "CameraSource").write_text("rtsp://admin:secret@10.0.0.1/live\n")
    (tmp_path / "SpoolKey").write_text("from the file")
    (tmp_path / "Store").write_text("no secret: not read")
    found = with_secret_files({"SECRETS_DIR": str(tmp_path), "SpoolKey": "from the environment"})
    assert found == {
        "SECRETS_DIR": str(tmp_path),
        "CameraSource": "rtsp://admin:secret@10.0.0.1/live",
        "SpoolKey": "from the environment",
    }


def test_a_secret_that_cannot_be_read_is_named_without_its_content(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="SECRETS_DIR: no such folder"):
        with_secret_files({"SECRETS_DIR": str(tmp_path / "nowhere")})
    for content in (b"\xff\xfeQXZJ", bytes(70_000)):
        (tmp_path / "PictureStorage").write_bytes(content)
        with pytest.raises(SettingsRefused, match="PictureStorage: its file") as refused:
            with_secret_files({"SECRETS_DIR": str(tmp_path)})
        assert "QXZJ" not in str(refused.value)


def test_an_unknown_method_is_not_repeated() -> None:
    assert "QXZJ" not in repr(answer(None, "QXZJ"))  # type: ignore[arg-type]
