"""The core of both hosts: a picture's name and bytes in, its visit events out."""

from function_app.anonymize import anonymize
from function_app.errors import PictureTooLarge
from function_app.events import VisitEvent
from function_app.faces import FaceService
from function_app.keys import AnonymizationKeys
from function_app.pictures import MAX_BYTES, Picture


def analyze(picture: Picture, content: bytes, service: FaceService, keys: AnonymizationKeys) -> list[VisitEvent]:
    """One event per face, none for a picture without faces. The same picture gives the same event ids.

    Raises PictureError when the picture is at fault, Passing when it should be tried again.
    """
    if len(content) > MAX_BYTES:
        raise PictureTooLarge(f"the picture has more than {MAX_BYTES} bytes")
    faces = service.detect(content)
    if not faces:
        return []
    visits = service.observe(keys.observation_id(picture), picture.captured_at, [face.face_id for face in faces])
    return anonymize(picture, faces, visits, keys)
