"""azure-cognitiveservices-vision-face, as its quickstart uses it."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from azure.cognitiveservices.vision.face import FaceClient
from azure.cognitiveservices.vision.face.models import APIErrorException
from msrest.authentication import CognitiveServicesCredentials

Asked = dict[str, Any]
Say = Callable[[Any], None]


def _client(asked: Asked) -> Any:
    client = FaceClient(asked["endpoint"], CognitiveServicesCredentials(asked["apiKey"]))  # type: ignore[no-untyped-call]
    client.config.retry_policy.retries = 0
    return client


def _found(client: Any, file: str, attributes: list[str] | None = None) -> list[Any]:
    found: list[Any] = client.face.detect_with_stream(
        io.BytesIO(Path(file).read_bytes()),
        return_face_attributes=attributes,
        recognition_model="recognition_03",
        return_recognition_model=True,
        detection_model="detection_01",
    )
    return found


def _code(error: APIErrorException) -> str:
    about: Any = error.error
    return str(about.error.code)


def _detect(asked: Asked) -> Any:
    try:
        found = _found(_client(asked), asked["file"], asked["attributes"])
    except APIErrorException as error:
        raise RuntimeError(_code(error)) from error
    return {
        "faces": [
            {
                "width": face.face_rectangle.width,
                "age": face.face_attributes.age,
                "gender": face.face_attributes.gender.value.lower(),
                "emotions": sum(v for v in vars(face.face_attributes.emotion).values() if isinstance(v, float)),
                "model": face.recognition_model,
            }
            for face in found
        ]
    }


def _compare(asked: Asked) -> Any:
    client = _client(asked)
    one, other = (_found(client, file) for file in asked["files"])
    ids = [face.face_id for face in other]
    same = client.face.verify_face_to_face(one[0].face_id, ids[0])
    similar = client.face.find_similar(one[0].face_id, face_ids=ids)
    return {"identical": same.is_identical, "first": similar[0].face_id == ids[0]}


def _remember(asked: Asked) -> Any:
    client = _client(asked)
    lists = client.large_face_list
    lists.create("list", name="A list", recognition_model="recognition_03")
    face = _found(client, asked["files"][0])[0]
    box = face.face_rectangle
    kept = lists.add_face_from_stream(
        "list",
        io.BytesIO(Path(asked["files"][0]).read_bytes()),
        user_data="user data",
        target_face=[box.left, box.top, box.width, box.height],
        detection_model="detection_01",
    )
    lists.train("list")
    status = lists.get_training_status("list").status
    similar = client.face.find_similar(face.face_id, large_face_list_id="list")
    lists.delete("list")
    try:
        lists.get("list")
        gone = ""
    except APIErrorException as error:
        gone = _code(error)
    return {
        "trained": getattr(status, "value", status),
        "again": similar[0].persisted_face_id == kept.persisted_face_id,
        "gone": gone,
    }


def _in_a_thread(work: Callable[[Asked], Any]) -> Callable[[Asked, Say], Awaitable[Any]]:
    return lambda asked, _: asyncio.to_thread(work, asked)


HANDLERS: dict[str, Callable[[Asked, Say], Awaitable[Any]]] = {
    "detect": _in_a_thread(_detect),
    "compare": _in_a_thread(_compare),
    "remember": _in_a_thread(_remember),
}
