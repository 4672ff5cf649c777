"""A picture's bytes through the pool: decoded and analyzed by the next free worker."""

from starlette.requests import Request

from face_api.faces.face import Attribute
from face_api.serving.client import while_connected
from face_api.serving.metrics import Metrics
from face_api.serving.pool import Check, WorkerPool
from face_api.workers.picture_worker import PictureWorker
from face_api.workers.worker import AnalyzedPicture


class PictureAnalysis:
    """What routes use to look at a picture."""

    def __init__(self, pool: WorkerPool[PictureWorker], metrics: Metrics) -> None:
        self._pool = pool
        self._metrics = metrics

    async def analyze(
        self, request: Request, content: bytes, *, templates: bool, attributes: frozenset[Attribute]
    ) -> AnalyzedPicture:
        """The faces in the picture, as long as the request's client is there. Raises Refused or Cancelled."""

        def work(worker: PictureWorker, check: Check) -> AnalyzedPicture:
            return worker.analyze(content, templates=templates, attributes=attributes, check=check)

        picture = await while_connected(request, self._pool.run(work))
        self._metrics.stage("decode", picture.decoding)
        self._metrics.stage("analyze", picture.analyzing)
        self._metrics.found(len(picture.faces))
        return picture
