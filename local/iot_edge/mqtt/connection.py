"""One module's MQTT connection: signed in, its packets understood, answers and patches sent."""

import asyncio
import json
from collections.abc import Mapping

import structlog

from local.iot_edge import payload
from local.iot_edge.errors import AccessDenied, NotJson, PacketMalformed, TwinRefused
from local.iot_edge.hub import Hub, MethodResult, Module
from local.iot_edge.mqtt import packets, topics
from local.iot_edge.mqtt.packets import Packet, Publish
from local.iot_edge.payload import Json
from local.iot_edge.telemetry import Message

SECONDS_TO_SIGN_IN = 10.0
_MOST_SUBSCRIPTIONS = 32
_MOST_UNREAD = 1024 * 1024


class Connection:
    """Serves one client from its Connect to its end."""

    def __init__(self, hub: Hub, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._hub, self._reader, self._writer = hub, reader, writer
        self._log = structlog.get_logger()
        self._module: Module
        self.known = False
        """Whether the client has signed in."""

    async def serve(self) -> None:
        """Until the client goes, breaks the rules, or its token runs out."""
        try:
            async with asyncio.timeout(SECONDS_TO_SIGN_IN):
                connect = await self._packet(packets.LARGEST_CONNECT)
            if not isinstance(connect, packets.Connect):
                return
            try:
                self._module, seconds = self._hub.sign_in(connect.client_id, connect.user, connect.password)
            except AccessDenied as denied:
                self._log.warning("sign-in refused", reason=str(denied))
                self._send(packets.connack(packets.Refusal.NOT_AUTHORIZED))
                await self._writer.drain()
                return
            self.known = True
            await self._signed_in(connect, seconds)
        except PacketMalformed as error:
            self._log.warning("connection closed", reason=str(error))
        except (OSError, EOFError, TimeoutError):  # gone, as modules may at any time
            pass
        finally:
            self._writer.close()

    async def _signed_in(self, connect: packets.Connect, seconds: float) -> None:
        module = self._module
        name = module.identity.client_id
        self._hub.connected(module, self)
        if connect.clean:
            self._hub.subscribe(module, frozenset())
        self._send(packets.connack(session_present=bool(module.record.subscriptions)))
        self._log.info("module connected", module=name)
        try:
            async with asyncio.timeout(seconds):
                while await self._next(connect.keep_alive * 1.5 or None):
                    pass
        finally:
            self._hub.disconnected(module, self)
            self._log.info("module disconnected", module=name)

    async def _next(self, seconds: float | None) -> bool:
        async with asyncio.timeout(seconds):
            packet = await self._packet()
        if isinstance(packet, packets.Disconnect):
            return False
        self._take(packet)
        await self._writer.drain()
        return True

    async def _packet(self, largest: int = packets.LARGEST_PACKET) -> Packet:
        head = (await self._reader.readexactly(1))[0]
        size = 0
        for shift in (0, 7, 14, 21):
            digit = (await self._reader.readexactly(1))[0]
            size |= (digit & 0x7F) << shift
            if not digit & 0x80:
                break
        else:
            raise PacketMalformed("a packet's length is too long")
        if size > largest:
            raise PacketMalformed(f"a packet of {size} bytes, {largest} at most")
        return packets.packet(head, await self._reader.readexactly(size))

    def _take(self, packet: Packet) -> None:
        subscriptions = self._module.record.subscriptions
        match packet:
            case Publish():
                answer = self._published(packet)
                if packet.packet is not None:
                    self._send(packets.puback(packet.packet))
                if answer:  # the service acknowledges first, and clients may count on it
                    self._send(answer)
            case packets.Subscribe():
                wanted = subscriptions | frozenset(packet.filters)
                if len(wanted) > _MOST_SUBSCRIPTIONS:
                    raise PacketMalformed(f"more than {_MOST_SUBSCRIPTIONS} subscriptions")
                self._hub.subscribe(self._module, wanted)
                self._send(packets.suback(packet.packet, len(packet.filters)))
            case packets.Unsubscribe():
                self._hub.subscribe(self._module, subscriptions - frozenset(packet.filters))
                self._send(packets.unsuback(packet.packet))
            case packets.Ping():
                self._send(packets.pingresp())
            case packets.Connect():
                raise PacketMalformed("a second sign-in on one connection")

    def _published(self, packet: Publish) -> bytes:
        """Take a message; what is to be answered, if anything is."""
        module = self._module
        if len(packet.payload) > packets.LARGEST_MESSAGE:
            raise PacketMalformed(f"a message of {len(packet.payload)} bytes, {packets.LARGEST_MESSAGE} at most")
        match topics.meaning(packet.topic, module.identity.path):
            case topics.GetTwin(request):
                return _packet(topics.twin_response(request, 200), module.record.twin.as_json())
            case topics.PatchReported(request):
                try:
                    twin = self._hub.patch_reported(module, payload.parse(packet.payload))
                except (NotJson, TwinRefused) as error:
                    self._log.warning(
                        "reported properties refused", module=module.identity.client_id, reason=str(error)
                    )
                    return packets.publish(topics.twin_response(request, 400), b"")
                return packets.publish(topics.twin_response(request, 204, twin.reported_version), b"")
            case topics.MethodAnswer(request, status):
                try:
                    result = MethodResult(status, payload.parse(packet.payload))
                except NotJson:
                    result = MethodResult(500, "the module's answer is not JSON")
                self._hub.answered(module, request, result)
            case topics.Telemetry(properties):
                self._hub.received(Message(module.identity.module, properties, packet.payload))
        return b""

    def desired_changed(self, patch: Mapping[str, Json], version: int) -> None:
        """Tell the module of a patch, if it listens."""
        if self._listens(topics.DESIRED):
            self._send(_packet(topics.desired_changed(version), {**patch, "$version": version}))

    def call(self, request: str, method: str, payload: Json) -> bool:
        """Ask the module to run a direct method; False if it does not listen."""
        if not self._listens(topics.METHODS):
            return False
        self._send(_packet(topics.method_request(request, method), payload))
        return True

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    def abort(self) -> None:
        """Hang up without a word."""
        self._writer.transport.abort()

    def _listens(self, topic: str) -> bool:
        return any(topics.matches(each, f"{topic}x") for each in self._module.record.subscriptions)

    def _send(self, data: bytes) -> None:
        if self._writer.transport.get_write_buffer_size() > _MOST_UNREAD:
            self._writer.transport.abort()  # it does not read
        else:
            self._writer.write(data)


def _packet(topic: str, content: Json) -> bytes:
    return packets.publish(topic, json.dumps(content).encode())
