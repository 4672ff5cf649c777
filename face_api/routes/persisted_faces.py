"""Adding a face to a list of either kind: detect, choose, keep."""

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from face_api.contract.face_lists import AddedFace
from face_api.errors import BadArgument, InvalidImage
from face_api.faces.choice import chosen_face
from face_api.faces.least_age import LeastAge
from face_api.pictures.body import Fetcher, picture_bytes
from face_api.serving.picture_analysis import PictureAnalysis
from face_api.storage.face_lists import FaceLists
from vision.boxes import Box


class FaceAdder:
    """What `POST …/persistedfaces` does."""

    def __init__(self, analysis: PictureAnalysis, fetcher: Fetcher, lists: FaceLists, least_age: LeastAge) -> None:
        self._analysis = analysis
        self._least_age = least_age
        self._fetcher = fetcher
        self._lists = lists

    async def add(self, request: Request, list_id: str, target_face: str | None, user_data: str | None) -> AddedFace:
        """Adds the face that the picture shows, or the one in target_face ("left,top,width,height")."""
        await run_in_threadpool(self._lists.get, list_id)
        content = await picture_bytes(request, self._fetcher)
        asked = self._least_age.asked(frozenset())
        picture = await self._analysis.analyze(request, content, templates=True, attributes=asked)
        face = chosen_face(picture.faces, _box(target_face, picture.scale))
        if face.template is None or self._least_age.spares(face):
            raise InvalidImage("the face can't be recognised, or looks too young to be kept")
        return AddedFace(
            persisted_face_id=await run_in_threadpool(self._lists.add_face, list_id, face.template, user_data)
        )


def _box(target_face: str | None, scale: float) -> Box | None:
    if target_face is None:
        return None
    left, top, width, height = (int(number) / scale for number in target_face.split(","))
    if not width or not height:
        raise BadArgument("targetFace: width and height must be above 0")
    return Box(left, top, left + width, top + height)
