"""From frames to the moments worth a picture: motion → people → tracks → faces → policy."""

from dataclasses import dataclass, field

from edge.frame import Frame
from edge.gate.detections import Person
from edge.gate.faces import FaceCheck
from edge.gate.motion import Motion
from edge.gate.people import find_people
from edge.gate.person_model import PersonModel
from edge.policy import Candidate, PicturePolicy
from edge.settings import Settings
from edge.tracker import Track, Tracker

MOST_FACE_CHECKS = 4
"""In one frame; those who wait longest go first, the others with the next frame."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What one frame showed: the people, and the moment to take a picture of, if the time for it has come."""

    people: tuple[Person, ...]
    chosen: Candidate | None


@dataclass(slots=True)
class _Memory:
    """What one frame leaves for the next."""

    motion: Motion = field(default_factory=Motion)
    tracker: Tracker = field(default_factory=Tracker)
    policy: PicturePolicy = field(default_factory=PicturePolicy)
    people: tuple[Person, ...] = ()
    faceless: frozenset[int] = frozenset()
    """Tracks that showed no face in these very pixels."""


class Watch:
    """Follows one camera. The person model may be replaced between two frames."""

    def __init__(self, model: PersonModel, faces: FaceCheck, continuous: bool = True) -> None:
        """continuous: whether a frame has to do with the one before; if not, each is judged by itself."""
        self.model = model
        self._faces = faces
        self._continuous = continuous
        self._memory = _Memory()

    def look(self, frame: Frame, settings: Settings) -> Glance:
        """Look at the next frame. A still frame counts as the last one: its people are still there."""
        if not self._continuous:
            self._memory = _Memory()
        memory = self._memory
        if memory.motion.since_last_look(frame):
            memory.people = find_people(frame, self.model, settings.objects_of_interest, settings.confidence_threshold)
            memory.faceless = frozenset()
        tracks = memory.tracker.follow(memory.people, frame.at)
        due = memory.policy.due(tracks, frame.at, settings.time_between_pictures)
        candidate = self._candidate(frame, due, settings.require_face)
        if candidate:
            memory.policy.offer(candidate)
        return Glance(memory.people, self.decide(frame.at if self._continuous else float("inf")))

    @property
    def decide_at(self) -> float:
        """When `decide` will choose a moment even if no frame comes."""
        return self._memory.policy.decide_at

    def decide(self, at: float) -> Candidate | None:
        """The moment to take a picture of, if the time for it has come."""
        return self._memory.policy.decide(at)

    def _candidate(self, frame: Frame, due: tuple[Track, ...], require_face: bool) -> Candidate | None:
        unsure = [track for track in due if track.number not in self._memory.faceless]
        asked = sorted(unsure, key=lambda track: track.pictured_at)[:MOST_FACE_CHECKS]
        if not asked:
            return None
        rgb = frame.rgb()
        found = {track.number: self._faces.sharpness(rgb, track.box) for track in asked}
        self._memory.faceless |= {number for number, sharpness in found.items() if sharpness is None}
        serves = tuple(track for track in asked if not require_face or found[track.number] is not None)
        if not serves:
            return None
        return Candidate(frame, self._memory.people, serves, sum(sharpness or 0.0 for sharpness in found.values()))
