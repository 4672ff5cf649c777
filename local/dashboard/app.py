"""The dashboard's HTTP routes: the page, its numbers at one moment and live, and the exports."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import FileResponse, JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles
from pydantic import AfterValidator
from starlette.background import BackgroundTask
from starlette.middleware.trustedhost import TrustedHostMiddleware

from local.dashboard import export
from local.dashboard.board import Board
from local.dashboard.errors import TooManyViewers
from local.dashboard.headers import Hardening
from local.dashboard.live import Seats, stream
from local.dashboard.snapshot import Figures, View
from local.dashboard.windows import Place

PAGE = Path(__file__).with_name("page")
CHARTS = Path(__file__).parent.parent / "node_modules" / "chart.js" / "dist" / "chart.umd.min.js"


def _within_calendar(day: date) -> date:
    if not 1970 < day.year < 2100:
        raise ValueError("the year must be between 1971 and 2099")
    return day


Day = Annotated[date, AfterValidator(_within_calendar)]


def view(
    store: Annotated[Place | None, Query(description="One store; all without it.")] = None,
    camera: Annotated[Place | None, Query(description="One camera; all without it.")] = None,
    day: Annotated[Day | None, Query(description="By the stores' clock; today without it.")] = None,
) -> View:
    """What a request looks at."""
    return View(day, store, camera)


Looking = Annotated[View, Depends(view)]


@dataclass(frozen=True)
class Life:
    """The process around the app: told when it serves and when following a source failed, asked whether it ends."""

    on_ready: Callable[[], None]
    on_fault: Callable[[BaseException | None], None]
    is_stopping: Callable[[], bool]


def build(board: Board, scratch: Path, life: Life) -> FastAPI:
    """Make the app. Exports pass through `scratch`; streams end when the process is stopping."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(board.feed.follow_rows()), asyncio.create_task(board.feed.follow_health())]
        for task in tasks:
            task.add_done_callback(lambda task: None if task.cancelled() else life.on_fault(task.exception()))
        life.on_ready()
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    app = FastAPI(title="Footfall dashboard", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    app.add_middleware(Hardening)

    @app.get("/api/snapshot")
    def get_snapshot(looking: Looking) -> Figures:
        """All the page's numbers now. A null count is withheld (MIN_GROUP)."""
        return board.snapshot(looking)

    @app.get("/api/health")
    def get_health() -> Figures:
        """The health strip; null is unknown."""
        return board.health()

    @app.get("/api/live", response_class=EventSourceResponse, dependencies=[Depends(Seats())])
    async def get_live(looking: Looking) -> AsyncIterator[ServerSentEvent]:
        """`snapshot` and `health` events, each at once and whenever it changes."""
        async for event in stream(board, looking, life.is_stopping):
            yield event

    @app.get("/api/export/{grain}.{form}")
    def get_export(grain: export.Grain, form: export.Form, looking: Looking) -> FileResponse:
        """The day's numbers as a file. What is withheld from the page is withheld here."""
        rows = board.windows(looking) if grain is export.Grain.WINDOWS else board.hours(looking)
        with tempfile.NamedTemporaryFile(dir=scratch, delete=False) as file:
            path = Path(file.name)
        export.write(rows, form, path)
        day = (looking.day or board.today()).isoformat()
        name = "-".join(filter(None, ("footfall", grain.value, day, looking.store, looking.camera)))
        return FileResponse(
            path,
            media_type=export.MEDIA_TYPES[form],
            filename=f"{name}.{form}",
            background=BackgroundTask(path.unlink, missing_ok=True),
        )

    @app.exception_handler(TooManyViewers)
    async def say_full(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status_code=503, headers={"Retry-After": "10"})

    @app.get("/chart.js", include_in_schema=False)
    def get_charts() -> FileResponse:
        return FileResponse(CHARTS, media_type="text/javascript")

    app.mount("/", StaticFiles(directory=PAGE, html=True), name="page")
    return app
