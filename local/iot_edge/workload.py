"""The IoT Edge workload API, as far as modules use it: the root certificate, and signing with the module's key.

A module has a Unix socket of its own, and no other key can be used through it.
"""

import base64
import binascii

from fastapi import Depends, FastAPI, HTTPException

from local.iot_edge.http_body import json_object
from local.iot_edge.identity import Identity
from local.iot_edge.payload import Json
from local.shared_access import sign as signature_of


def workload_api(identity: Identity, root_certificate: str) -> FastAPI:
    """The workload API of one module; `root_certificate` is PEM."""
    api = FastAPI(openapi_url=None)

    @api.get("/trust-bundle")
    async def trust_bundle() -> dict[str, str]:
        return {"certificate": root_certificate}

    @api.post("/modules/{module}/genid/{generation}/sign")
    async def sign(module: str, generation: str, body: dict[str, Json] = Depends(json_object)) -> dict[str, str]:  # noqa: B008 (FastAPI)
        if (module, generation) != (identity.module, identity.generation):
            raise HTTPException(404, "there is no such module")
        if body.get("algo") != "HMACSHA256":
            raise HTTPException(400, "the algorithm must be HMACSHA256")
        try:
            data = base64.b64decode(str(body.get("data")), validate=True)
        except binascii.Error:
            raise HTTPException(400, "the data must be base64") from None
        return {"digest": signature_of(identity.key, data)}

    return api
