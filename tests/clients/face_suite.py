"""What official Face clients must find on our service; Python's is held to more in tests/face_api."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

import pytest
import pytest_asyncio

from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS
from tests.clients.driver import Driver, Failed
from tests.face_api.server import FaceServer, face_server

ATTRIBUTES = ("age", "gender", "emotion")


@pytest_asyncio.fixture(scope="class", loop_scope="class")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FaceServer]:
    """A Face API for all tests of a class."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("face-api")
        yield await asyncio.to_thread(stack.enter_context, face_server("--data", str(folder)))


@pytest.fixture(scope="session")
def people() -> str:
    """A photograph of a group."""
    return str(files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), print)[0])


@pytest.mark.asyncio(loop_scope="class")
class FaceSuite:
    """A language's class names it."""

    language: ClassVar[str]

    async def test_detect_answers_age_gender_and_emotion(
        self, client: Driver, service: FaceServer, people: str
    ) -> None:
        asked: dict[str, Any] = {
            "endpoint": service.url,
            "apiKey": service.key,
            "file": people,
            "attributes": ATTRIBUTES,
        }
        faces = (await client.run("detect", **asked))["faces"]

        assert len(faces) == 3
        assert [face["width"] for face in faces] == sorted((face["width"] for face in faces), reverse=True)
        for face in faces:
            assert 0 < face["age"] < 120
            assert face["gender"] in ("male", "female")
            assert face["emotions"] == pytest.approx(1, abs=0.02)
            assert face["model"] == "recognition_03"

    async def test_verify_and_find_similar_know_a_face_again(
        self, client: Driver, service: FaceServer, people: str
    ) -> None:
        done = await client.run("compare", endpoint=service.url, apiKey=service.key, files=[people, people])

        assert done == {"identical": True, "first": True}

    async def test_a_large_face_list_keeps_a_face_until_it_is_deleted(
        self, client: Driver, service: FaceServer, people: str
    ) -> None:
        done = await client.run("remember", endpoint=service.url, apiKey=service.key, files=[people])

        assert (done["trained"], done["again"]) == ("succeeded", True)
        assert "LargeFaceListNotFound" in done["gone"]

    async def test_errors_come_as_the_sdks_own_with_the_contracts_codes(
        self, client: Driver, service: FaceServer, people: str, tmp_path: Path
    ) -> None:
        asked: dict[str, Any] = {"endpoint": service.url, "attributes": ATTRIBUTES}
        noise = tmp_path / "noise.jpg"
        noise.write_bytes(b"no picture" * 500)
        for key, file, code in ((service.key, str(noise), "InvalidImage"), ("wrong", people, "401")):
            with pytest.raises(Failed) as caught:
                await client.run("detect", **asked, apiKey=key, file=file)
            assert re.search(rf"\b{code}\b", str(caught.value)), str(caught.value)
