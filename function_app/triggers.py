"""The Functions app: three triggers that only adapt between the host and the core.

Settings are read when the host indexes the app, so a wrong one is refused at start, with a line naming it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import List  # noqa: UP035 (the Functions library rejects Out[list[str]])

import azure.functions as func
from pydantic import BaseModel, Field, ValidationError

from function_app import log
from function_app.analyze import analyze
from function_app.errors import PictureError, PictureGone, TriedTooOften
from function_app.face_client import FaceClient
from function_app.pictures import Picture
from function_app.poison import MAX_REPLAYS, REPLAYS, Poison, replays
from function_app.purge import purge
from function_app.settings import Settings, load
from function_app.storage import Container

CONNECTIONS = 16
settings = load(Settings)
app = func.FunctionApp()


@dataclass(frozen=True, slots=True)
class _Services:
    """What the functions of this process share."""

    pictures: Container
    poisoned: Container
    faces: FaceClient

    @property
    def poison(self) -> Poison:
        return Poison(self.pictures, self.poisoned)


class _PoisonedBlob(BaseModel):
    """What the host puts into the queue `webjobs-blobtrigger-poison`, as far as it matters here."""

    container: str = Field(alias="ContainerName")
    name: str = Field(alias="BlobName", min_length=1)


@cache
def _services() -> _Services:
    log.to_host()
    return _Services(
        Container.of(settings, settings.picture_container, CONNECTIONS),
        Container.of(settings, settings.poison_container, CONNECTIONS),
        FaceClient.of(settings, CONNECTIONS),
    )


@app.function_name("FaceAnalyze")
@app.blob_trigger(
    arg_name="picture",
    path="%PICTURE_CONTAINER%/{name}",
    connection="PictureStorage",
    data_type=func.DataType.BINARY,
)
@app.event_hub_output(arg_name="events", event_hub_name="%EVENT_HUB_NAME%", connection="EventHub")
def face_analyze(picture: func.InputStream, events: func.Out[List[str]]) -> None:  # noqa: UP006
    """A new picture: its visit events go out. What raises is tried again by the host, 5 times in all."""
    services = _services()
    name = (picture.name or "").partition("/")[2]  # after the container
    try:
        found = analyze(Picture.named(name), picture.read(), services.faces, settings.keys)
    except PictureError as fault:
        services.poison.put(name, fault)
        log.get().warning("picture poisoned", reason=fault.reason)
        return
    events.set([event.to_json() for event in found])
    log.get().info("picture analyzed", faces=len(found))


@app.function_name("PurgePictures")
@app.timer_trigger(arg_name="timer", schedule="0 */5 * * * *", use_monitor=True)
def purge_pictures(timer: func.TimerRequest) -> None:  # noqa: ARG001 (the binding needs it)
    """Every five minutes: pictures older than PICTURE_RETENTION_MINUTES go. Here this is how pictures end.

    The host sends the events after FaceAnalyze has returned, so FaceAnalyze can't know when a picture may go.
    """
    services = _services()
    before = datetime.now(UTC) - timedelta(minutes=settings.picture_retention_minutes)
    purged = purge(services.pictures, before) + purge(services.poisoned, before)
    log.get().info("pictures purged", pictures=purged)


@app.function_name("ReplayPoison")
@app.queue_trigger(arg_name="message", queue_name="webjobs-blobtrigger-poison", connection="AzureWebJobsStorage")
def replay_poison(message: func.QueueMessage) -> None:
    """A picture the host gave up on: back into work, at most MAX_REPLAYS times, then to the poison container.

    Raises FaceApiUnavailable while the Face API is down: the host shows the message again later (host.json).
    """
    services = _services()
    try:
        poisoned = _PoisonedBlob.model_validate_json(message.get_body())
    except ValidationError:
        log.get().warning("poison message not understood")
        return
    if poisoned.container != settings.picture_container:
        return  # another app's picture
    services.faces.check_ready()
    picture = services.pictures.blob(poisoned.name)
    try:
        metadata = picture.metadata()
        if replays(metadata) < MAX_REPLAYS:
            picture.mark({**metadata, REPLAYS: str(replays(metadata) + 1)})  # a new ETag triggers again
        else:
            services.poison.put(poisoned.name, TriedTooOften("the host gave up on the picture several times"))
    except PictureGone:
        return  # purged, or dealt with meanwhile
