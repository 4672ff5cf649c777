"""Keeps the person model that the settings name in force; the old one goes on until the new one has proved itself."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from edge.errors import ModelFailed, ModelRefused, SettingsRefused
from edge.gate.person_model import PersonModel
from edge.model.download import DownloadFailed, checked, download
from edge.model.package import unpack
from edge.model.trial import try_out
from edge.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0
BUILT_IN = "built-in"

log = structlog.get_logger()


@dataclass(frozen=True)
class InForce:
    """Which model looks at the camera now: its zip's hash, or "built-in"."""

    sha256: str
    model: PersonModel


class ModelKeeper:
    """Fetches and tries models in a thread. Use as a context manager."""

    def __init__(self, built_in: Path, cache: Path, use: Callable[[PersonModel], None]) -> None:
        """built_in: the .tflite shipped; cache: folder for the last zip taken; use: called with each new model."""
        self._built_in, self._cache, self._use = built_in, cache, use
        self._settings: Settings | None = None
        self._wanted = threading.Condition()
        self._asked = 0
        self._answered = 0
        self._stopping = False
        self._failed: str | None = None
        self._thread = threading.Thread(target=self._run, name="model", daemon=True)
        self.in_force: InForce | None = None
        self.error: str | None = None

    def __enter__(self) -> "ModelKeeper":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._wanted:
            self._stopping = True
            self._wanted.notify_all()
        self._thread.join(timeout=5)

    def first(self, settings: Settings) -> PersonModel:
        """The model to start with: the last one taken from the twin if it is still wanted, else the built-in one.

        Without a built-in one this waits for the download. Raises ModelRefused or DownloadFailed.
        """
        wanted = settings.model_zip_sha256
        if wanted and self._cached(wanted).exists():
            try:
                return self._take(wanted, checked(self._cached(wanted).read_bytes(), wanted), settings)
            except (ModelRefused, OSError) as refused:
                self.error = str(refused)
        if self._built_in.exists() or not wanted:
            return self._take_built_in()
        return self._fetch(settings)

    def check(self, settings: Settings) -> None:
        """Raises SettingsRefused if the model in force is the wanted one and knows none of the objects of interest.

        Of another one this is found out when it is tried.
        """
        wanted = settings.model_zip_sha256 or BUILT_IN
        if self.in_force and self.in_force.sha256 == wanted and self.blind(settings):
            raise SettingsRefused({"ObjectsOfInterest": "the model in force knows none of these words"})

    def blind(self, settings: Settings) -> bool:
        """Whether the model in force knows none of the objects of interest, as one that is wanted isn't there yet."""
        return self.in_force is not None and not self.in_force.model.knows(settings.objects_of_interest)

    def want(self, settings: Settings) -> None:
        """From now on the model that these settings name, also if it has failed before; returns at once."""
        with self._wanted:
            self._settings = settings
            self._failed = None
            self._asked += 1
            self._wanted.notify_all()

    def reload(self, settings: Settings, timeout: float) -> str | None:
        """Try the wanted model again and wait; what went wrong, or None."""
        self.want(settings)
        with self._wanted:
            asked = self._asked
            if not self._wanted.wait_for(lambda: self._answered >= asked or self._stopping, timeout):
                return "still at it; ask for the status later"
        return self.error

    def fall_back(self, model: PersonModel, failure: ModelFailed) -> None:
        """This model failed on a picture: the built-in one looks until a model is wanted anew.

        A failure of what is in force no more means nothing. Raises `failure` if there is no other model.
        """
        with self._wanted:
            failed = self.in_force
            if failed is None or failed.model is not model:
                return
            if failed.sha256 == BUILT_IN or not self._built_in.exists():
                raise failure
            self._failed, self.error = failed.sha256, str(failure)
            with suppress(OSError):  # a disk that takes nothing: the next start tries this model again
                self._cached(failed.sha256).unlink()
            self._use(self._take_built_in())
        log.warning("model failed", reason=self.error, hint="the built-in one looks; mend it, or call reloadModel")

    def _run(self) -> None:
        pause: float | None = None
        failures = 0
        while True:
            with self._wanted:
                asked = self._answered
                self._wanted.wait_for(lambda: self._asked > asked or self._stopping, pause)  # noqa: B023
                if self._stopping:
                    return
                failures = 0 if self._asked > asked else failures
                asked, settings = self._asked, self._settings
            again = settings is not None and self._satisfy(settings)
            pause = min(FIRST_PAUSE * 2**failures, LONGEST_PAUSE) if again else None
            failures += again
            with self._wanted:
                self._answered = asked
                self._wanted.notify_all()

    def _satisfy(self, settings: Settings) -> bool:
        """Put the wanted model in force if it isn't; whether a failure may pass and trying again makes sense."""
        wanted = settings.model_zip_sha256 or BUILT_IN
        if wanted == self._failed:
            return False
        self.error = None
        if self.in_force and self.in_force.sha256 == wanted:
            return False
        try:
            model = self._fetch(settings) if settings.model_zip_sha256 else self._take_built_in()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a model, the old one goes on
            known = isinstance(error, ModelRefused | DownloadFailed)
            self.error = str(error) if known else f"the model can't be taken ({type(error).__name__})"
            log.warning("model refused", reason=self.error)
            return not isinstance(error, ModelRefused)
        self._use(model)
        log.info("model in force", model=wanted[:12])
        return False

    def _fetch(self, settings: Settings) -> PersonModel:
        assert settings.model_zip_url  # noqa: S101 - the settings hold both or neither
        sha256 = settings.model_zip_sha256 or ""
        content = download(settings.model_zip_url.get_secret_value(), sha256)
        model = self._take(sha256, content, settings)
        self._remember(sha256, content)
        return model

    def _take(self, sha256: str, content: bytes, settings: Settings) -> PersonModel:
        package = unpack(content)
        try_out(package, settings.objects_of_interest)
        model = PersonModel(package.tflite, package.labels)
        self.in_force = InForce(sha256, model)
        return model

    def _take_built_in(self) -> PersonModel:
        model = PersonModel(self._built_in)
        self.in_force = InForce(BUILT_IN, model)
        return model

    def _cached(self, sha256: str) -> Path:
        return self._cache / f"{sha256}.zip"

    def _remember(self, sha256: str, content: bytes) -> None:
        """For the next start, which may find no network. A full disk is no reason to refuse a model."""
        draft = self._cache / "model.new"
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(content)
            for old in self._cache.glob("*.zip"):
                old.unlink(missing_ok=True)
            draft.rename(self._cached(sha256))
        except OSError as error:
            log.warning("model not cached", reason=error.strerror)
