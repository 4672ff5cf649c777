"""The Functions app: triggers that only adapt between the host and the core. How the host behaves: docs/functions.md.

Settings are read when the host indexes the app, so a wrong one is refused at start, with a line naming it.
"""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import List  # noqa: UP035 (the Functions library rejects Out[list[str]])

import azure.functions as func

from function_app import log
from function_app.analyze import analyze
from function_app.desk import Desk
from function_app.dispatch import Dispatch
from function_app.errors import BlobAtFault, BlobGone, PictureTooLarge, SettingsInvalid
from function_app.face_client import FaceClient
from function_app.host_leftovers import HostLeftovers
from function_app.names import MAX_BYTES, Traffic, parse
from function_app.outlet import Pooled
from function_app.poison import Poison
from function_app.pool.store import PoolStore
from function_app.retention import keep_to
from function_app.settings import FunctionsSettings, load
from function_app.storage.container import Container
from function_app.sweep import Sweep
from function_app.traffic import read_rows

CONNECTIONS = 16


def _settings() -> FunctionsSettings:
    try:
        settings = load(FunctionsSettings)
        Container.of(settings, settings.picture_container, 1).close()  # refuses a PictureStorage of no use
        return settings
    except SettingsInvalid as fault:
        sys.stderr.write(f"{fault}\n")  # the host shows it as Host.Function.Console; of the exception it says nothing
        sys.stderr.flush()
        raise


settings = _settings()
app = func.FunctionApp()


@dataclass(frozen=True, slots=True)
class _Services:
    """What the functions of this process share."""

    pictures: Container
    poisoned: Container
    poison: Poison
    faces: FaceClient
    outlet: Pooled
    desk: Desk
    sweep: Sweep
    leftovers: HostLeftovers


@cache
def _services() -> _Services:
    log.to_host()
    pictures = Container.of(settings, settings.picture_container, CONNECTIONS)
    poisoned = Container.of(settings, settings.poison_container, CONNECTIONS)
    store = PoolStore(
        Container.of(settings, settings.pool_container, CONNECTIONS), lambda: log.get().error("pool unreadable")
    )
    poison, faces = Poison(pictures, poisoned), FaceClient.of(settings, CONNECTIONS)
    return _Services(
        pictures,
        poisoned,
        poison,
        faces,
        Pooled(store, settings.rules, _now),
        Desk(Dispatch(store, settings.rules), _now),
        Sweep(pictures, poison, _work_by_name, faces.is_ready, faces.reads_a_blank_picture),
        HostLeftovers.of(settings),
    )


@app.function_name("FaceAnalyze")
@app.blob_trigger(
    arg_name="blob",
    path="%PICTURE_CONTAINER%/{name}.jpg",
    connection="PictureStorage",
    data_type=func.DataType.BINARY,
)
def face_analyze(blob: func.InputStream) -> None:
    """A new picture: its tally goes into the pool, and it is deleted. What raises is tried again by the host."""
    _take(blob)


@app.function_name("ForwardTraffic")
@app.blob_trigger(
    arg_name="blob",
    path="%PICTURE_CONTAINER%/{name}.json",
    connection="PictureStorage",
    data_type=func.DataType.BINARY,
)
def forward_traffic(blob: func.InputStream) -> None:
    """New counts of a camera: they go into the pool, and the blob is deleted."""
    _take(blob)


@app.function_name("SendTallies")
@app.timer_trigger(arg_name="timer", schedule="*/5 * * * * *", use_monitor=False)
@app.event_hub_output(arg_name="messages", event_hub_name="%EVENT_HUB_NAME%", connection="EventHub")
@app.retry(strategy="fixed_delay", max_retry_count="-1", delay_interval="00:00:05")
def send_tallies(timer: func.TimerRequest, messages: func.Out[List[str]], context: func.Context) -> None:  # noqa: ARG001, UP006
    """Every five seconds: what may leave the pool goes out; what the last call sent has been acknowledged."""
    again = context.retry_context is not None and (context.retry_context.retry_count or 0) > 0
    messages.set(_services().desk.hand_out(again))


@app.function_name("Sweep")
@app.timer_trigger(arg_name="timer", schedule="*/5 * * * * *", use_monitor=False)
def sweep(timer: func.TimerRequest) -> None:  # noqa: ARG001 (the binding needs it)
    """Every five seconds: what the trigger has not seen, or has given up, comes up again."""
    swept = _services().sweep.once(_now)
    if swept.poisoned:
        log.get().warning("blobs poisoned", blobs=swept.poisoned)


@app.function_name("Tidy")
@app.timer_trigger(arg_name="timer", schedule="0 */5 * * * *", use_monitor=False)
def tidy(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Every five minutes: retention, and names that the host itself has kept."""
    services = _services()
    retention = timedelta(minutes=settings.picture_retention_minutes)
    kept = [keep_to(container, retention, _now()) for container in (services.pictures, services.poisoned)]
    purged, undeletable = sum(each.purged for each in kept), sum(each.undeletable for each in kept)
    if purged or undeletable:
        log.get().warning("retention", purged=purged, undeletable=undeletable)
    services.leftovers.remove(_now())


def _take(blob: func.InputStream) -> None:
    name = (blob.name or "").partition("/")[2]  # after the container
    try:
        _work(name, blob.read())
    except BlobGone:
        return  # done meanwhile: it was touched while in work
    except BlobAtFault as fault:
        _services().poison.put(name, fault)
        log.get().warning("blob poisoned", reason=fault.reason)


def _work_by_name(name: str) -> None:
    content = _services().pictures.blob(name).read()
    if content.size > MAX_BYTES:
        raise PictureTooLarge(f"the blob has more than {MAX_BYTES} bytes")
    _work(name, content.read())


def _work(name: str, content: bytes) -> None:
    services, blob = _services(), parse(name)
    if isinstance(blob, Traffic):
        services.outlet.traffic(blob, read_rows(blob, content))
    else:
        tally = analyze(blob, content, services.faces, settings.keys)
        if tally is not None:
            services.outlet.tally(blob, tally)
    services.pictures.blob(name).delete()


def _now() -> datetime:
    return datetime.now(UTC)
