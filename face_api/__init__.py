"""The Face API v1.0 on open models, and the visitor memory: see docs/face-api.md."""
