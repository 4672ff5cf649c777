"""From frames to the moments worth a picture: people followed → faces → policy."""

from dataclasses import dataclass, field

from edge.follower import Follower, Seen
from edge.frame import Frame
from edge.gate.detections import Person
from edge.gate.faces import FaceCheck
from edge.gate.person_model import PersonModel
from edge.policy import Candidate, PicturePolicy
from edge.settings import Settings
from edge.tracking.track import Track

MOST_FACE_CHECKS = 4
"""In one frame; those who were asked longest ago go first, the others with the next frame."""
FACE_LASTS = 0.5
"""Seconds for which a face that was seen counts as still there, so that more than four fit into one picture."""
LEAST_PATIENCE = 0.08
"""Seconds until a face is looked for again, found or not: three moments to choose from in the policy's window, at 10
frames a second and at 30."""
PATIENCE = 1.0
"""Of the time for which someone has shown no face, until it is looked for again; FACE_LASTS at most. Otherwise those
with their backs to the camera would cost more than the person model does, frame by frame."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What one frame showed, and the moment to take a picture of, if its time has come."""

    seen: Seen
    chosen: Candidate | None


@dataclass(slots=True)
class _Memory:
    """What one frame leaves for the next."""

    follower: Follower = field(default_factory=Follower)
    policy: PicturePolicy = field(default_factory=PicturePolicy)


class Watch:
    """Follows one camera. The person model may be replaced between two frames."""

    def __init__(self, model: PersonModel, faces: FaceCheck, continuous: bool = True) -> None:
        """continuous: whether a frame has to do with the one before; if not, each is judged by itself."""
        self.model = model
        self._faces = faces
        self._continuous = continuous
        self._memory = _Memory()
        self.faces_seen = 0
        """People whose face was seen, each once."""

    def look(self, frame: Frame, settings: Settings) -> Glance:
        """Look at the next frame. A still frame counts as the last one: its people are still there."""
        if not self._continuous:
            self._memory = _Memory()
        memory = self._memory
        seen = memory.follower.look(frame, self.model, settings)
        candidate = self._candidate(frame, seen, settings)
        if candidate:
            memory.policy.offer(candidate)
        return Glance(seen, self.decide(frame.at if self._continuous else float("inf")))

    @property
    def still_figures(self) -> int:
        """Posters, mannequins and the like that are left out now."""
        return self._memory.follower.still_figures

    def would_serve(self, frame: Frame, people: tuple[Person, ...], settings: Settings) -> bool:
        """Whether a picture of these people may be taken: someone is there and, with RequireFace, shows a face."""
        if not people or not settings.require_face:
            return bool(people)
        rgb = frame.rgb()
        return any(self._faces.sharpness(rgb, person.box) is not None for person in people)

    @property
    def decide_at(self) -> float:
        """When `decide` will choose a moment even if no frame comes."""
        return self._memory.policy.decide_at

    def decide(self, at: float) -> Candidate | None:
        """The moment to take a picture of, if the time for it has come."""
        return self._memory.policy.decide(at)

    def _candidate(self, frame: Frame, seen: Seen, settings: Settings) -> Candidate | None:
        """This moment, if it serves someone whose picture is due: with a face to see, where one is required."""
        policy, between = self._memory.policy, settings.time_between_pictures
        due = policy.due(seen.tracks, frame.at, between)
        left = self._ask(frame, seen, due, MOST_FACE_CHECKS)
        if settings.require_face:
            due = tuple(track for track in due if _shows_face(track, seen, frame.at))
        if not due:
            return None
        companions = policy.companions(seen.tracks, frame.at, between)
        self._ask(frame, seen, companions, left)
        serves = due + tuple(track for track in companions if _shows_face(track, seen, frame.at))
        faces = (track.sharpness for track in serves if _shows_face(track, seen, frame.at))
        return Candidate(frame, seen.people, serves, sum(faces))

    def _ask(self, frame: Frame, seen: Seen, tracks: tuple[Track, ...], most: int) -> int:
        """Look for the faces of those not looked at in these very pixels, nor in vain just now; how many more may be
        looked for."""
        unasked = (track for track in tracks if track.asked_at < seen.looked_at and _worth_asking(track, frame.at))
        asked = sorted(unasked, key=lambda track: track.asked_at)[:most]
        if not asked:
            return most
        rgb = frame.rgb()
        for track in asked:
            sharpness = self._faces.sharpness(rgb, track.box)
            track.asked_at = frame.at
            if sharpness is None:
                track.faceless_since = min(track.faceless_since, frame.at)
            else:
                track.faceless_since = float("inf")
                self.faces_seen += track.face_at == float("-inf")
                track.face_at, track.sharpness = frame.at, sharpness
        return most - len(asked)


def _worth_asking(track: Track, at: float) -> bool:
    """Whether it is time to look for this face: soon, and ever more rarely for as long as none shows."""
    faceless = track.asked_at - track.faceless_since
    return at - track.asked_at >= min(FACE_LASTS, max(LEAST_PATIENCE, PATIENCE * faceless))


def _shows_face(track: Track, seen: Seen, at: float) -> bool:
    """Whether a face was there to see when this track was asked last: in these very pixels, or just now."""
    found = track.face_at == track.asked_at > float("-inf")
    return found and (track.asked_at >= seen.looked_at or at - track.face_at <= FACE_LASTS)
