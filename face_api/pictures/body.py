"""A picture from a request: its bytes, or a URL to fetch them from."""

from typing import Any, Protocol

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from face_api.errors import BadArgument, InvalidImageSize
from face_api.pictures.decode import MOST_BYTES


class PictureUrl(BaseModel):
    """`{"url": "https://…"}`."""

    url: str


class Fetcher(Protocol):
    """Gets a picture from elsewhere, if the operator lets it."""

    async def fetch(self, url: str) -> bytes:
        """The picture's bytes. Raises InvalidURL."""


async def picture_bytes(request: Request, fetcher: Fetcher) -> bytes:
    """The picture that a request brings, streamed or named. Raises BadArgument, InvalidURL or InvalidImageSize."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() == "application/json":
        try:
            body = PictureUrl.model_validate_json(await request.body())
        except ValidationError:
            raise BadArgument('the body must be {"url": "…"}, or a picture as application/octet-stream') from None
        return await fetcher.fetch(body.url)
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise InvalidImageSize("the picture is larger than 6 MB")
    return bytes(content)


PICTURE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": PictureUrl.model_json_schema()},
        },
    }
}
