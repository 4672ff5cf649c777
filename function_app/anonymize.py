"""From the faces of a picture to one tally: one small operator per kind of count. The only module that sees both."""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from function_app import moments
from function_app.columns import AGE_STARTS, AGES, EMOTIONS
from function_app.faces import Face, Visit
from function_app.keys import AnonymizationKeys
from function_app.names import Picture
from function_app.tally import Tally

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
    """One face in one picture, and what the visitor memory says of it."""

    face: Face
    visit: Visit


def presence(_sighting: Sighting) -> Iterable[str]:
    """Every face counts as one."""
    yield "faces"


def arrival(sighting: Sighting) -> Iterable[str]:
    """Each visitor counts once a visit: at this camera, and in the store."""
    if sighting.visit.first_at_camera:
        yield "displayVisitors"
    if sighting.visit.kind in ("new", "returning"):
        yield "visitors"
        yield f"{sighting.visit.kind}Visitors"


def age(sighting: Sighting) -> Iterable[str]:
    """The band that holds a display visitor's age."""
    if sighting.visit.first_at_camera and sighting.face.age is not None:
        yield AGES[bisect(AGE_STARTS, sighting.face.age)]


def gender(sighting: Sighting) -> Iterable[str]:
    """A display visitor's gender."""
    if sighting.visit.first_at_camera and sighting.face.gender is not None:
        yield sighting.face.gender


def emotion(sighting: Sighting) -> Iterable[str]:
    """A face's strongest emotion; of equal ones the first by name."""
    scores = sighting.face.emotion
    if scores and any(scores.values()):
        yield max(EMOTIONS, key=lambda name: scores.get(name, 0.0))


OPERATORS: Sequence[Callable[[Sighting], Iterable[str]]] = (presence, arrival, age, gender, emotion)
"""Each names the counts to which a sighting adds one."""


def sentiment_tenths(scores: Mapping[str, float] | None) -> int:
    """Happiness and half of surprise minus the negative emotions, in tenths: -10 … 10."""
    weighed = sum(weight * (scores or {}).get(name, 0.0) for name, weight in SENTIMENT_WEIGHTS.items())
    return round(max(-1.0, min(1.0, weighed)) * 10)


def anonymize(picture: Picture, faces: Sequence[Face], visits: Sequence[Visit], keys: AnonymizationKeys) -> Tally:
    """The picture's tally. `visits` has one entry for each of `faces`, in the same order."""
    sightings = [Sighting(face, visit) for face, visit in zip(faces, visits, strict=True)]
    counts = Counter(name for sighting in sightings for operator in OPERATORS for name in operator(sighting))
    counts["sentimentTenths"] = sum(sentiment_tenths(sighting.face.emotion) for sighting in sightings)
    end = moments.window_end(picture.captured_at)
    span = moments.Span(end - moments.QUARTER_MINUTE, end)
    return Tally.of(keys.tally_id(picture), picture.store, picture.camera, span, counts)
