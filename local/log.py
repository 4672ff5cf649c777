"""JSON lines on stderr, as every process of the stack writes them."""

import logging
import sys

import structlog


def configure() -> None:
    """Log to stderr as docs/architecture.md fixes; libraries' own lines, which may quote a request, stay out."""
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # whatever that is by then
    )
