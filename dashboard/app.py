"""The dashboard's HTTP routes: the page, its numbers at one moment and live, the report, and the exports."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles
from pydantic import AfterValidator, Field
from starlette.background import BackgroundTask
from starlette.middleware.trustedhost import TrustedHostMiddleware

from dashboard import export
from dashboard.board import Board
from dashboard.columns import PLACE_PATTERN
from dashboard.errors import TooManyViewers
from dashboard.headers import Hardening
from dashboard.live import Seats, stream
from dashboard.look import Figures
from dashboard.periods import Kind
from dashboard.report import render
from dashboard.view import View
from dashboard.words import LANGUAGES, Words

PAGE = Path(__file__).with_name("page")
WORDS = Path(__file__).with_name("words")
CHARTS = Path(__file__).parent.parent / "local" / "node_modules" / "chart.js" / "dist" / "chart.umd.min.js"
MOST_DAYS = 800


def _within_calendar(day: date) -> date:
    if not 1970 < day.year < 2100:
        raise ValueError("the year must be between 1971 and 2099")
    return day


Day = Annotated[date, AfterValidator(_within_calendar)]
Place = Annotated[str, Field(pattern=f"^{PLACE_PATTERN}$")]
Language = Annotated[str, Field(pattern=f"^({'|'.join(LANGUAGES)})$")]


def view(  # noqa: PLR0917 (the parameters of a query, by name)
    store: Annotated[Place | None, Query(description="One store; all without it.")] = None,
    camera: Annotated[Place | None, Query(description="One camera; all without it.")] = None,
    period: Annotated[Kind, Query(description="Day, week (from Monday) or month around `day`.")] = Kind.DAY,
    day: Annotated[Day | None, Query(description="By the stores' clock; today without it.")] = None,
    first: Annotated[Day | None, Query(alias="from", description="With `to`: any days, instead of `day`.")] = None,
    last: Annotated[Day | None, Query(alias="to", description=f"Included; at most {MOST_DAYS} days.")] = None,
) -> View:
    """What a request looks at."""
    if (first is None) != (last is None):
        raise HTTPException(422, "from and to go together")
    if first is not None and last is not None:
        if not 0 <= (last - first).days < MOST_DAYS:
            raise HTTPException(422, f"from must not be after to, nor more than {MOST_DAYS} days before")
        return View(Kind.RANGE, None, first, last, store, camera)
    if period is Kind.RANGE:
        raise HTTPException(422, "a range is said by from and to")
    return View(period, day, None, None, store, camera)


Looking = Annotated[View, Depends(view)]


@dataclass(frozen=True)
class Life:
    """The process around the app: told when it serves and when following a source failed, asked whether it ends."""

    on_ready: Callable[[], None]
    on_fault: Callable[[BaseException | None], None]
    is_stopping: Callable[[], bool]


def build(board: Board, scratch: Path, life: Life, put: Mapping[str, str]) -> FastAPI:
    """Make the app. Exports pass through `scratch`; `put` are the headers on every answer."""

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
    app.add_middleware(Hardening, put=put, on_request=board.feed.turns.asked)

    @app.get("/api/snapshot")
    def get_snapshot(looking: Looking) -> Figures:
        """All the page's numbers now."""
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
        """The period's rows (`windows`, `traffic`) or their sums by hour or day, camera and place, as a file."""
        with tempfile.NamedTemporaryFile(dir=scratch, delete=False) as file:
            path = Path(file.name)
        board.export(looking, grain, form, path)
        period = looking.period(board.rules.calendar.day_of(board.clock()))
        days = [period.first.isoformat()] + ([period.last.isoformat()] if period.days > 1 else [])
        name = "-".join(filter(None, ("footfall", grain.value, *days, looking.store, looking.camera)))
        return FileResponse(
            path,
            media_type=export.MEDIA_TYPES[form],
            filename=f"{name}.{form}",
            background=BackgroundTask(path.unlink, missing_ok=True),
        )

    @app.get("/report", response_class=HTMLResponse)
    def get_report(looking: Looking, language: Annotated[Language, Query(alias="lang")] = "en") -> HTMLResponse:
        """The period as a document to print."""
        return HTMLResponse(render(board.snapshot(looking), Words.load(language), style=None))

    @app.exception_handler(TooManyViewers)
    async def say_full(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status_code=503, headers={"Retry-After": "10"})

    @app.get("/chart.js", include_in_schema=False)
    def get_charts() -> FileResponse:
        return FileResponse(CHARTS, media_type="text/javascript")

    app.mount("/words", StaticFiles(directory=WORDS), name="words")
    app.mount("/", StaticFiles(directory=PAGE, html=True), name="page")
    return app
