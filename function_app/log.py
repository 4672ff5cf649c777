"""Logs without personal data: numbers and short words, never a name, an id, a path or a key."""

import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

LOGGER = "footfall"
_WORD = r"(?:[A-Za-z][A-Za-z'-]*|[0-9]{1,4})"
_PLAIN = re.compile(rf"{_WORD}(?:[,.:;)]* \(?{_WORD})*[).]*")
_LONGEST = 120
WITHHELD = "[withheld]"

Fields = MutableMapping[str, Any]


def keep_plain(_logger: object, _method: str, fields: Fields) -> Fields:
    """The last gate before a log: whatever is neither a number nor a few plain words is withheld."""
    for name, value in fields.items():
        if value is None or isinstance(value, bool | int | float):
            continue
        if not (isinstance(value, str) and len(value) <= _LONGEST and _PLAIN.fullmatch(value)):
            fields[name] = WITHHELD
    return fields


def _in_order(_logger: object, _method: str, fields: Fields) -> Fields:
    return {"time": fields.pop("time"), "level": fields.pop("level"), "event": fields.pop("event"), **fields}


_GATED: list[structlog.typing.Processor] = [keep_plain, structlog.processors.add_log_level]
_AS_LINE: list[structlog.typing.Processor] = [_in_order, structlog.processors.JSONRenderer(ensure_ascii=False)]


def to_stderr() -> None:
    """One JSON object a line on stderr: the worker's manner. Libraries' own messages are named, not repeated."""
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")
    structlog.configure(
        processors=[*_GATED, stamp, *_AS_LINE],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # whatever that is by then
    )
    logging.basicConfig(handlers=[_NameOnly(logging.ERROR)], force=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda fault: _uncaught(fault.exc_type, fault.exc_value, fault.exc_traceback)


def to_host() -> None:
    """Through the standard logger, which the Functions host collects.

    Azure's libraries log each request's address, with a blob's name in it, for Application Insights to keep: silenced.
    """
    for library in ("azure", "urllib3"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")
    structlog.configure(
        processors=[*_GATED, stamp, *_AS_LINE],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def get() -> structlog.typing.FilteringBoundLogger:
    """The room's logger."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(LOGGER)
    return logger


class _NameOnly(logging.Handler):
    """Says which library complained. Its message could hold a URL with a picture's name."""

    def emit(self, record: logging.LogRecord) -> None:
        get().warning("library error", library=record.name.split(".")[0])


def _uncaught(kind: type[BaseException], _value: BaseException | None, traceback: TracebackType | None) -> None:
    """A fault of ours: what and where, not the message, which may hold anything."""
    where, line = "", 0
    while traceback is not None:
        where = traceback.tb_frame.f_globals.get("__name__", "")
        line = traceback.tb_lineno
        traceback = traceback.tb_next
    get().critical("fault", kind=kind.__name__, module=where.rpartition(".")[2].replace("_", "-"), line=line)
