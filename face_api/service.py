"""Puts the service together from its settings, and takes it apart again."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
from fastapi import FastAPI

from face_api.app import Services, create_app
from face_api.errors import CannotStart
from face_api.faces.analysis import FaceAnalyzer
from face_api.memory.templates import TemplateStore
from face_api.memory.visitors import MemoryRules, VisitorMemory
from face_api.pictures.fetch import UrlFetcher
from face_api.serving.metrics import Metrics
from face_api.serving.picture_analysis import PictureAnalysis
from face_api.serving.pool import WorkerPool
from face_api.settings import Settings
from face_api.storage.database import Database
from face_api.storage.face_ids import FaceIds
from face_api.storage.face_lists import FaceLists, ListKind
from face_api.storage.postgres import PostgresDatabase
from face_api.storage.postgres_templates import PostgresTemplates
from face_api.storage.sqlite import SqliteDatabase
from face_api.storage.sqlite_templates import SqliteTemplates
from face_api.storage.sweeper import Sweeper
from vision.errors import VisionError

_LEAST_SWEEP, _MOST_SWEEP = 1.0, 60.0


@contextmanager
def face_service(settings: Settings, now: Callable[[], float] = time.time) -> Iterator[FastAPI]:
    """The application with everything behind it; closed in order at the end. Raises CannotStart."""
    with ExitStack() as closing:
        metrics = Metrics()
        database, templates = open_stores(settings)
        closing.callback(database.close)
        face_ids = FaceIds(database, now)
        rules = MemoryRules(settings.visit_gap_minutes * 60, settings.memory_days * 86400)
        visitors = VisitorMemory(database, templates, face_ids, rules, now)
        period = min(_MOST_SWEEP, max(_LEAST_SWEEP, rules.memory / 20))
        sweeper = Sweeper(database, [face_ids.forget_expired, visitors.forget_expired], period)
        sweeper.start()
        closing.callback(sweeper.stop)
        pool = WorkerPool(_analyzers(settings), settings.queue)
        closing.callback(pool.close)
        metrics.watch("face_api_pictures_pending", "Pictures at work or waiting.", lambda: pool.pending)
        metrics.watch("face_api_pictures_limit", "Pictures that may be at work or waiting.", lambda: pool.limit)
        metrics.watch("face_api_templates", "Templates in the visitor memory.", templates.count)
        services = Services(
            PictureAnalysis(pool, metrics),
            face_ids,
            FaceLists(database, ListKind.SMALL, now),
            FaceLists(database, ListKind.LARGE, now),
            visitors,
            UrlFetcher(settings.picture_urls, httpx.AsyncClient(trust_env=False)),
            metrics,
            lambda: _answers(database),
        )
        yield create_app(services, api_key=settings.api_key.get_secret_value() if settings.api_key else None)


def open_stores(settings: Settings) -> tuple[Database, TemplateStore]:
    """PostgreSQL if the settings name one, else SQLite. Raises CannotStart."""
    if settings.database:
        postgres = PostgresDatabase(settings.database.get_secret_value())
        return postgres, PostgresTemplates(postgres)
    sqlite = SqliteDatabase(settings.data)
    return sqlite, SqliteTemplates(sqlite)


def _analyzers(settings: Settings) -> list[FaceAnalyzer]:
    try:
        return [FaceAnalyzer.load(settings.models_dir) for _ in range(settings.workers)]
    except VisionError as error:
        raise CannotStart(str(error)) from None


def _answers(database: Database) -> bool:
    try:
        with database.transaction() as transaction:
            return transaction.execute("SELECT 1") == [(1,)]
    except Exception:  # noqa: BLE001 - whatever is wrong with the store, the answer is no
        return False
