"""JSON lines on stderr: `time`, `level`, `event`, then numbers and short words."""

import logging
import sys

import structlog


def configure_logs(level: int = logging.INFO) -> None:
    """Sends every log line, ours and the libraries' warnings, to stderr as one JSON object.

    A library's line is cut down to its logger's name: its text may quote a request. The connection pool's are left
    out: it complains of each try while the database is away, which `storage/probe.py` says once.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # whatever that is by then
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_LibraryLines()], level=logging.WARNING, force=True)
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)


def log_fault(error: Exception) -> None:
    """A fault of ours: its kind and place are logged, its text is not, as it may quote the request."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "unknown"
    structlog.get_logger().error("fault", cause=type(error).__name__, place=place)


class _LibraryLines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        cause = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        log.log(
            record.levelno, "library", logger=record.name, line=record.lineno, **({"cause": cause} if cause else {})
        )
