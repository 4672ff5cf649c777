"""The workload API and the service API, beyond what the SDK asks of them."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.iot_edge.telemetry import LARGEST_FILE, Message, TelemetryLog
from tests.local_iot_edge.conftest import Served


@pytest.fixture
def workload(served: Served) -> Iterator[httpx.Client]:
    transport = httpx.HTTPTransport(uds=served.running.modules[served.module].workload_socket)
    with httpx.Client(transport=transport, base_url="http://workload") as client:
        yield client


@pytest.fixture
def service(served: Served) -> Iterator[httpx.Client]:
    about = served.running
    headers = {"Authorization": f"Bearer {about.token}"}
    with httpx.Client(base_url=about.service, headers=headers, trust_env=False) as client:
        yield client


def sign_path(served: Served, module: str) -> str:
    return f"/modules/{module}/genid/{served.running.modules[module].generation}/sign?api-version=2020-07-07"


def test_a_modules_socket_signs_with_its_key_alone(served: Served, shared: Any, workload: httpx.Client) -> None:
    other = shared().module
    asked = {"keyId": "primary", "algo": "HMACSHA256", "data": base64.b64encode(b"data").decode()}

    own = workload.post(sign_path(served, served.module), json=asked)

    assert own.status_code == 200
    assert len(base64.b64decode(own.json()["digest"])) == 32
    assert workload.post(sign_path(served, other), json=asked).status_code == 404
    assert workload.post(sign_path(served, served.module), json={**asked, "algo": "MD5"}).status_code == 400
    assert workload.post(sign_path(served, served.module), json={**asked, "data": "%"}).status_code == 400
    assert workload.post(sign_path(served, served.module), content=b"[" * 99_999).status_code == 400
    assert workload.post(sign_path(served, served.module), content=b"x" * 300_000).status_code == 413
    assert "BEGIN CERTIFICATE" in workload.get("/trust-bundle?api-version=2020-07-07").json()["certificate"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic x"])
def test_the_service_api_answers_nobody_without_the_token(served: Served, header: str) -> None:
    path = f"{served.running.service}/twins/edge-device/modules/{served.module}"

    assert httpx.get(path, headers={"Authorization": header}, trust_env=False).status_code == 401


def test_the_service_api_says_what_is_wrong_with_a_request(served: Served, service: httpx.Client) -> None:
    path = f"/twins/edge-device/modules/{served.module}"

    assert service.get("/twins/edge-device/modules/nobody").status_code == 404
    assert service.patch(path, content=b"not json").status_code == 400
    assert service.patch(path, json={"properties": {"reported": {}}}).status_code == 400
    too_deep = service.patch(path, json={"properties": {"desired": {"a b": 1}}})
    assert (too_deep.status_code, "'a b'" in too_deep.json()["detail"]) == (400, True)
    assert service.post(f"{path}/methods", json={"payload": 1}).status_code == 400
    assert service.post(f"{path}/methods", json={"methodName": "a", "responseTimeoutInSeconds": 1e9}).status_code == 400
    assert service.get("/telemetry?last=0").status_code == 422


def test_telemetry_is_kept_within_its_bounds_the_newest_of_it(tmp_path: Path) -> None:
    log, now = TelemetryLog(tmp_path), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    for number in range(120):
        log.add(Message("edge", {"$.on": "counts", "a": "b"}, b'{"n": %d, "x": "%s"}' % (number, b"x" * 100_000)), now)
    log.add(Message("edge", {}, b"\xff not json " + b"[" * 9_999), now)

    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 2 * (LARGEST_FILE + 200_000)
    newest = log.newest(3)
    assert [message["output"] for message in newest] == ["counts", "counts", None]
    assert newest[0]["enqueuedAt"] == "2026-01-02T03:04:05.000Z"
    assert newest[0]["properties"] == {"a": "b"}
    assert isinstance(newest[0]["body"], dict)
    assert newest[0]["body"]["n"] == 118
    assert isinstance(newest[2]["body"], str)
