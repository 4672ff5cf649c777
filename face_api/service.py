"""Puts the service together from its settings, and takes it apart again."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from fastapi import FastAPI
from pydantic import SecretStr

from face_api.app import Services, create_app
from face_api.faces.least_age import LeastAge
from face_api.faces.template import VERSION
from face_api.memory.templates import TemplateStore
from face_api.memory.visitors import MemoryRules, VisitorMemory
from face_api.pictures.fetch import UrlFetcher, plain_client
from face_api.serving.keys import Keys
from face_api.serving.metrics import Metrics
from face_api.serving.picture_analysis import PictureAnalysis
from face_api.serving.pool import WorkerPool
from face_api.settings import Settings
from face_api.storage.database import Database
from face_api.storage.face_ids import FaceIds
from face_api.storage.face_lists import FaceLists, ListKind
from face_api.storage.postgres import PostgresDatabase
from face_api.storage.postgres_templates import PostgresTemplates
from face_api.storage.probe import StoreProbe
from face_api.storage.sqlite import SqliteDatabase
from face_api.storage.sqlite_templates import SqliteTemplates
from face_api.storage.sweeper import Sweeper
from face_api.storage.template_version import keep_only
from face_api.workers.picture_worker import PictureWorker
from face_api.workers.zygote import Zygote

_LEAST_SWEEP, _MOST_SWEEP = 1.0, 60.0


@contextmanager
def face_service(settings: Settings, zygote: Zygote, now: Callable[[], float] = time.time) -> Iterator[FastAPI]:
    """The application with everything behind it; closed in order at the end. Raises CannotStart."""
    with ExitStack() as closing:
        metrics = Metrics()
        database, templates = open_stores(settings)
        closing.callback(database.close)
        face_ids = FaceIds(database, now)
        rules = MemoryRules(
            settings.visit_gap_minutes * 60, settings.memory_days * 86400, settings.memory_most_days * 86400
        )
        visitors = VisitorMemory(database, templates, face_ids, rules, now)
        period = min(_MOST_SWEEP, max(_LEAST_SWEEP, min(rules.memory, rules.memory_most) / 20))
        sweeper = Sweeper(database, [face_ids.forget_expired, visitors.forget_expired], period)
        sweeper.start()
        closing.callback(sweeper.stop)
        zygote.wait_until_ready()
        workers = [PictureWorker(zygote) for _ in range(settings.workers)]
        for worker in workers:
            closing.callback(worker.close)
        for worker in workers:
            worker.wait_until_ready()
        pool = WorkerPool(workers, settings.queue)
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
            UrlFetcher(settings.picture_urls, plain_client()),
            LeastAge(settings.least_age),
            metrics,
            StoreProbe(database).writable,
            zygote.alive,
        )
        yield create_app(services, settings.calls, Keys(_bytes(settings.api_key), _bytes(settings.erasing_key)))


def open_stores(settings: Settings) -> tuple[Database, TemplateStore]:
    """PostgreSQL if the settings name one, else SQLite. Raises CannotStart."""
    if settings.database:
        postgres = PostgresDatabase(settings.database.get_secret_value(), settings.database_patience)
        keep_only(postgres, VERSION)
        return postgres, PostgresTemplates(postgres)
    sqlite = SqliteDatabase(settings.data)
    keep_only(sqlite, VERSION)
    return sqlite, SqliteTemplates(sqlite)


def _bytes(secret: SecretStr | None) -> bytes | None:
    return secret.get_secret_value().encode() if secret else None
