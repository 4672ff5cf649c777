"""Nothing of a picture, a template or a face leaves the service but by the answer that was asked for."""

import json
import subprocess
import sys
import uuid
from pathlib import Path

import numpy as np
import pytest

from face_api.faces.template import Template
from face_api.serving.keys import KEY_HEADER as RAW_KEY_HEADER
from tests.face_api.pictures import DETECT, STREAM, detect
from tests.face_api.server import REPOSITORY, face_server


def test_the_log_says_nothing_of_pictures_faces_visitors_or_keys(tmp_path: Path, photographs: list[bytes]) -> None:
    memory, observation = f"m{uuid.uuid4().hex}", uuid.uuid4().hex
    with face_server("--data", str(tmp_path), "--workers", "1") as server:
        with server.client() as client:
            faces = detect(client, photographs[0], returnFaceAttributes="age,gender,emotion")
            ids = [face["faceId"] for face in faces]
            body = {"observationId": observation, "seenAt": "2026-05-04T10:00:00Z", "camera": "cam-1", "faceIds": ids}
            for _ in range(2):
                assert client.post(f"/visitors/v1/{memory}/observe", json=body).status_code == 200
            client.post(f"/visitors/v1/{memory}/observe", json={**body, "seenAt": "secret-nonsense"})
            client.post(DETECT, content=b"secret-nonsense" * 100, headers=STREAM)
            client.post(DETECT, params={"returnFaceAttributes": "secret-nonsense"})
        assert server.stop() == 0
        log = "".join(server.lines)
    for secret in (*ids, memory, observation, server.key, "secret-nonsense", "faceRectangle"):
        assert secret not in log
    assert '"event": "stopped"' in log


def test_a_librarys_words_are_kept_out_of_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    program = (
        "import logging; from face_api.logs import configure_logs; configure_logs();"
        "logging.getLogger('library').error('secret %s', 'nonsense')"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=REPOSITORY)
    line = json.loads(capfd.readouterr().err)
    assert (line["event"], line["level"], line["logger"]) == ("library", "error", "library")
    assert "secret" not in str(line)


def test_a_template_has_no_words_for_itself() -> None:
    template = Template(np.full(1024, 1 / 32, np.float32), 0.5)
    assert "0.03125" not in repr(template)
    assert repr(template).startswith("<")


@pytest.mark.parametrize("place", ["header twice", "as a query"])
def test_the_key_counts_only_once_and_in_the_header(place: str, tmp_path: Path) -> None:
    import httpx

    with face_server("--data", str(tmp_path), "--workers", "1") as server:
        name = RAW_KEY_HEADER.decode()
        if place == "header twice":
            answer = httpx.post(server.url + DETECT, headers=[(name, server.key), (name, "x")])
        else:
            answer = httpx.post(server.url + DETECT, params={name: server.key})
        assert answer.status_code == 401
