"""The listening socket that the service answers on."""

import socket

from face_api.serving.server import bind


def test_answers_do_not_wait_for_the_clients_delayed_acknowledgement() -> None:
    with bind("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
