"""The bodies of the Face API v1.0 and of the visitor memory, as they go over the wire."""
