"""Everything that can go wrong in the Face API, named for what went wrong.

Errors under `Refused` become an HTTP answer in one place (`serving/answers.py`), those under `CannotStart` a line on
stderr and exit status 2 (`__main__.py`). Codes are those of the Face API v1.0.
"""

from typing import ClassVar


class FaceApiError(Exception):
    """The root of the room's errors."""


class CannotStart(FaceApiError):
    """The service can't start as it was asked to; the message says what to do."""


class Cancelled(FaceApiError):
    """The client has gone: the work was given up."""


class Refused(FaceApiError):
    """A request that gets an error answer: `{"error": {"code", "message"}}`."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "BadArgument"


class BadArgument(Refused):
    """A parameter or body is missing, malformed or out of range."""


class InvalidURL(Refused):
    """The picture's URL is not allowed or nothing could be fetched from it."""

    code = "InvalidURL"


class InvalidImage(Refused):
    """The bytes are no picture that can be read, or the face asked for is not in it."""

    code = "InvalidImage"


class InvalidImageSize(Refused):
    """The picture has too few or too many bytes or pixels."""

    code = "InvalidImageSize"


class Unauthorized(Refused):
    """The key is missing or wrong."""

    status = 401
    code = "401"


class UnsupportedFeature(Refused):
    """The contract has it, this service has no model behind it."""

    status = 403
    code = "UnsupportedFeature"


class QuotaLimitExceeded(Refused):
    """A list, or the number of lists, has reached its limit."""

    status = 403
    code = "QuotaLimitExceeded"


class NotFound(Refused):
    """There is nothing under this path."""

    status = 404
    code = "NotFound"


class FaceNotFound(NotFound):
    """A face id is unknown or has expired."""

    code = "FaceNotFound"


class FaceListNotFound(NotFound):
    """There is no face list of this id."""

    code = "FaceListNotFound"


class LargeFaceListNotFound(NotFound):
    """There is no large face list of this id."""

    code = "LargeFaceListNotFound"


class PersistedFaceNotFound(NotFound):
    """The list has no face of this id."""

    code = "PersistedFaceNotFound"


class LargeFaceListNotTrained(NotFound):
    """The large face list was never trained."""

    code = "LargeFaceListNotTrained"


class FaceListExists(Refused):
    """There is a face list of this id already."""

    status = 409
    code = "FaceListExists"


class LargeFaceListExists(Refused):
    """There is a large face list of this id already."""

    status = 409
    code = "LargeFaceListExists"


class PayloadTooLarge(Refused):
    """The body is longer than any body of the contract may be."""

    status = 413
    code = "RequestBodyTooLarge"


class RateLimitExceeded(Refused):
    """Every worker is busy and the queue is full; `retry_after` is in whole seconds."""

    status = 429
    code = "RateLimitExceeded"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(Refused):
    """The store does not answer, or the service is stopping; the request may be tried again."""

    status = 503
    code = "ServiceUnavailable"

    def __init__(self, message: str, *, cause: str | None = None) -> None:
        """`cause`: an SQLSTATE or the kind of error, for the log."""
        super().__init__(message)
        self.cause = cause
