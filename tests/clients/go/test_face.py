"""The official go Face client against the Face API."""

from tests.clients.face_suite import FaceSuite, people, service

__all__ = ["people", "service"]


class TestFace(FaceSuite):
    """All of it."""

    language = "go"
