"""A session: links by handle, and the frames between them and the client (part 2.5 of the specification)."""

from local.event_hubs.amqp import incoming, outgoing
from local.event_hubs.amqp.incoming import Attach, Fields, Flow, Transfer
from local.event_hubs.broker.access import Grants
from local.event_hubs.broker.namespace import Namespace
from local.event_hubs.errors import DecodeError, Refused
from local.event_hubs.wire import nodes
from local.event_hubs.wire.allowance import Allowance
from local.event_hubs.wire.deliveries import Deliveries
from local.event_hubs.wire.link import IncomingLink, OutgoingLink


class Session:
    """One session of a connection."""

    def __init__(self, deliveries: Deliveries, namespace: Namespace, grants: Grants, allowance: Allowance) -> None:
        """Begin, as the client has asked for."""
        self._deliveries, self._allowance = deliveries, allowance
        self._links: dict[int, IncomingLink | OutgoingLink] = {}
        self._place = nodes.Place(namespace, grants, deliveries, allowance, self._replies, self._drop)
        deliveries.write(outgoing.begin(deliveries.channel))

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
            self._let_go(link)

    def end(self) -> None:
        """Close, and say so."""
        self.close()
        self._deliveries.write(outgoing.end(self._deliveries.channel))

    def _outgoing_links(self) -> list[OutgoingLink]:
        return [link for link in self._links.values() if isinstance(link, OutgoingLink)]

    def _replies(self, node: str, reply_to: str) -> OutgoingLink | None:
        of_node = [link for link in self._outgoing_links() if link.node == node]
        return next((link for link in of_node if link.target == reply_to), of_node[0] if of_node else None)

    def _drop(self, link: IncomingLink | OutgoingLink, error: Refused) -> None:
        if self._links.get(link.handle) is link:
            self._let_go(link)
            self._deliveries.write(outgoing.detach(self._deliveries.channel, link.handle, error))

    def _let_go(self, link: IncomingLink | OutgoingLink) -> None:
        del self._links[link.handle]
        self._allowance.link_closed()
        link.close()

    def _attach(self, asked: Attach) -> None:
        try:
            if asked.handle in self._links or asked.handle > outgoing.MAX_HANDLE:
                raise Refused("amqp:session:handle-in-use", "The handle is in use or too high.")
            self._allowance.check_link()
            link = nodes.open_link(self._place, asked)
        except Refused as refused:
            self._deliveries.write(outgoing.attach_refused(self._deliveries.channel, asked, refused))
            return
        self._links[asked.handle] = link
        self._allowance.link_opened()
        self._deliveries.write(outgoing.attach(self._deliveries.channel, asked))
        link.opened()

    def _flow(self, flow: Flow) -> None:
        self._deliveries.widen(flow)
        link = self._links.get(flow.handle) if flow.handle is not None else None
        if isinstance(link, OutgoingLink):
            link.grant(flow)
            state = link.state
        else:
            self.resume()
            state = None
        if flow.echo or (flow.drain and state):
            self._deliveries.tell(state, drain=flow.drain)

    def _transfer(self, transfer: Transfer, payload: bytes) -> None:
        self._deliveries.came()
        link = self._links.get(transfer.handle)
        if isinstance(link, IncomingLink):  # else: detached meanwhile
            try:
                link.receive(transfer, payload)
            except Refused as refused:
                self._drop(link, refused)

    def _detach(self, handle: int) -> None:
        link = self._links.get(handle)
        if link is not None:
            self._let_go(link)
            self._deliveries.write(outgoing.detach(self._deliveries.channel, handle))
