"""From demand and figures to sizes: whole-number formulas, the same as in infra/azure/sizes.bicep."""

import math
from dataclasses import dataclass

from local.size.demand import Demand
from local.size.figures import Measured, Prices
from local.size.limits import (
    BYTES_OF_A_KEY,
    BYTES_OF_A_LOG_ROW,
    BYTES_PER_THROUGHPUT_UNIT,
    CONNECTIONS_KEPT_FREE,
    CONNECTIONS_PER_REPLICA,
    CORES_KEPT_FREE,
    CORES_OF_A_MACHINE,
    DATABASE_CORES,
    DAYS_A_MONTH,
    EVENTS_PER_STREAMING_UNIT,
    EVENTS_PER_THROUGHPUT_UNIT,
    FACE_API_CORES,
    LEAST_REPLICAS,
    MESSAGES_PER_CAMERA,
    MESSAGES_PER_HUB_UNIT,
    PARTITIONS,
    PEAK_FACTOR,
    REPLICA_THREADS,
    REPLICAS_IN_A_CELL,
    STORED_OUTPUTS,
    STREAMING_UNIT_TENTHS,
    UTILIZATION,
    WINDOWS_AN_HOUR,
    WORKER_CONCURRENCY,
    WORKER_CORES,
    WORKERS_IN_A_CELL,
)

GIGABYTE = 1e9


@dataclass(frozen=True)
class Storage:
    """Gigabytes (10⁹ bytes). `windows` and `events_sent` grow each month; the others are room to have."""

    windows: float
    """The most a month of 15-second rows in Azure can be: one for each event, or each window of each open hour."""
    events_sent: float
    """A month of tallies, over the line to Azure."""
    pictures_waiting: float
    """On the premises of one store: pictures of the busiest hour for as long as they may wait."""
    visitor_memory: float
    """On the premises of one store: visitors of MEMORY_DAYS, were none of them to return."""
    query_memory: float
    """What the query holds of the busiest hour's events, so that each counts once."""
    logs: float
    """A month of StorageWrite rows in the workspace: one for each stored row at the most."""


@dataclass(frozen=True)
class Cell:
    """One namespace of a cluster: a database and all that works with it, for some of the stores. Memories never meet,
    so that stores may be spread over cells as one likes; a cell never runs out of connections."""

    stores: int
    face_api_replicas: int
    worker_replicas: int
    connections: int
    """`max_connections` of its database, at least."""
    machines: int
    """Of eight cores, for what the manifests request."""


@dataclass(frozen=True)
class Sizes:
    """Replicas (of all cells) are sized for pictures, Azure for events: a tally a picture, and traffic rows."""

    pictures_per_second: float
    peak_pictures_per_second: int
    peak_events_per_second: int
    throughput_units: int
    partitions: int
    streaming_unit_tenths: int
    hub_units: int
    face_api_replicas: int
    worker_replicas: int
    cells: int
    cell: Cell
    events_a_month: int
    storage: Storage

    @property
    def streaming_units(self) -> float:
        """In whole and part units of V2, as the bill has them."""
        return {3: 1 / 3, 7: 2 / 3}.get(self.streaming_unit_tenths, self.streaming_unit_tenths / 10)


def size(demand: Demand, measured: Measured) -> Sizes:
    """Sizes for the busiest moment; storage for a month."""
    pictures = max(1, _up(demand.pictures_per_hour * PEAK_FACTOR, 3600))
    peak = max(1, _up(demand.pictures_per_hour * PEAK_FACTOR + demand.traffic_per_hour, 3600))
    by_bytes = math.ceil(peak * measured.event_bytes / BYTES_PER_THROUGHPUT_UNIT)
    units = max(_up(peak, EVENTS_PER_THROUGHPUT_UNIT), by_bytes)
    fewest, most = PARTITIONS
    mean_hour = demand.pictures_per_hour * demand.mean_to_busiest
    faces = _replicas(pictures, REPLICA_THREADS / measured.seconds_per_picture)
    workers = _replicas(pictures, _worker_rate(measured))
    cells = max(_up(faces, REPLICAS_IN_A_CELL), _up(workers, WORKERS_IN_A_CELL))
    return Sizes(
        pictures_per_second=demand.pictures_per_hour / 3600,
        peak_pictures_per_second=pictures,
        peak_events_per_second=peak,
        throughput_units=units,
        partitions=min(most, max(fewest, units)),
        streaming_unit_tenths=_streaming_unit_tenths(peak),
        hub_units=_up(demand.all_cameras * MESSAGES_PER_CAMERA, MESSAGES_PER_HUB_UNIT),
        face_api_replicas=faces,
        worker_replicas=workers,
        cells=cells,
        cell=_cell(_up(demand.stores, cells), _up(faces, cells), _up(workers, cells)),
        events_a_month=round(mean_hour * demand.open_hours * DAYS_A_MONTH),
        storage=_storage(demand, measured, mean_hour),
    )


def _cell(stores: int, faces: int, workers: int) -> Cell:
    faces, workers = max(LEAST_REPLICAS, faces), max(LEAST_REPLICAS, workers)
    cores = faces * FACE_API_CORES + workers * WORKER_CORES + DATABASE_CORES
    return Cell(
        stores=stores,
        face_api_replicas=faces,
        worker_replicas=workers,
        connections=faces * CONNECTIONS_PER_REPLICA + CONNECTIONS_KEPT_FREE,
        machines=math.ceil(cores / (CORES_OF_A_MACHINE - CORES_KEPT_FREE)),
    )


def _storage(demand: Demand, measured: Measured, mean_hour: float) -> Storage:
    hours = demand.open_hours * DAYS_A_MONTH
    rows = min(demand.all_cameras * hours * WINDOWS_AN_HOUR, mean_hour * hours)
    store_pictures_an_hour = demand.pictures_per_hour / demand.stores
    store_visitors_a_day = demand.cameras * demand.visitors_per_hour * demand.mean_to_busiest * demand.open_hours
    return Storage(
        windows=rows * measured.window_row_bytes / GIGABYTE,
        events_sent=mean_hour * hours * measured.event_bytes / GIGABYTE,
        pictures_waiting=store_pictures_an_hour * demand.retention_hours * measured.picture_bytes / GIGABYTE,
        visitor_memory=store_visitors_a_day * demand.memory_days * measured.visitor_bytes / GIGABYTE,
        query_memory=(demand.pictures_per_hour + demand.traffic_per_hour) * BYTES_OF_A_KEY / GIGABYTE,
        logs=demand.stores * hours * WINDOWS_AN_HOUR * STORED_OUTPUTS * BYTES_OF_A_LOG_ROW / GIGABYTE,
    )


def _streaming_unit_tenths(peak: int) -> int:
    tenths = _up(peak * 10, EVENTS_PER_STREAMING_UNIT)
    return next((part for part in STREAMING_UNIT_TENTHS if tenths <= part), _up(tenths, 10) * 10)


def _worker_rate(measured: Measured) -> float:
    """Pictures/s of one worker: its own work takes what the instant Face API showed, the Face API's comes on top."""
    own = WORKER_CONCURRENCY / measured.worker_pictures_per_second
    return WORKER_CONCURRENCY / (own + measured.seconds_per_picture)


def _replicas(peak: int, each: float) -> int:
    return max(LEAST_REPLICAS, math.ceil(peak / (each * UTILIZATION)))


def _up(number: int, step: int) -> int:
    return -(-number // step)


@dataclass(frozen=True)
class Cost:
    """A month in Azure, by part, in the price list's currency. The premises' machines are not in it."""

    event_hubs: float
    stream_analytics: float
    iot_hub: float
    storage: float

    @property
    def total(self) -> float:
        """All parts."""
        return self.event_hubs + self.stream_analytics + self.iot_hub + self.storage


def cost(sizes: Sizes, prices: Prices) -> Cost:
    """The sizes at those prices; storage is that of one month's rows, kept for a month."""
    return Cost(
        event_hubs=sizes.throughput_units * prices.throughput_unit
        + sizes.events_a_month / 1_000_000 * prices.million_events,
        stream_analytics=sizes.streaming_units * prices.streaming_unit,
        iot_hub=sizes.hub_units * prices.hub_unit,
        storage=sizes.storage.windows * prices.storage_gigabyte,
    )
