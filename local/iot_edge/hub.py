"""The hub: modules' twins, who is connected, direct methods, telemetry. Knows neither MQTT nor HTTP."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from local.iot_edge import tokens
from local.iot_edge.errors import AccessDenied, MethodTimedOut, ModuleOffline, UnknownModule
from local.iot_edge.identity import HUB_NAME, Identity
from local.iot_edge.payload import Json
from local.iot_edge.store import Record, Store
from local.iot_edge.telemetry import Message, TelemetryLog
from local.iot_edge.twin import Properties, Twin

MOST_WAITING_METHODS = 16


class Session(Protocol):
    """A module's connection."""

    def desired_changed(self, patch: Mapping[str, Json], version: int) -> None:
        """Tell the module of a patch."""

    def call(self, request: str, method: str, payload: Json) -> bool:
        """Ask the module to run a direct method; False if it takes none."""

    def close(self) -> None:
        """Hang up."""


@dataclass(frozen=True)
class MethodResult:
    """What a direct method answered."""

    status: int
    payload: Json


@dataclass
class Module:
    """A module, or the device itself, as the hub knows it."""

    identity: Identity
    record: Record
    session: Session | None = None
    waiting: dict[str, asyncio.Future[MethodResult]] = field(default_factory=dict)


class Hub:
    """A device and its modules. Used by one event loop."""

    def __init__(
        self, identities: Sequence[Identity], store: Store, telemetry: TelemetryLog, now: Callable[[], float]
    ) -> None:
        """Take up what the store has kept. Raises StateDamaged."""
        self._store, self.telemetry, self._now = store, telemetry, now
        self.modules = {
            identity.client_id: Module(identity, store.load(identity.client_id) or Record()) for identity in identities
        }

    def module(self, client_id: str) -> Module:
        """The module of that client id. Raises UnknownModule."""
        try:
            return self.modules[client_id]
        except KeyError:
            raise UnknownModule("there is no such module") from None

    def sign_in(self, client_id: str, user: str, token: str) -> tuple[Module, float]:
        """The module, and for how many seconds its token is good. Raises AccessDenied."""
        module = self.modules.get(client_id)
        host, _, name = user.partition("/?")[0].rstrip("/").partition("/")
        if module is None or (host.lower(), name) != (HUB_NAME, client_id):
            raise AccessDenied("there is no such module")
        now = self._now()
        return module, tokens.check(token, module.identity, now) - now

    def connected(self, module: Module, session: Session) -> None:
        """A module has signed in; a connection it had before is closed."""
        if module.session is not None:
            module.session.close()
        module.session = session

    def disconnected(self, module: Module, session: Session) -> None:
        """A connection is gone."""
        if module.session is session:
            module.session = None

    def subscribe(self, module: Module, subscriptions: frozenset[str]) -> None:
        """Keep what a module listens to, for when it comes back."""
        if subscriptions != module.record.subscriptions:
            self._keep(module, replace(module.record, subscriptions=subscriptions))

    def patch_reported(self, module: Module, patch: Json) -> Twin:
        """A module reports. Raises TwinRefused."""
        self._keep(module, replace(module.record, twin=module.record.twin.with_reported(patch)))
        return module.record.twin

    def patch_desired(self, module: Module, patch: Json) -> Twin:
        """A service changes what is desired, and a connected module is told. Raises TwinRefused."""
        self._keep(module, replace(module.record, twin=module.record.twin.with_desired(patch)))
        twin = module.record.twin
        if module.session is not None and isinstance(patch, dict):
            told = {key: value for key, value in patch.items() if not key.startswith("$")}
            module.session.desired_changed(told, twin.desired_version)
        return twin

    def set_first_desired(self, module: Module, desired: Properties) -> None:
        """What is desired of a module that nothing was desired of before. Raises TwinRefused."""
        if module.record == Record():
            self._keep(module, replace(module.record, twin=Twin().with_desired(dict(desired))))

    async def call(self, module: Module, method: str, payload: Json, seconds: float) -> MethodResult:
        """Run a direct method. Raises ModuleOffline and MethodTimedOut."""
        if module.session is None or len(module.waiting) >= MOST_WAITING_METHODS:
            raise ModuleOffline(f"{module.identity.title} is not connected, or busy")
        request = secrets.token_hex(8)
        answer: asyncio.Future[MethodResult] = asyncio.get_running_loop().create_future()
        module.waiting[request] = answer
        try:
            if not module.session.call(request, method, payload):
                raise ModuleOffline(f"{module.identity.title} takes no direct methods")
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError:
            raise MethodTimedOut(f"{module.identity.title} did not answer {method[:64]} in {seconds:g} s") from None
        finally:
            del module.waiting[request]

    def answered(self, module: Module, request: str, result: MethodResult) -> None:
        """A module has answered a direct method."""
        waiting = module.waiting.get(request)
        if waiting is not None and not waiting.done():
            waiting.set_result(result)

    def received(self, message: Message) -> None:
        """A module has sent telemetry."""
        self.telemetry.add(message, datetime.fromtimestamp(self._now(), UTC))

    def _keep(self, module: Module, record: Record) -> None:
        self._store.save(module.identity.client_id, record)
        module.record = record
