"""The Face API over HTTP: the adapter that keeps connections, retries what is safe, and names what went wrong."""

import json
import math
import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import requests
import tenacity
from requests.adapters import HTTPAdapter

from function_app import face_answers
from function_app.circuit import Circuit
from function_app.errors import (
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

UNREADABLE = frozenset({"InvalidImage", "InvalidImageSize"})
MAX_ANSWER_BYTES = 1024 * 1024
CONNECT_SECONDS, READ_SECONDS = 2.0, 10.0
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
        root = endpoint.rstrip("/")
        wanted = f"&returnFaceAttributes={','.join(attributes)}" if attributes else ""
        remember = "true" if memory else "false"
        detect_url = f"{root}/face/v1.0/detect?returnFaceId={remember}{wanted}&detectionModel=detection_01"
        observe_url = f"{root}/visitors/v1/{memory}/observe"
        self._ready_url = f"{root}/ready"
        self._attributes, self._remembers = tuple(attributes), bool(memory)
        self._circuit = circuit or Circuit()
        self._timeout = (CONNECT_SECONDS, read_seconds)
        self._session = requests.Session()
        self._session.trust_env = False  # the service is on the premises: no proxy, no .netrc; half the cost of a call
        self._session.headers.update({"Ocp-Apim-Subscription-Key": key, "Accept": "application/json"})
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=connections))
        self._detect_request = self._prepared(detect_url, "application/octet-stream")
        self._observe_request = self._prepared(observe_url, "application/json")
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
        body = self._post(self._detect_request, picture)
        return face_answers.faces(body, self._attributes, with_ids=self._remembers)

    def observe(self, observation_id: str, seen_at: datetime, face_ids: Sequence[str]) -> list[Visit]:
        """One visit for each face id, in that order. Raises Passing. Without a memory nothing is asked."""
        if not self._remembers:
            return [Visit("unknown", 0.0)] * len(face_ids)
        question = {
            "observationId": observation_id,
            "seenAt": seen_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "faceIds": list(face_ids),
        }
        body = self._post(self._observe_request, json.dumps(question).encode())
        return face_answers.visits(body, face_ids)

    def check_ready(self) -> None:
        """Raises FaceApiUnavailable unless the service says that it can work."""
        try:
            status = self._session.get(self._ready_url, timeout=self._timeout).status_code
        except requests.RequestException:
            raise FaceApiUnreachable("the Face API can't be reached") from None
        if status != HTTPStatus.OK:
            raise FaceApiUnavailable("the Face API is not ready")

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _worth_another_try(self, error: BaseException) -> bool:
        if not isinstance(error, (FaceApiUnreachable, FaceApiFailing, FaceApiThrottled)):
            return False
        return not self._circuit.is_open() and (error.retry_after or 0.0) <= LONGEST_WAIT_SECONDS

    def _prepared(self, url: str, content_type: str) -> requests.PreparedRequest:
        """All of a request but its body, so that this work is done once."""
        return self._session.prepare_request(requests.Request("POST", url, {"Content-Type": content_type}))

    def _post(self, request: requests.PreparedRequest, body: bytes) -> bytes:
        request = request.copy()
        request.prepare_body(body, None)
        return self._retrying(self._post_once, request)

    def _post_once(self, request: requests.PreparedRequest) -> bytes:
        self._circuit.enter()
        try:
            answer = self._exchange(request)
        except FaceApiUnavailable:
            self._circuit.failed()
            raise
        except Exception:
            self._circuit.succeeded()
            raise
        self._circuit.succeeded()
        return answer

    def _exchange(self, request: requests.PreparedRequest) -> bytes:
        try:
            with self._session.send(request, timeout=self._timeout, stream=True, allow_redirects=False) as response:
                answer = _read(response)
        except requests.ConnectTimeout:
            raise FaceApiUnavailable("the Face API takes no connection in time") from None
        except requests.Timeout:
            raise FaceApiUnavailable("the Face API does not answer in time") from None
        except requests.RequestException:
            raise FaceApiUnreachable("the Face API can't be reached, or hung up") from None
        if response.status_code != HTTPStatus.OK:
            raise _fault(response, answer)
        return answer


def _read(response: requests.Response) -> bytes:
    chunks, size = [], 0
    for chunk in response.iter_content(64 * 1024):
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise FaceApiAnswerInvalid(f"the Face API answers more than {MAX_ANSWER_BYTES} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def _fault(response: requests.Response, body: bytes) -> Exception:
    status, code = response.status_code, face_answers.fault_code(body)
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
