"""One module put together: camera, watch, spool, storage, model, and what an operator may ask of them."""

import threading
import time

from pydantic import JsonValue

from edge.camera.choose import open_source
from edge.camera.reader import Reader
from edge.camera.source import Source
from edge.forward import Forwarder
from edge.gate.faces import FaceCheck
from edge.gate.person_model import PersonModel
from edge.model.keeper import ModelKeeper
from edge.module import Module
from edge.people_seen import PeopleMeter
from edge.settings import PERSON_MODEL, Settings
from edge.settings_in_force import SettingsInForce
from edge.spool.key import spool_key
from edge.spool.spool import Spool
from edge.upload import PictureStorage
from edge.watch import Watch

VERSION = "0.1.0"
PICTURE_TIMEOUT, RELOAD_TIMEOUT = 5.0, 25.0
"""Seconds a direct method waits; IoT Hub gives up on one after 30 s by default."""


class Station:
    """Builds the parts from the settings in force and carries changes of the settings to them."""

    def __init__(self, source: Source, settings: SettingsInForce, stopping: threading.Event) -> None:
        """stopping: set by whoever wants an end. Raises ModelRefused, DownloadFailed or SpoolUnusable."""
        current = settings.current
        self.people = PeopleMeter()
        self._settings = settings
        self._spool = Spool(current.spool_folder, lambda: spool_key(current.spool_folder, current.spool_secret))
        faces = FaceCheck(current.models_dir)
        self._keeper = ModelKeeper(current.models_dir / PERSON_MODEL, current.spool_folder / "model", self._use_model)
        self._watch = Watch(self._keeper.first(current), faces, continuous=source.continuous)
        self._forwarder = Forwarder(self._spool, self._open_storage)
        self._reader = Reader(source, lambda: settings.current.frames_per_second)
        self._module = Module(
            reader=self._reader,
            watch=self._watch,
            spool=self._spool,
            forwarder=self._forwarder,
            people=self.people,
            settings=lambda: settings.current,
            stopping=stopping,
        )
        settings.check(lambda new: new.require_set("Store", "Camera", "PictureStorage"))
        settings.on_change(self._changed)

    def run(self) -> None:
        """Work until the source ends or it is told to stop. Raises what Module.run raises."""
        with self._spool, self._keeper:
            self._keeper.want(self._settings.current)
            self._module.run()

    def camera_changed(self, old: Settings, new: Settings) -> None:
        """Read the camera that CameraSource names now."""
        if new.camera_source != old.camera_source:
            self._reader.switch(open_source(new.source))

    def take_picture(self) -> int | None:
        """Take a picture of the people in view now: how many; None if no one is."""
        return self._module.take_picture(PICTURE_TIMEOUT)

    def purge_spool(self) -> int:
        """Drop all waiting pictures: how many."""
        return self._spool.purge()

    def reload_model(self) -> str | None:
        """Try the wanted model again: what went wrong, or None."""
        return self._keeper.reload(self._settings.current, RELOAD_TIMEOUT)

    def status(self) -> dict[str, JsonValue]:
        """What IoT Hub is told. Numbers, times and short words only."""
        counts, now = self._module.counts, time.time()
        last = self._forwarder.last_upload
        model = self._keeper.in_force.sha256 if self._keeper.in_force else None
        return {
            "version": VERSION,
            "settings": {"version": self._settings.version, "refused": dict(self._settings.refused) or None},
            "model": {"sha256": model, "error": self._keeper.error},
            "camera": {"state": self._reader.state},
            "counts": {
                "frames": counts.frames,
                "framesWithPeople": counts.frames_with_people,
                "pictures": counts.pictures,
            },
            "spool": {
                "pictures": self._spool.waiting,
                "bytes": self._spool.size,
                "oldestSeconds": round(self._spool.oldest_age(now)),
                "dropped": self._spool.dropped,
            },
            "lastUpload": last.strftime("%Y-%m-%dT%H:%M:%SZ") if last else None,
            "lastError": self._forwarder.last_error,
        }

    def _use_model(self, model: PersonModel) -> None:
        self._watch.model = model

    def _changed(self, old: Settings, new: Settings) -> None:
        if new.picture_storage != old.picture_storage:
            self._forwarder.reconnect()
        if (new.model_zip_url, new.model_zip_sha256) != (old.model_zip_url, old.model_zip_sha256):
            self._keeper.want(new)

    def _open_storage(self) -> PictureStorage:
        current = self._settings.current
        return PictureStorage(current.storage_connection, current.picture_container, current.storage_api_version)
