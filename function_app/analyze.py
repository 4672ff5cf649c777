"""The core of both hosts: a picture's name and bytes in, its tally out."""

from function_app.anonymize import anonymize
from function_app.errors import PictureTooLarge
from function_app.faces import FaceService
from function_app.keys import AnonymizationKeys
from function_app.names import MAX_BYTES, Picture
from function_app.tally import Tally


def analyze(picture: Picture, content: bytes, service: FaceService, keys: AnonymizationKeys) -> Tally | None:
    """The tally of a picture's faces, None without any. The same picture gives the same tally.

    Raises BlobAtFault when the picture is at fault, Passing when it should be tried again.
    """
    if len(content) > MAX_BYTES:
        raise PictureTooLarge(f"the picture has more than {MAX_BYTES} bytes")
    faces = service.detect(content)
    if not faces:
        return None
    visits = service.observe(
        keys.observation_id(picture), picture.captured_at, picture.camera, [face.face_id for face in faces]
    )
    return anonymize(picture, faces, visits, keys)
