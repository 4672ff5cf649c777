"""Log lines on stderr, one JSON object each; stdout is for rows."""

import logging
import sys
from typing import cast

import structlog


def logger() -> structlog.typing.FilteringBoundLogger:
    """A logger that writes `time`, `level`, `event` and the fields it is given."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    return cast("structlog.typing.FilteringBoundLogger", structlog.get_logger())
