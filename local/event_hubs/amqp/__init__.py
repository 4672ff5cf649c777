"""AMQP 1.0 (OASIS, 2012): types, frames, performatives and messages, as far as an Event Hubs server needs them."""
