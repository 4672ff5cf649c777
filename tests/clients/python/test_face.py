"""The official python Face client against the Face API; tests/face_api/test_official_client.py holds it to more."""

from tests.clients.face_suite import FaceSuite, people, service

__all__ = ["people", "service"]


class TestFace(FaceSuite):
    """All of it."""

    language = "python"
