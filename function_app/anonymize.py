"""From a face to an event: one small operator per field. The only module that sees both."""

from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from function_app.events import LONGEST_VISIT_SECONDS, VisitEvent
from function_app.faces import EMOTIONS, Face, Visit
from function_app.keys import AnonymizationKeys
from function_app.pictures import Picture

UNKNOWN = "unknown"
BAND_STARTS = (13, 18, 25, 35, 45, 55, 65)
BANDS = ("0-12", "13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+")
SENTIMENT_WEIGHTS = {
    "happiness": 1.0,
    "surprise": 0.5,
    "anger": -1.0,
    "contempt": -1.0,
    "disgust": -1.0,
    "fear": -1.0,
    "sadness": -1.0,
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """All that is known of one face in one picture. `number`: its place in the Face API's answer, from 0."""

    picture: Picture
    number: int
    face: Face
    visit: Visit
    keys: AnonymizationKeys


def event_id(sighting: Sighting) -> str:
    """A keyed hash: the same for the same face of the same picture."""
    return sighting.keys.event_id(sighting.picture, sighting.number)


def store(sighting: Sighting) -> str:
    """The store's name."""
    return sighting.picture.store


def camera(sighting: Sighting) -> str:
    """The camera's name."""
    return sighting.picture.camera


def seen_at(sighting: Sighting) -> str:
    """The capture time, cut to the second."""
    return sighting.picture.captured_at.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def visit(sighting: Sighting) -> str:
    """New, returning, present or unknown."""
    return sighting.visit.kind


def dwell_seconds(sighting: Sighting) -> int:
    """Whole seconds since first seen in this visit, for a visitor still present."""
    if sighting.visit.kind != "present":
        return 0
    return int(min(sighting.visit.dwell_seconds, LONGEST_VISIT_SECONDS))


def age_band(sighting: Sighting) -> str:
    """The band that holds the age."""
    age = sighting.face.age
    return UNKNOWN if age is None else BANDS[bisect(BAND_STARTS, age)]


def gender(sighting: Sighting) -> str:
    """Female, male or unknown."""
    return sighting.face.gender or UNKNOWN


def emotion(sighting: Sighting) -> str:
    """The name of the strongest emotion; of equal ones the first by name."""
    scores = sighting.face.emotion
    if not scores or not any(scores.values()):
        return UNKNOWN
    return max(EMOTIONS, key=lambda name: scores.get(name, 0.0))


def sentiment(sighting: Sighting) -> float:
    """Happiness and half of surprise minus the negative emotions, -1.0 … 1.0, to the nearest tenth."""
    scores = sighting.face.emotion or {}
    weighed = sum(weight * scores.get(name, 0.0) for name, weight in SENTIMENT_WEIGHTS.items())
    return round(max(-1.0, min(1.0, weighed)) * 10) / 10 + 0.0  # + 0.0: no minus zero


OPERATORS: Mapping[str, Callable[[Sighting], object]] = {
    "event_id": event_id,
    "store": store,
    "camera": camera,
    "seen_at": seen_at,
    "visit": visit,
    "dwell_seconds": dwell_seconds,
    "age_band": age_band,
    "gender": gender,
    "emotion": emotion,
    "sentiment": sentiment,
}
"""How each field of the event is made; `schema` is constant."""


def anonymize(
    picture: Picture, faces: Sequence[Face], visits: Sequence[Visit], keys: AnonymizationKeys
) -> list[VisitEvent]:
    """One event per face. `visits` has one entry for each of `faces`, in the same order."""
    sightings = (
        Sighting(picture, number, face, known, keys)
        for number, (face, known) in enumerate(zip(faces, visits, strict=True))
    )
    return [
        VisitEvent.model_validate({name: operator(sighting) for name, operator in OPERATORS.items()})
        for sighting in sightings
    ]
