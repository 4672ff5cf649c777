"""A session: links by handle, windows, and transfers both ways (part 2.5 of the specification)."""

from local.event_hubs.amqp import incoming, outgoing
from local.event_hubs.amqp.incoming import Attach, Fields, Flow, Transfer
from local.event_hubs.broker.access import Grants
from local.event_hubs.broker.namespace import Namespace
from local.event_hubs.errors import DecodeError, Refused
from local.event_hubs.wire import nodes
from local.event_hubs.wire.link import IncomingLink, OutgoingLink
from local.event_hubs.wire.outlet import Outlet

_WRAP = 0xFFFFFFFF


class Session:
    """One session of a connection."""

    def __init__(self, channel: int, fields: Fields, outlet: Outlet, namespace: Namespace, grants: Grants) -> None:
        """Begin, as the client's `begin` in `fields` asks for."""
        self.channel, self.outlet, self.namespace, self.grants = channel, outlet, namespace, grants
        self._links: dict[int, IncomingLink | OutgoingLink] = {}
        self._next_incoming = fields.required_uint(1)
        self._window = fields.required_uint(2)
        self._next_outgoing = self._delivery = 0
        outlet.write(outgoing.begin(channel))

    def receive(self, code: int, fields: Fields, body: bytes, payload_at: int) -> None:
        """Take one frame of this session. Raises DecodeError."""
        match code:
            case incoming.TRANSFER:
                self._transfer(incoming.transfer(fields), body[payload_at:])
            case incoming.FLOW:
                self._flow(incoming.flow(fields))
            case incoming.ATTACH:
                self._attach(incoming.attach(fields, body))
            case incoming.DETACH:
                self._detach(fields.required_uint(0))
            case incoming.DISPOSITION:
                pass  # all we send is settled
            case _:
                raise DecodeError(f"no performative {code:#x} is taken in a session")

    def resume(self) -> None:
        """The client reads again: send what waits."""
        for link in self._outgoing_links():
            link.pump()

    def close(self) -> None:
        """Let all links go."""
        for link in tuple(self._links.values()):
            link.close()
        self._links.clear()

    def end(self) -> None:
        """Close, and say so."""
        self.close()
        self.outlet.write(outgoing.end(self.channel))

    def drop(self, link: IncomingLink | OutgoingLink, error: Refused) -> None:
        """Detach a link with the reason."""
        link.close()
        if self._links.get(link.handle) is link:
            del self._links[link.handle]
            self.outlet.write(outgoing.detach(self.channel, link.handle, error))

    def replies(self, node: str, reply_to: str) -> OutgoingLink | None:
        """The link on which a node's answers go to the client."""
        of_node = [link for link in self._outgoing_links() if link.node == node]
        return next((link for link in of_node if link.target == reply_to), of_node[0] if of_node else None)

    def grant_credit(self, link: IncomingLink) -> None:
        """Let the client send on `link`."""
        state = (link.handle, link.delivery_count, link.credit)
        self.outlet.write(outgoing.flow(self.channel, self._next_incoming, self._next_outgoing, state, drain=False))

    def settle(self, delivery: int, state: bytes) -> None:
        """Tell what became of a client's message."""
        self.outlet.write(outgoing.disposition(self.channel, delivery, state))

    def transfer(self, link: OutgoingLink, message: bytes) -> list[bytes]:
        """The frames of a message on `link`, counted as sent; none while the client's window is too small."""
        room = self.outlet.max_frame - outgoing.TRANSFER_OVERHEAD
        if self._window < -(-len(message) // room):
            return []
        frames = outgoing.transfer(
            self.channel,
            link.handle,
            message,
            delivery=self._delivery,
            tag=link.delivery_count,
            max_frame=self.outlet.max_frame,
        )
        self._next_outgoing = (self._next_outgoing + len(frames)) & _WRAP
        self._window -= len(frames)
        self._delivery = (self._delivery + 1) & _WRAP
        return frames

    def _outgoing_links(self) -> list[OutgoingLink]:
        return [link for link in self._links.values() if isinstance(link, OutgoingLink)]

    def _attach(self, asked: Attach) -> None:
        try:
            if asked.handle in self._links or asked.handle > outgoing.MAX_HANDLE:
                raise Refused("amqp:session:handle-in-use", "The handle is in use or too high.")
            link = nodes.open_link(self, asked)
        except Refused as refused:
            self.outlet.write(outgoing.attach_refused(self.channel, asked, refused))
            return
        self._links[asked.handle] = link
        self.outlet.write(outgoing.attach(self.channel, asked))
        if isinstance(link, IncomingLink):
            self.grant_credit(link)

    def _flow(self, flow: Flow) -> None:
        self._window = (flow.next_incoming + flow.incoming_window - self._next_outgoing) & _WRAP
        link = self._links.get(flow.handle) if flow.handle is not None else None
        state = None
        if isinstance(link, OutgoingLink):
            link.grant(flow)
            state = (link.handle, link.delivery_count, link.credit)
        else:
            self.resume()
        if flow.echo or (flow.drain and state):
            self.outlet.write(
                outgoing.flow(self.channel, self._next_incoming, self._next_outgoing, state, drain=flow.drain)
            )

    def _transfer(self, transfer: Transfer, payload: bytes) -> None:
        self._next_incoming = (self._next_incoming + 1) & _WRAP
        link = self._links.get(transfer.handle)
        if isinstance(link, IncomingLink):  # else: detached meanwhile
            try:
                link.receive(transfer, payload)
            except Refused as refused:
                self.drop(link, refused)

    def _detach(self, handle: int) -> None:
        link = self._links.pop(handle, None)
        if link is not None:
            link.close()
            self.outlet.write(outgoing.detach(self.channel, handle))
