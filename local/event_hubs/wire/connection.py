"""One client's connection (parts 2.4 and 5.3 of the specification): SASL, open, sessions by channel."""

import asyncio
from collections.abc import Callable
from typing import cast

from local.event_hubs.amqp import incoming, outgoing
from local.event_hubs.amqp.frames import AMQP_HEADER, HEARTBEAT, SASL, SASL_HEADER, Frame, FrameReader
from local.event_hubs.amqp.incoming import Fields
from local.event_hubs.broker.access import Grants
from local.event_hubs.broker.namespace import Namespace
from local.event_hubs.errors import DecodeError, Refused
from local.event_hubs.wire.allowance import Allowance
from local.event_hubs.wire.deliveries import Deliveries
from local.event_hubs.wire.outlet import Outlet
from local.event_hubs.wire.session import Session

SECONDS_TO_OPEN = 20.0
SECONDS_WITHOUT_TOKEN = 60.0
"""How long an open connection may be without a good token, as in Azure."""
_SECONDS_TO_CLOSE = 5.0
_SHORTEST_HEARTBEAT = 0.5
_WRITE_BUFFER = 256 * 1024


class Connection(asyncio.Protocol):
    """Reads frames and hands them to sessions; whatever a client sends, only its own connection ends."""

    def __init__(
        self, namespace: Namespace, admit: Callable[["Connection"], bool], leave: Callable[["Connection"], None]
    ) -> None:
        """`admit` says whether there is room for one more; `leave` is told at the end."""
        self._namespace, self._admit, self._leave = namespace, admit, leave
        self._grants = Grants(namespace.now)
        self._allowance = Allowance(lambda: self._grants.any_good)
        self._frames = FrameReader()
        self._sessions: dict[int, Session] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._opened = self._closing = False
        self._transport: asyncio.Transport
        self._outlet: Outlet

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there: it must open soon."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(_WRITE_BUFFER)
        self._outlet = Outlet(self._transport)
        if not self._admit(self):
            self._transport.abort()
            return
        self._after(SECONDS_TO_OPEN, "open", self._transport.abort)

    @property
    def known(self) -> bool:
        """Whether the client has shown a token that is good."""
        return self._grants.any_good

    def abort(self) -> None:
        """Hang up without a word."""
        self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio names it)
        """The client is gone."""
        self._closing = True
        self._cancel_timers()
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()
        self._leave(self)

    def pause_writing(self) -> None:
        """The client does not read: send nothing, and take nothing that would need an answer."""
        self._outlet.ready = False
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """The client reads again."""
        self._outlet.ready = True
        if not self._closing:
            self._transport.resume_reading()
            for session in tuple(self._sessions.values()):
                session.resume()

    def data_received(self, data: bytes) -> None:
        """Bytes of the client."""
        try:
            for received in self._frames.feed(data):
                if self._closing:
                    return
                if isinstance(received, bytes):
                    self._header(received)
                elif received.body:
                    self._frame(received)
        except DecodeError as error:
            self.close(Refused("amqp:decode-error", str(error)))
        except Refused as refused:
            self.close(refused)

    def close(self, error: Refused | None = None) -> None:
        """Say why, and hang up."""
        if not self._closing:
            self._closing = True
            self._outlet.write(outgoing.close(error))
            self._hang_up()

    def _hang_up(self) -> None:
        """Close when the client has read all, or soon."""
        self._cancel_timers()
        self._transport.close()
        self._after(_SECONDS_TO_CLOSE, "close", self._transport.abort)

    def _header(self, header: bytes) -> None:
        if header == SASL_HEADER:
            self._outlet.write(header + outgoing.sasl_mechanisms())
        elif header == AMQP_HEADER:
            self._outlet.write(header)
        else:  # TLS, or no AMQP at all: answer what is spoken here
            self._closing = True
            self._outlet.write(SASL_HEADER)
            self._hang_up()

    def _frame(self, frame: Frame) -> None:
        code, fields, payload_at = incoming.performative(frame.body)
        if frame.kind == SASL:
            if code == incoming.SASL_INIT:
                self._outlet.write(outgoing.sasl_outcome())
                self._frames.expect_header()
            return
        if code == incoming.OPEN:
            self._open(fields)
        elif not self._opened:
            raise DecodeError("the connection must be opened first")
        elif code == incoming.CLOSE:
            self.close()
        elif code == incoming.BEGIN:
            self._begin(frame.channel, fields)
        elif session := self._sessions.get(frame.channel):  # else: azure-eventhub detaches links after the end
            if code == incoming.END:
                del self._sessions[frame.channel]
                session.end()
            else:
                session.receive(code, fields, frame.body, payload_at)

    def _open(self, fields: Fields) -> None:
        self._opened = True
        self._outlet.set_max_frame(fields.uint(2))
        self._outlet.write(outgoing.open_())
        self._after(SECONDS_WITHOUT_TOKEN, "open", self._ask_for_token)
        if idle_ms := fields.uint(4):
            self._beat(max(idle_ms / 2000, _SHORTEST_HEARTBEAT))

    def _begin(self, channel: int, fields: Fields) -> None:
        if channel > outgoing.MAX_CHANNEL or channel in self._sessions:
            raise Refused("amqp:connection:framing-error", "The channel is in use or too high.")
        deliveries = Deliveries(channel, fields, self._outlet)
        self._sessions[channel] = Session(deliveries, self._namespace, self._grants, self._allowance)

    def _beat(self, seconds: float) -> None:
        self._outlet.write(HEARTBEAT)
        self._after(seconds, "beat", self._beat, seconds)

    def _ask_for_token(self) -> None:
        if self.known:
            self._after(SECONDS_WITHOUT_TOKEN, "open", self._ask_for_token)
            return
        milliseconds = SECONDS_WITHOUT_TOKEN * 1000
        self.close(
            Refused(
                "amqp:connection:forced",
                f"The connection was inactive for more than the allowed {milliseconds:.0f} milliseconds.",
            )
        )

    def _after(self, seconds: float, name: str, then: Callable[..., None], *arguments: object) -> None:
        """Do something later, instead of what was to be done under that name."""
        if earlier := self._timers.get(name):
            earlier.cancel()
        self._timers[name] = asyncio.get_running_loop().call_later(seconds, then, *arguments)

    def _cancel_timers(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
