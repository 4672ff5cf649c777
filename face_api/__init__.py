"""The Face API v1.0 on open models, and the visitor memory: see docs/face-api.md."""

import os

# onnxruntime reports its use to Microsoft unless told not to before it is loaded. This process sees faces: it calls
# nobody. Here, so that no process that imports any part of the room can come first.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
