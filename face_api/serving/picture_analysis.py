"""A picture's bytes through the pool: decoded and analyzed by the next free worker."""

import time
from dataclasses import dataclass

from starlette.requests import Request

from face_api.faces.analysis import FaceAnalyzer
from face_api.faces.face import AnalyzedFace, Attribute
from face_api.pictures.decode import decode
from face_api.serving.client import while_connected
from face_api.serving.metrics import Metrics
from face_api.serving.pool import Check, WorkerPool


@dataclass(frozen=True, eq=False)
class AnalyzedPicture:
    """`scale`: pixels of the picture as it was sent for each pixel of the faces' coordinates."""

    scale: float
    faces: list[AnalyzedFace]


class PictureAnalysis:
    """What routes use to look at a picture."""

    def __init__(self, pool: WorkerPool[FaceAnalyzer], metrics: Metrics) -> None:
        self._pool = pool
        self._metrics = metrics

    async def analyze(
        self, request: Request, content: bytes, *, templates: bool, attributes: frozenset[Attribute]
    ) -> AnalyzedPicture:
        """The faces in the picture, as long as the request's client is there. Raises Refused or Cancelled."""

        def work(analyzer: FaceAnalyzer, check: Check) -> AnalyzedPicture:
            start = time.monotonic()
            picture = decode(content)
            check()
            decoded = time.monotonic()
            faces = analyzer.analyze(picture.pixels, templates=templates, attributes=attributes, check=check)
            self._metrics.stage("decode", decoded - start)
            self._metrics.stage("analyze", time.monotonic() - decoded)
            self._metrics.found(len(faces))
            return AnalyzedPicture(picture.scale, faces)

        return await while_connected(request, self._pool.run(work))
