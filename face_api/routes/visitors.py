"""/visitors/v1: the visitor memory, our extension of the contract."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from face_api.contract.visitors import Forgotten, MemoryName, Observation, ObservedFace
from face_api.errors import InvalidImage
from face_api.faces.choice import chosen_face
from face_api.memory.visitors import Occasion, VisitorMemory
from face_api.pictures.body import PICTURE_BODY, Fetcher, picture_bytes
from face_api.serving.metrics import Metrics
from face_api.serving.picture_analysis import PictureAnalysis


def visitor_routes(visitors: VisitorMemory, analysis: PictureAnalysis, fetcher: Fetcher, metrics: Metrics) -> APIRouter:
    """Was this face here before? And forgetting it."""
    routes = APIRouter(tags=["visitors"])

    @routes.post("/{memory}/observe")
    def observe(memory: MemoryName, observation: Observation) -> list[ObservedFace]:
        """Takes note of the faces of one picture, and uses their ids up; answers in their order."""
        face_ids = [str(face_id) for face_id in observation.face_ids]
        seen_at = observation.seen_at.timestamp()
        occasion = Occasion(memory, observation.observation_id, seen_at, observation.camera)
        sightings = visitors.observe(occasion, face_ids)
        for sighting in sightings:
            metrics.observed(sighting.visit)
        return [
            ObservedFace(face_id=face_id, visit=seen.visit, first_at_camera=seen.first_at_camera)
            for face_id, seen in zip(face_ids, sightings, strict=True)
        ]

    @routes.delete("/{memory}")
    def forget(memory: MemoryName) -> Forgotten:
        """Forgets every visitor of this memory, in the files too, and every face id."""
        return Forgotten(forgotten=visitors.forget(memory))

    @routes.post("/{memory}/forget", openapi_extra=PICTURE_BODY)
    async def forget_person(memory: MemoryName, request: Request) -> Forgotten:
        """Forgets the one person whom the picture shows, and every face id; nothing is kept of the picture."""
        content = await picture_bytes(request, fetcher)
        picture = await analysis.analyze(request, content, templates=True, attributes=frozenset())
        template = chosen_face(picture.faces, None).template
        if template is None or template.quality <= 0:
            raise InvalidImage("the face is too small, too blurred or turned too far away to be known by")
        return Forgotten(forgotten=await run_in_threadpool(visitors.forget_person, memory, template))

    return routes
