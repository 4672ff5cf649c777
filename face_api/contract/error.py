"""The one shape of every error answer."""

from pydantic import BaseModel


class ErrorDetail(BaseModel):
    """`code` for programs, `message` for people."""

    code: str
    message: str


class ErrorBody(BaseModel):
    """`{"error": {"code", "message"}}`."""

    error: ErrorDetail
