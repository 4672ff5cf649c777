"""What this room's tests share: the Face API of a test's making, and settings for the worker."""

from collections.abc import Iterator

import pytest

from tests.function_app.face_service import FaceService


@pytest.fixture
def face_service() -> Iterator[FaceService]:
    """A Face API that answers at once."""
    with FaceService() as service:
        yield service
