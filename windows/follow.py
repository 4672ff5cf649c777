"""Streaming mode: follow a hub, write each window's row once, until told to stop or to finish."""

import asyncio
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog

from windows.checkpoint import Checkpoint, CheckpointBlob
from windows.errors import CheckpointInvalidError, HubError, StorageError
from windows.event_hub import Batch, HubReader
from windows.ordering import EventOrdering
from windows.outputs import OutputFolder
from windows.plan import Plan
from windows.settings import StreamSettings
from windows.stream import Stream

TICK_SECONDS = 0.1
CHECKPOINT_SECONDS = 10.0
COUNTS_SECONDS = 5.0
BACKLOG_SECONDS = 0.5  # while events keep coming, rows are written this often, not with every batch
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds before a checkpoint that storage did not take is written again
HOLD_EVENTS = 50_000  # at most so many events are taken in between two checkpoints


@dataclass
class Requests:
    """What the outside asks for: `stop` leaves open windows to the next run, `finish` closes them all."""

    stop: bool = False
    finish: bool = False


@dataclass(frozen=True)
class Job:
    """What to run and where its rows go; `until_idle` seconds without an event mean the same as a request to finish."""

    plan: Plan
    ordering: EventOrdering
    settings: StreamSettings
    folder: Path
    until_idle: float | None


async def follow(job: Job) -> None:
    """Run until stopped or finished.

    Raises HubError, CheckpointTakenError or CheckpointInvalidError; StorageError at the start, or when told to stop.
    """
    settings = job.settings
    reader = HubReader(settings.event_hub, settings.hub, settings.consumer_group)
    with ExitStack() as stack:
        requests = stack.enter_context(_signals())
        files = stack.enter_context(OutputFolder(job.folder, job.plan.query.outputs))
        blob = stack.enter_context(CheckpointBlob(settings.checkpoint_storage, settings.hub, settings.consumer_group))
        async with reader:
            partitions = await reader.partitions()
            stream = Stream(job.plan, job.ordering, partitions)
            run = Run(stream, reader, partitions, files, blob)
            await run.take_up()
            reader.start(stream.positions, partitions)
            structlog.get_logger().info("ready", partitions=len(partitions), events=stream.counts.events)
            await run.loop(requests, job.until_idle)


class Run:
    """One run over a stream: takes batches, writes rows, keeps the checkpoint."""

    def __init__(
        self, stream: Stream, reader: HubReader, partitions: tuple[int, ...], files: OutputFolder, blob: CheckpointBlob
    ) -> None:
        self._stream = stream
        self._reader = reader
        self._partitions = partitions
        self._files = files
        self._blob = blob
        self._requests = Requests()
        self._log = structlog.get_logger()
        self._saved_at = time.monotonic()
        self._saved_events = 0
        self._rows = 0

    async def take_up(self) -> None:
        """Take up where the last run left off, if there was one.

        Raises CheckpointInvalidError if checkpoint, hub and files do not belong together.
        """
        try:
            checkpoint = await asyncio.to_thread(self._blob.claim)
            if checkpoint is None:
                if any(self._files.lengths.values()):
                    raise CheckpointInvalidError("there is none, yet the folder holds rows; use an empty folder")
                return
            if checkpoint.finished:
                raise CheckpointInvalidError("its run was finished and all its windows are closed")
            self._files.complete(checkpoint.lengths, checkpoint.rows)
            self._stream.restore(checkpoint.state)
            self._saved_events = self._stream.counts.events
            for partition, position in self._stream.positions.items():
                if partition not in self._partitions or await self._reader.last_sequence(partition) < position:
                    raise CheckpointInvalidError("it has read further than the hub has events; the hub is another")
        except CheckpointInvalidError as error:
            raise CheckpointInvalidError(
                f"cannot take up the checkpoint {self._blob.name}: {error} (to begin anew, delete it and the rows)"
            ) from None

    async def loop(self, requests: Requests, until_idle: float | None) -> None:
        """Take, close, write, until asked to end."""
        self._requests = requests
        last_event = time.monotonic()
        last_counts = 0.0
        while not requests.stop:
            batches = await self._reader.next(TICK_SECONDS)
            if batches:
                await asyncio.to_thread(self._take, batches)
                last_event = time.monotonic()
            else:
                await self._follow_the_clock()
            if self._stream.due and (not batches or time.monotonic() - self._saved_at >= BACKLOG_SECONDS):
                await self._write(await asyncio.to_thread(self._stream.rows))
            elif self._checkpoint_is_old():
                await self._write({})
            idle = time.monotonic() - last_event
            enough = requests.finish or (until_idle is not None and idle >= until_idle)
            if enough and not batches and await self._all_drained():
                await self._write(await asyncio.to_thread(self._stream.finish), finished=True)
                self._log.info("finished", **self._figures())
                return
            if time.monotonic() - last_counts >= COUNTS_SECONDS:
                last_counts = time.monotonic()
                self._log.info("counts", **self._figures())
        await self._write({})
        self._log.info("stopped", **self._figures())

    def _take(self, batches: list[Batch]) -> None:
        for batch in batches:
            self._stream.take(batch.partition, batch.arrivals)

    async def _follow_the_clock(self) -> None:
        """Where a window waits only for partitions that may be quiet, ask the hub whether they are."""
        now = time.time_ns() // 1000
        quiet = self._stream.waits_for(now)
        for partition, drained in zip(quiet, await asyncio.gather(*map(self._is_drained, quiet)), strict=True):
            if drained:
                self._stream.drained(partition, now)

    async def _all_drained(self) -> bool:
        return all(await asyncio.gather(*map(self._is_drained, self._partitions)))

    async def _is_drained(self, partition: int) -> bool:
        """Whether the hub has no event of the partition beyond our position; False while it does not answer."""
        try:
            return await self._reader.last_sequence(partition) <= self._stream.positions.get(partition, -1)
        except HubError as error:
            self._log.warning("hub does not answer", fault=str(error))
            return False

    def _checkpoint_is_old(self) -> bool:
        new = self._stream.counts.events - self._saved_events
        return new >= HOLD_EVENTS or (new > 0 and time.monotonic() - self._saved_at >= CHECKPOINT_SECONDS)

    async def _write(self, rows: Mapping[str, list[str]], finished: bool = False) -> None:
        """First the checkpoint with the rows in it, then the rows; neither where there is nothing new."""
        if not rows and not finished and self._stream.counts.events == self._saved_events:
            return
        texts = {output: "".join(f"{line}\n" for line in lines).encode() for output, lines in rows.items()}
        lengths = self._files.lengths
        await self._keep(await asyncio.to_thread(lambda: Checkpoint(self._stream.save(), lengths, texts, finished)))
        self._files.append(texts)
        self._rows += sum(map(len, rows.values()))
        self._saved_at = time.monotonic()
        self._saved_events = self._stream.counts.events

    async def _keep(self, checkpoint: Checkpoint) -> None:
        """Write it, however long storage is away: nothing is lost meanwhile, as the hub keeps what comes."""
        pause = FIRST_PAUSE
        while True:
            try:
                await asyncio.to_thread(self._blob.write, checkpoint)
            except StorageError as error:
                if self._requests.stop:
                    raise
                if pause == FIRST_PAUSE:
                    self._log.warning("rows wait", fault=str(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                if pause > FIRST_PAUSE:
                    self._log.info("rows go on")
                return

    def _figures(self) -> dict[str, object]:
        watermark = self._stream.watermark
        delay = None if watermark is None else round(time.time() - watermark / 1e6, 1)
        return {**asdict(self._stream.counts), "rows": self._rows, "watermarkDelaySeconds": delay}


@contextmanager
def _signals() -> Iterator[Requests]:
    """SIGTERM and SIGINT ask to stop, SIGUSR1 to finish."""
    requests = Requests()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, lambda: setattr(requests, "stop", True))
    loop.add_signal_handler(signal.SIGUSR1, lambda: setattr(requests, "finish", True))
    try:
        yield requests
    finally:
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
            loop.remove_signal_handler(name)
