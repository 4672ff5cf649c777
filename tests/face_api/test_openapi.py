"""The service against its own OpenAPI document: no fault, no hang, no answer that the document does not know."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.face_api.server import KEY_HEADER, FaceServer, face_server

_HANG_SECONDS = 10
_OPERATIONS = 30


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[FaceServer]:
    """A service that may be filled with anything."""
    with face_server("--workers", "1") as server:
        yield server


def send_generated_requests(operation: Any, server: FaceServer, examples: int) -> None:
    """Valid and invalid requests to one operation, each answered as the document says."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        case.call_and_validate(
            base_url=server.url,
            headers={KEY_HEADER: server.key},
            timeout=_HANG_SECONDS,
            checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
        )

    send()


def test_generated_requests_are_answered_as_documented(fuzzed: FaceServer) -> None:
    schema = schemathesis.openapi.from_dict(httpx.get(f"{fuzzed.url}/swagger").json())
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(operations) == _OPERATIONS
    for operation in operations:
        send_generated_requests(operation, fuzzed, examples=12)


def test_without_a_key_every_operation_of_the_contract_is_closed(fuzzed: FaceServer) -> None:
    paths = httpx.get(f"{fuzzed.url}/swagger").json()["paths"]
    closed = [(method, path) for path, item in paths.items() for method in item if path.startswith(("/face", "/vis"))]
    assert len(closed) == _OPERATIONS - 3
    for method, path in closed:
        assert httpx.request(method, fuzzed.url + path).status_code == 401
