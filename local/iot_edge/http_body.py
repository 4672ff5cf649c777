"""Request bodies of the two HTTP services."""

from fastapi import HTTPException, Request

from local.iot_edge import payload
from local.iot_edge.errors import NotJson
from local.iot_edge.payload import Json

LARGEST_BODY = 256 * 1024


async def json_object(request: Request) -> dict[str, Json]:
    """A request's JSON object, whatever content type it names. Raises HTTPException 400 or 413."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, "the body is too large")
    try:
        value = payload.parse(body)
    except NotJson as error:
        raise HTTPException(400, str(error)) from None
    if not isinstance(value, dict):
        raise HTTPException(400, "a JSON object is expected")
    return value
