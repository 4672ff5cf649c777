"""The standalone host: polls the container, leases a picture, analyzes it, sends its events, deletes it."""
