"""One JSON object a line on stderr: time, level, event, then numbers and short words."""

import logging
import sys
import threading
import traceback
from types import TracebackType

import structlog


def configure() -> None:
    """Log to stderr as docs/architecture.md fixes.

    Libraries' own lines and warnings, which may hold URLs, are kept out of it, and so is the text of errors that
    nobody foresaw.
    """
    logging.getLogger().addHandler(logging.NullHandler())
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # whatever that is by then
    )
    sys.excepthook = _unforeseen
    threading.excepthook = lambda args: _unforeseen(args.exc_type, args.exc_value, args.exc_traceback)


def _unforeseen(kind: type[BaseException], _: BaseException | None, trace: TracebackType | None) -> None:
    """Which kind of error and where; an error's text may quote what the code was working on."""
    where = [f"{place.filename.rpartition('/edge/')[2]}:{place.lineno}" for place in traceback.extract_tb(trace)]
    structlog.get_logger().error("fault", kind=kind.__name__, where=" ".join(where[-6:]))
