"""The server's side of AMQP: connections, sessions and links between clients and the broker."""
