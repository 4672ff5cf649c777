"""/visitors/v1: the visitor memory, our extension of the contract."""

from fastapi import APIRouter

from face_api.contract.visitors import Forgotten, MemoryName, Observation, ObservedFace
from face_api.memory.visitors import VisitorMemory
from face_api.serving.metrics import Metrics


def visitor_routes(visitors: VisitorMemory, metrics: Metrics) -> APIRouter:
    """Was this face here before, and since when?"""
    routes = APIRouter(tags=["visitors"])

    @routes.post("/{memory}/observe")
    def observe(memory: MemoryName, observation: Observation) -> list[ObservedFace]:
        """Takes note of the faces of one picture; answers in their order."""
        face_ids = observation.face_ids
        sightings = visitors.observe(
            memory, observation.observation_id, observation.seen_at.timestamp(), [str(face_id) for face_id in face_ids]
        )
        for sighting in sightings:
            metrics.observed(sighting.visit)
        return [
            ObservedFace(face_id=str(face_id), visit=seen.visit, visits=seen.visits, dwell_seconds=seen.dwell_seconds)
            for face_id, seen in zip(face_ids, sightings, strict=True)
        ]

    @routes.delete("/{memory}")
    def forget(memory: MemoryName) -> Forgotten:
        """Forgets every visitor of this memory, in the files too."""
        return Forgotten(forgotten=visitors.forget(memory))

    return routes
