"""The services' own meters (Prometheus), as an operator would read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import httpx
from prometheus_client.parser import text_string_to_metric_families

SECONDS = 2.0


@dataclass(frozen=True)
class Meters:
    """What the worker and the Face API counted. `buckets`: seconds → how many pictures took at most so long."""

    analyzed: int = 0
    faces: int = 0
    acknowledged: int = 0
    visits: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    buckets: tuple[tuple[float, float], ...] = ()

    def latency(self, share: float) -> float | None:
        """A percentile in milliseconds, as exact as the buckets (linear within one); None of nothing."""
        total = self.buckets[-1][1] if self.buckets else 0.0
        if not total:
            return None
        below, start = 0.0, 0.0
        for end, count in self.buckets:
            if count >= share * total:
                if end == float("inf"):
                    return start * 1000
                return (start + (end - start) * (share * total - below) / (count - below)) * 1000
            below, start = count, end
        return start * 1000


def read(worker_port: int | None, face_api_port: int, key: str) -> Meters:
    """Read both; a service that does not answer shows nothing."""
    worker = _samples(worker_port, {}) if worker_port else {}
    faces = _samples(face_api_port, {"Ocp-Apim-Subscription-Key": key})
    buckets = [
        (float(dict(labels)["le"]), value)
        for (name, labels), value in worker.items()
        if name == "footfall_capture_to_safe_seconds_bucket"
    ]
    visits = {
        dict(labels)["visit"]: int(value) for (name, labels), value in faces.items() if name == "face_api_visits_total"
    }
    return Meters(
        analyzed=int(worker.get(("footfall_pictures_done_total", ()), 0)),
        faces=int(worker.get(("footfall_faces_total", ()), 0)),
        acknowledged=int(worker.get(("footfall_messages_total", ()), 0)),
        visits=visits,
        buckets=tuple(sorted(buckets)),
    )


_Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def _samples(port: int, headers: Mapping[str, str]) -> _Samples:
    try:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", headers=dict(headers), timeout=SECONDS).text
    except httpx.HTTPError:
        return {}
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
