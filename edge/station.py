"""One module put together: camera, watch, spool, storage, model, and what an operator may ask of them."""

import threading

from pydantic import JsonValue

from edge.camera.choose import open_source
from edge.camera.reader import Reader
from edge.camera.source import Source
from edge.counting.account import Account
from edge.counting.ledger import Ledger
from edge.forward import Forwarder
from edge.gate.faces import FaceCheck
from edge.gate.person_model import PersonModel
from edge.model.keeper import ModelKeeper
from edge.module import Module, spool_bounds
from edge.settings import PERSON_MODEL, Settings
from edge.settings_in_force import SettingsInForce
from edge.spool import disk
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
        self._settings = settings
        self._spool = Spool(current.spool_folder, lambda: spool_key(current.spool_folder, current.spool_secret))
        faces = FaceCheck(current.models_dir)
        self._keeper = ModelKeeper(current.models_dir / PERSON_MODEL, current.spool_folder / "model", self._use_model)
        first = self._keeper.first(current)
        self._keeper.check(current)
        self._watch = Watch(first, faces, continuous=source.continuous)
        self._forwarder = Forwarder(self._spool, self._open_storage)
        self._reader = Reader(source, lambda: settings.current.frames_per_second)
        self._module = Module(
            reader=self._reader,
            watch=self._watch,
            spool=self._spool,
            forwarder=self._forwarder,
            account=self._account() if source.continuous else None,
            model_failed=lambda failure: self._keeper.fall_back(self._watch.model, failure),
            settings=lambda: settings.current,
            stopping=stopping,
        )
        settings.check(lambda new: new.require_set("Store", "Camera", "PictureStorage"))
        settings.check(self._keeper.check)
        settings.on_change(self._changed)

    def run(self) -> None:
        """Work until the source ends or it is told to stop. Raises what Module.run raises."""
        with self._spool, self._keeper:
            self._keeper.want(self._settings.current)
            self._module.run()

    def camera_changed(self, old: Settings, new: Settings) -> None:
        """Read the camera that CameraSource names now."""
        if (new.camera_source, new.rtsp_transport) != (old.camera_source, old.rtsp_transport):
            self._reader.switch(open_source(new.source, new.rtsp_transport))

    @property
    def may_take_picture(self) -> bool:
        """Whether the device's own configuration allows `takePicture`."""
        return self._settings.current.allow_take_picture

    def take_picture(self) -> bool:
        """Take a picture of the people in view now: whether there was one to take, by the rules for all pictures."""
        return self._module.take_picture(PICTURE_TIMEOUT)

    def purge_spool(self) -> None:
        """Drop all that waits."""
        self._spool.purge()

    def reload_model(self) -> str | None:
        """Try the wanted model again: what went wrong, or None."""
        return self._keeper.reload(self._settings.current, RELOAD_TIMEOUT)

    def status(self) -> dict[str, JsonValue]:
        """What IoT Hub is told: of the device, never of people, so nothing that grows with each picture."""
        current = self._settings.current
        model = self._keeper.in_force.sha256 if self._keeper.in_force else None
        return {
            "version": VERSION,
            "settings": {"version": self._settings.version, "refused": dict(self._settings.refused) or None},
            "model": {"sha256": model, "error": self._keeper.error, "blind": self._keeper.blind(current)},
            "camera": {"state": self._reader.state},
            "frames": self._module.counts.frames,
            "stillFigures": self._watch.still_figures,
            "spool": {
                "waitingHours": int(self._spool.oldest_age() // 3600),
                "percentFull": int(self._spool.size / (current.spool_max_megabytes * 1e6) * 10) * 10,
                "losing": self._spool.dropped > 0,
                "fault": self._spool.fault,
            },
            "lastError": self._forwarder.last_error,
        }

    def _account(self) -> Account:
        ledger = Ledger(self._settings.current.spool_folder, disk.write)
        return Account(ledger, lambda parcel: self._spool.put(parcel, spool_bounds(self._settings.current)))

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
