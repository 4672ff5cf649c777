"""JSON lines on stderr: `time`, `level`, `event`, then numbers and short words."""

import logging
import sys

import structlog


def configure_logs(level: int = logging.INFO) -> None:
    """Sends every log line, ours and the libraries' warnings, to stderr as one JSON object.

    A library's line is cut down to its logger's name: its text may quote a request.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_LibraryLines()], level=logging.WARNING, force=True)


class _LibraryLines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        cause = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        log.log(
            record.levelno, "library", logger=record.name, line=record.lineno, **({"cause": cause} if cause else {})
        )
