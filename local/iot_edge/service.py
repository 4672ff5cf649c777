"""The service's side over HTTP, in the form of IoT Hub's own REST API: twins and direct methods; and telemetry."""

import hmac
from typing import Annotated

import structlog
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import JSONResponse

from local.iot_edge.errors import IotEdgeError, MethodTimedOut, ModuleOffline, TwinRefused, UnknownModule
from local.iot_edge.http_body import json_object
from local.iot_edge.hub import Hub, Module
from local.iot_edge.payload import Json

_STATUS: dict[type[IotEdgeError], int] = {
    UnknownModule: 404,
    ModuleOffline: 404,
    TwinRefused: 400,
    MethodTimedOut: 504,
}
_LONGEST_WAIT_SECONDS = 300.0


def service_api(hub: Hub, token: str) -> FastAPI:
    """The service API; callers show `token` as bearer."""

    async def allowed(request: Request) -> None:
        shown = request.headers.get("authorization", "")
        if not hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "the bearer token is missing or wrong")

    api = FastAPI(openapi_url=None, dependencies=[Depends(allowed)])
    body = Depends(json_object)

    @api.exception_handler(IotEdgeError)
    async def refused(_: Request, error: IotEdgeError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, _STATUS.get(type(error), 500))

    @api.exception_handler(Exception)
    async def failed(_: Request, error: Exception) -> JSONResponse:
        structlog.get_logger().error("service failed", error=type(error).__name__)
        return JSONResponse({"detail": "the stand-in failed; see its log"}, 500)

    @api.get("/twins/{device}/modules/{module}")
    async def get_twin(device: str, module: str) -> dict[str, Json]:
        return _about(hub.module(f"{device}/{module}"))

    @api.get("/twins/{device}")
    async def get_device_twin(device: str) -> dict[str, Json]:
        return _about(hub.module(device))

    @api.patch("/twins/{device}/modules/{module}")
    async def patch_twin(device: str, module: str, patch: dict[str, Json] = body) -> dict[str, Json]:
        return _patched(hub, hub.module(f"{device}/{module}"), patch)

    @api.patch("/twins/{device}")
    async def patch_device_twin(device: str, patch: dict[str, Json] = body) -> dict[str, Json]:
        return _patched(hub, hub.module(device), patch)

    @api.post("/twins/{device}/modules/{module}/methods")
    async def call_module(device: str, module: str, asked: dict[str, Json] = body) -> dict[str, Json]:
        return await _call(hub, hub.module(f"{device}/{module}"), asked)

    @api.post("/twins/{device}/methods")
    async def call_device(device: str, asked: dict[str, Json] = body) -> dict[str, Json]:
        return await _call(hub, hub.module(device), asked)

    @api.get("/telemetry")
    async def telemetry(last: Annotated[int, Query(ge=1, le=10_000)] = 100) -> list[dict[str, object]]:
        return hub.telemetry.newest(last)

    return api


def _patched(hub: Hub, found: Module, patch: dict[str, Json]) -> dict[str, Json]:
    properties = patch.get("properties")
    hub.patch_desired(found, properties.get("desired") if isinstance(properties, dict) else None)
    return _about(found)


async def _call(hub: Hub, found: Module, asked: dict[str, Json]) -> dict[str, Json]:
    name, seconds = asked.get("methodName"), asked.get("responseTimeoutInSeconds", 30)
    if not isinstance(name, str) or not 0 < len(name) <= 100:
        raise HTTPException(400, "methodName must be a text of up to 100 characters")
    if not isinstance(seconds, int | float) or not 0 < seconds <= _LONGEST_WAIT_SECONDS:
        raise HTTPException(400, f"responseTimeoutInSeconds must be up to {_LONGEST_WAIT_SECONDS:g}")
    result = await hub.call(found, name, asked.get("payload"), seconds)
    return {"status": result.status, "payload": result.payload}


def _about(module: Module) -> dict[str, Json]:
    identity = module.identity
    return {
        "deviceId": identity.device,
        "moduleId": identity.module,
        "connectionState": "Connected" if module.session else "Disconnected",
        "properties": dict(module.record.twin.as_json()),
    }
