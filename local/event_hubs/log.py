"""One JSON object a line on stderr: time, level, event, then numbers and short words."""

import sys

import structlog


def configure() -> None:
    """Log to stderr as docs/architecture.md fixes."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
