"""The Face API over HTTP: the adapter that keeps connections, retries what is safe, and names what went wrong."""

import base64
import json
import math
import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import certifi
import tenacity
import urllib3

from function_app import face_answers
from function_app.circuit import Circuit
from function_app.errors import (
    BlobAtFault,
    FaceApiAnswerInvalid,
    FaceApiFailing,
    FaceApiRefused,
    FaceApiThrottled,
    FaceApiUnavailable,
    FaceApiUnreachable,
    Passing,
    PictureUnreadable,
)
from function_app.faces import Face, Visit
from function_app.settings import Attribute, Settings

BLANK_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAAAAACPAi4CAAAAK0lEQVR42u3MMREAAAgEoNfkRjeEmwcBqMlNRyAQCAQCgUAgEAgEAsHz"
    "YAFAdAEArKmlZAAAAABJRU5ErkJggg=="
)
"""A grey square of 64 × 64 pixels."""
UNREADABLE = frozenset({"InvalidImage", "InvalidImageSize"})
MAX_ANSWER_BYTES = 1024 * 1024
CONNECT_SECONDS, READ_SECONDS = 2.0, 10.0
FACE_ID_SECONDS = 60  # the least that the contract allows: an id is observed at once, or detected anew
TRIES = 3
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.1, 1.0
LONGEST_RETRY_AFTER_SECONDS = 300.0


class FaceClient:
    """Detects and observes. Thread-safe; `connections` are kept open.

    Both calls may be repeated: detecting changes nothing but ids that expire, and an observation carries an id of its
    own. So what fails fast (no connection, 5xx, a short Retry-After) is tried TRIES times; a timeout is not, because
    the service is then busy enough.
    """

    def __init__(
        self,
        endpoint: str,
        key: str,
        memory: str,
        attributes: Sequence[Attribute],
        *,
        connections: int,
        circuit: Circuit | None = None,
        sleep: Callable[[float], None] = time.sleep,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        """`memory`: the visitor memory's name; without one no face ids are asked for, so no template is kept."""
        root = urlsplit(endpoint).path.rstrip("/")
        wanted = f"&returnFaceAttributes={','.join(attributes)}" if attributes else ""
        remember = f"true&faceIdTimeToLive={FACE_ID_SECONDS}" if memory else "false"
        self._detect_path = f"{root}/face/v1.0/detect?returnFaceId={remember}{wanted}&detectionModel=detection_01"
        self._observe_path = f"{root}/visitors/v1/{memory}/observe"
        self._ready_path = f"{root}/ready"
        self._attributes, self._remembers = tuple(attributes), bool(memory)
        self._circuit = circuit or Circuit()
        self._headers = {"Ocp-Apim-Subscription-Key": key, "Accept": "application/json"}
        self._pool = urllib3.connection_from_url(
            endpoint,
            maxsize=connections,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=read_seconds),
            **(_trust() if urlsplit(endpoint).scheme == "https" else {}),
        )  # a third of a call cheaper than requests; neither proxy nor .netrc: the service is on the premises
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._worth_another_try),
            stop=tenacity.stop_after_attempt(TRIES),
            wait=_wait,
            sleep=sleep,
            reraise=True,
        )

    @classmethod
    def of(cls, settings: Settings, connections: int) -> "FaceClient":
        """As the settings say."""
        return cls(
            settings.face_api_endpoint,
            settings.face_api_key.get_secret_value(),
            settings.visitor_memory,
            settings.attributes,
            connections=connections,
        )

    def detect(self, picture: bytes) -> list[Face]:
        """The faces of a picture. Raises PictureUnreadable or a Passing error."""
        body = self._post(self._detect_path, "application/octet-stream", picture)
        return face_answers.faces(body, self._attributes, with_ids=self._remembers)

    def observe(self, observation_id: str, seen_at: datetime, camera: str, face_ids: Sequence[str]) -> list[Visit]:
        """One visit for each face id, in that order. Raises Passing. Without a memory nothing is asked."""
        if not self._remembers:
            return [Visit("unknown", first_at_camera=True)] * len(face_ids)
        question = {
            "observationId": observation_id,
            "seenAt": seen_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "camera": camera,
            "faceIds": list(face_ids),
        }
        body = self._post(self._observe_path, "application/json", json.dumps(question).encode())
        return face_answers.visits(body, face_ids)

    def reads_a_blank_picture(self) -> bool:
        """Whether it finds no face in a grey square, in time."""
        try:
            return self.detect(BLANK_PNG) == []
        except (Passing, BlobAtFault):
            return False

    def is_ready(self) -> bool:
        """Whether the service says that it can work."""
        try:
            answer = self._pool.request("GET", self._ready_path, headers=self._headers, retries=False, redirect=False)
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == HTTPStatus.OK

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def _worth_another_try(self, error: BaseException) -> bool:
        if not isinstance(error, (FaceApiUnreachable, FaceApiFailing, FaceApiThrottled)):
            return False
        return not self._circuit.is_open() and (error.retry_after or 0.0) <= LONGEST_WAIT_SECONDS

    def _post(self, path: str, content_type: str, body: bytes) -> bytes:
        return self._retrying(self._post_once, path, {**self._headers, "Content-Type": content_type}, body)

    def _post_once(self, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
        self._circuit.enter()
        try:
            answer = self._exchange(path, headers, body)
        except FaceApiUnavailable:
            self._circuit.failed()
            raise
        except Exception:
            self._circuit.succeeded()
            raise
        self._circuit.succeeded()
        return answer

    def _exchange(self, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
        try:
            response = self._pool.urlopen(
                "POST", path, body, headers, retries=False, redirect=False, preload_content=False
            )
            with closing(response):
                answer = _read(response)
        except urllib3.exceptions.NewConnectionError:  # refused: no matter of time
            raise FaceApiUnreachable("the Face API can't be reached, or hung up") from None
        except urllib3.exceptions.ConnectTimeoutError:
            raise FaceApiUnavailable("the Face API takes no connection in time") from None
        except urllib3.exceptions.TimeoutError:
            raise FaceApiUnavailable("the Face API does not answer in time") from None
        except urllib3.exceptions.HTTPError:
            raise FaceApiUnreachable("the Face API can't be reached, or hung up") from None
        if response.status != HTTPStatus.OK:
            raise _fault(response, answer)
        return answer


def _trust() -> dict[str, Any]:
    """Whom to believe who the service is: a private authority, as on a Hub, where REQUESTS_CA_BUNDLE names one."""
    roots = os.environ.get("REQUESTS_CA_BUNDLE") or certifi.where()
    return {"cert_reqs": "CERT_REQUIRED", "ca_cert_dir" if Path(roots).is_dir() else "ca_certs": roots}


def _read(response: urllib3.BaseHTTPResponse) -> bytes:
    chunks, size = [], 0
    for chunk in response.stream(64 * 1024):
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise FaceApiAnswerInvalid(f"the Face API answers more than {MAX_ANSWER_BYTES} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def _fault(response: urllib3.BaseHTTPResponse, body: bytes) -> Exception:
    status, code = response.status, face_answers.fault_code(body)
    if status == HTTPStatus.BAD_REQUEST and code in UNREADABLE:
        return PictureUnreadable(code)
    retry_after = _retry_after(response.headers.get("Retry-After"))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return FaceApiThrottled("the Face API answers 429", retry_after)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return FaceApiFailing(f"the Face API answers {status}", retry_after)
    if status >= HTTPStatus.BAD_REQUEST:
        return FaceApiRefused(f"the Face API answers {status}; check its address, key and memory's name")
    return FaceApiAnswerInvalid(f"the Face API answers {status}")


def _retry_after(value: str | None) -> float | None:
    """Seconds that a Retry-After header asks for (a number or a date), 0 … 300; None without a usable one."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    if math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_SECONDS)


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, Passing) else None
    backoff = FIRST_WAIT_SECONDS * 2 ** (state.attempt_number - 1)
    return (asked or 0.0) + random.uniform(backoff / 2, backoff)  # noqa: S311 (jitter, not a secret)
