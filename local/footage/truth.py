"""What is to be counted in the sample footage, and how much it is: worked out from the story, not from pictures."""

from itertools import pairwise

from local.footage.scene import WIDTH
from local.footage.story import STORY, WALK, WALKS, Visit

DOOR_X = 640.0
LINES = {"entrance": {"from": "0.5,0.95", "to": "0.5,0.55", "kind": "entrance"}}
"""Across the middle, where only passers-by go; `in` is to the right."""
ZONES: dict[str, dict[str, str | int]] = {
    "display": {"polygon": "0.2,0.6 0.45,0.6 0.45,0.95 0.2,0.95", "staySeconds": 5},
    "shelf": {"polygon": "0.55,0.6 0.78,0.6 0.78,0.95 0.55,0.95", "staySeconds": 5},
}
EDGES = {"display": (0.2, 0.45), "shelf": (0.55, 0.78)}


def crossings() -> list[tuple[str, float]]:
    """Ways across the line, `in` or `out`, and when, in seconds of footage; in order."""
    crossed = []
    for walk in WALKS:
        for (start, start_x), (end, end_x) in pairwise(walk.path):
            if (start_x < DOOR_X) != (end_x < DOOR_X):
                second = start + (end - start) * (DOOR_X - start_x) / (end_x - start_x)
                crossed.append(("in" if end_x > start_x else "out", second))
    return sorted(crossed, key=lambda crossing: crossing[1])


def stays() -> list[tuple[str, float]]:
    """Zones and when a stay in them ended, to about a second; one for each person."""
    stayed = [(_zone(visit.place), visit.leaves - WALK / 2) for visit in STORY for _ in range(people(visit))]
    for walk in WALKS:
        for (start, start_x), (end, end_x) in pairwise(walk.path):
            if start_x == end_x and end - start >= 5:
                stayed.append((_zone(start_x), end))
    return sorted(stayed, key=lambda stay: stay[1])


def people(visit: Visit) -> int:
    """How many come together."""
    return 2 if visit.person == "pair" else 1


def _zone(x: float) -> str:
    return next(zone for zone, (left, right) in EDGES.items() if left <= x / WIDTH <= right)
