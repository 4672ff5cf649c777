"""From frames to people followed: motion → people → tracks."""

from dataclasses import dataclass

from edge.frame import Frame
from edge.gate.detections import Person
from edge.gate.figures import Figures
from edge.gate.motion import Motion
from edge.gate.people import people_in, scaled_for
from edge.gate.person_model import PersonModel
from edge.settings import Settings
from edge.tracking.track import Track
from edge.tracking.tracker import LEAST_LOOKS, Tracker

UNSURE = 0.5
"""Of the threshold: from this score on, someone already followed is recognized."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one frame showed.

    tracks: of those in view; alive: also of those who may come back. figures: numbers of tracks that turn out now to be
    of figures that never move. visible: whether the camera shows anything.
    looked_at: the time of the frame that the model saw last; the pixels haven't changed since.
    """

    tracks: tuple[Track, ...]
    alive: tuple[Track, ...]
    figures: frozenset[int]
    visible: bool
    looked_at: float

    @property
    def newcomers(self) -> int:
        """How many of them are now taken for people rather than slips of the model."""
        return sum(track.looks == LEAST_LOOKS for track in self.tracks)

    @property
    def people(self) -> tuple[Person, ...]:
        """Those in view."""
        return tuple(Person(track.box, track.score) for track in self.tracks)


class Follower:
    """Follows the people before one camera."""

    def __init__(self) -> None:
        self._motion = Motion()
        self._tracker = Tracker()
        self._figures = Figures()
        self._found: tuple[Person, ...] = ()
        self._looked_at = float("-inf")

    @property
    def still_figures(self) -> int:
        """Posters, mannequins and the like that are left out now."""
        return self._figures.count

    def look(self, frame: Frame, model: PersonModel, settings: Settings) -> Seen:
        """Look at the next frame. A still frame counts as the last one: its people are still there."""
        figures: frozenset[int] = frozenset()
        small = scaled_for(frame, model.preparation)
        if self._motion.since_last_look(small):
            least = settings.confidence_threshold * UNSURE
            visible = self._motion.visible
            found = people_in(frame, small, model, settings.objects_of_interest, least) if visible else ()
            still = self._figures.left_out(frame, found)
            self._found = tuple(person for person in found if person not in still)
            figures = self._tracker.drop([person.box for person in still])
            self._looked_at = frame.at
        tracks = self._tracker.follow(self._found, frame.at, settings.confidence_threshold)
        return Seen(tracks, self._tracker.alive, figures, self._motion.visible, self._looked_at)
