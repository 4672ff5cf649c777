"""Would the module take this picture, and why (not)?"""

from dataclasses import dataclass
from datetime import UTC, datetime

from av import VideoFrame

from edge.frame import Frame
from edge.gate.faces import FaceCheck
from edge.gate.people import find_people
from edge.gate.person_model import PersonModel
from edge.settings import Settings


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether, and in a few words why."""

    take: bool
    reason: str


def would_take(image: VideoFrame, model: PersonModel, faces: FaceCheck, settings: Settings) -> Answer:
    """The answer for one picture by itself."""
    frame = Frame(image, datetime.now(UTC), 0.0)
    people = find_people(frame, model, settings.objects_of_interest, settings.confidence_threshold)
    if not people:
        return Answer(False, "no one in view")
    rgb = frame.rgb()
    visible = sum(faces.sharpness(rgb, person.box) is not None for person in people)
    if settings.require_face and not visible:
        return Answer(False, f"people: {len(people)}, but no face to see")
    return Answer(True, f"people: {len(people)}, faces to see: {visible}")
