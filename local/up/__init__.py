"""The whole pattern, kept running: for looking around, for `func start`, for trying a camera."""
