"""The health strip: how far behind the pipeline is, from small JSON documents that its supervisor keeps fresh."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Protocol

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

STALE = timedelta(seconds=10)
LARGEST_BYTES = 64 * 1024
PATIENCE_SECONDS = 2.0
Amount = Annotated[int, Field(ge=0)]


class Health(BaseModel):
    """One source's word: pictures in the camera's spool, pictures waiting for analysis, seconds behind; when.

    cameras_away: how many of its cameras show nothing now.
    """

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, extra="ignore")

    spooled: Amount | None = None
    pictures_waiting: Amount | None = None
    lag_seconds: Annotated[float, Field(ge=0)] | None = None
    cameras_away: Amount = 0
    at: AwareDatetime


@dataclass(frozen=True)
class Strip:
    """What the page shows; None is unknown. `silent` of `sources` say nothing, or nothing fresh."""

    spooled: int | None
    pictures_waiting: int | None
    lag_seconds: float | None
    sources: int
    silent: int
    cameras_away: int = 0


class Source(Protocol):
    """Where a health document comes from."""

    async def read(self) -> bytes:
        """The document. Raises OSError or httpx.HTTPError where there is none."""


@dataclass(frozen=True)
class FileSource:
    """A file that is rewritten in place."""

    path: Path

    async def read(self) -> bytes:
        """At most LARGEST_BYTES of it."""
        with self.path.open("rb") as file:
            return file.read(LARGEST_BYTES)


@dataclass(frozen=True)
class UrlSource:
    """A server's answer."""

    url: str

    async def read(self) -> bytes:
        """The body of a 2xx answer."""
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
            answer = await client.get(self.url)
        return answer.raise_for_status().content[:LARGEST_BYTES]


async def survey(sources: Sequence[Source], now: datetime) -> Strip:
    """Ask all sources: amounts add up, of lags the longest counts."""
    heard = [health for source in sources if (health := await _ask(source, now))]
    spooled = [health.spooled for health in heard if health.spooled is not None]
    waiting = [health.pictures_waiting for health in heard if health.pictures_waiting is not None]
    lags = [health.lag_seconds for health in heard if health.lag_seconds is not None]
    return Strip(
        spooled=sum(spooled) if spooled else None,
        pictures_waiting=sum(waiting) if waiting else None,
        lag_seconds=max(lags) if lags else None,
        sources=len(sources),
        silent=len(sources) - len(heard),
        cameras_away=sum(health.cameras_away for health in heard),
    )


async def _ask(source: Source, now: datetime) -> Health | None:
    try:
        health = Health.model_validate_json(await source.read())
    except (OSError, httpx.HTTPError, ValidationError):
        return None
    return health if abs(now - health.at) <= STALE else None
