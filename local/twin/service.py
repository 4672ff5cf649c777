"""The stand-in's service API from the caller's side."""

import time
from collections.abc import Mapping

import httpx

from local.iot_edge.errors import NotRunning, TwinRefused
from local.iot_edge.payload import Json
from local.iot_edge.running import Running

LOOK_AGAIN_SECONDS = 0.2


class TwinService:
    """Twins and direct methods of one module, or of the device itself."""

    def __init__(self, running: Running, module: str | None) -> None:
        self._path = f"/twins/{running.device}" + (f"/modules/{module}" if module else "")
        self._http = httpx.Client(
            base_url=running.service,
            headers={"Authorization": f"Bearer {running.token}"},
            timeout=httpx.Timeout(10, read=310),
            trust_env=False,  # loopback: no proxy
        )

    def __enter__(self) -> "TwinService":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def twin(self) -> dict[str, Json]:
        """The twin with its connection state. Raises TwinRefused and NotRunning, as all do."""
        return _object(self._ask("GET", self._path))

    def patch_desired(self, patch: Mapping[str, Json]) -> dict[str, Json]:
        """Change desired properties; null removes one. Answers the twin."""
        return _object(self._ask("PATCH", self._path, {"properties": {"desired": dict(patch)}}))

    def answer(self, version: Json, seconds: float) -> dict[str, str] | None:
        """What the module says to the desired properties of that version or a later one: what it refuses, with reasons.

        None if it has not said so within `seconds`.
        """
        until = time.monotonic() + seconds
        while True:
            settings = _object(_object(_object(self.twin().get("properties")).get("reported")).get("settings"))
            seen = settings.get("version")
            if isinstance(seen, int) and isinstance(version, int) and seen >= version:
                return {name: str(reason) for name, reason in _object(settings.get("refused")).items()}
            if time.monotonic() > until:
                return None
            time.sleep(LOOK_AGAIN_SECONDS)

    def call(self, method: str, payload: Json = None, seconds: float = 30.0) -> tuple[int, Json]:
        """Run a direct method. Answers its status and payload."""
        asked: dict[str, Json] = {"methodName": method, "payload": payload, "responseTimeoutInSeconds": seconds}
        answer = _object(self._ask("POST", f"{self._path}/methods", asked))
        status = answer["status"]
        return status if isinstance(status, int) else 0, answer["payload"]

    def telemetry(self, last: int = 100) -> list[Json]:
        """The newest messages of all modules, oldest first."""
        found = self._ask("GET", f"/telemetry?last={last}")
        return found if isinstance(found, list) else []

    def _ask(self, method: str, path: str, body: dict[str, Json] | None = None) -> Json:
        try:
            response = self._http.request(method, path, json=body)
            answer: Json = response.json()
        except (httpx.HTTPError, ValueError):
            raise NotRunning("the IoT Edge stand-in does not answer") from None
        if response.is_success:
            return answer
        detail = answer.get("detail") if isinstance(answer, dict) else None
        raise TwinRefused(str(detail or f"refused with status {response.status_code}"))


def desired(twin: Mapping[str, Json]) -> dict[str, Json]:
    """The desired properties."""
    return _object(_object(twin.get("properties")).get("desired"))


def connected(twin: Mapping[str, Json]) -> bool:
    """Whether the module is there to answer."""
    return twin.get("connectionState") == "Connected"


def _object(answer: Json) -> dict[str, Json]:
    return answer if isinstance(answer, dict) else {}
