"""Figures measured by the benchmarks, kept with their date and machine."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from local.errors import LocalError

T = TypeVar("T", bound=BaseModel)

MEASURED = Path(__file__).with_name("measured.json")


class FiguresUnreadable(LocalError):
    """A figures or prices file is missing, no JSON, or lacks a figure."""


class Measured(BaseModel):
    """One machine's figures; all above 0."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)

    measured_at: str = Field(pattern=r"^\d{4}-\d\d-\d\d$")
    machine: str = Field(min_length=1)
    event_bytes: float = Field(gt=0)
    """A visit event as sent (benchmarks.load_simulation)."""
    window_row_bytes: float = Field(gt=0)
    """A row of the output `windows` as a JSON line (benchmarks.load_simulation)."""
    picture_bytes: float = Field(gt=0)
    """A picture as uploaded, mean over the sample footage (the demo's pictureBytes / pictures)."""
    seconds_per_picture: float = Field(gt=0)
    """Processor time of the Face API: detect with all attributes, and observe (benchmarks.sizing_figures)."""
    visitor_bytes: float = Field(gt=0)
    """A remembered visitor in the memory's database, one template each (benchmarks.sizing_figures)."""
    worker_pictures_per_second: float = Field(gt=0)
    """One worker process with an instant Face API, flat out (benchmarks.load_simulation)."""


class Prices(BaseModel):
    """What a unit costs a month, from the price list that `source` and `date` name."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)

    source: str = Field(min_length=1)
    date: str = Field(pattern=r"^\d{4}-\d\d-\d\d$")
    currency: str = Field(min_length=1, max_length=8)
    throughput_unit: float = Field(ge=0)
    streaming_unit: float = Field(ge=0)
    hub_unit: float = Field(ge=0)
    storage_gigabyte: float = Field(ge=0)
    million_events: float = Field(ge=0)


def read_measured(path: Path = MEASURED) -> Measured:
    """The figures in a file. Raises FiguresUnreadable."""
    return _read(path, Measured)


def read_prices(path: Path) -> Prices:
    """The prices in a file. Raises FiguresUnreadable."""
    return _read(path, Prices)


def _read(path: Path, kind: type[T]) -> T:
    try:
        return kind.model_validate(json.loads(path.read_text()))
    except OSError as fault:
        raise FiguresUnreadable(f"{path}: {fault.strerror}") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].lower()}" for fault in error.errors())
        raise FiguresUnreadable(f"{path}: {wrong}") from None
    except ValueError as fault:
        raise FiguresUnreadable(f"{path}: not JSON: {fault}") from None
