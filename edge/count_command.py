"""`python -m edge count`: what would be counted in a clip or before a camera, said as it goes."""

import argparse
import json
import signal
import sys
import threading
from collections import Counter as Sums
from collections.abc import Mapping

from edge.camera.choose import open_source
from edge.counting.counter import Counted
from edge.counting.places import warnings
from edge.errors import SettingsRefused, SourceUnusable
from edge.gate.person_model import PersonModel
from edge.settings import PERSON_MODEL, Settings, resolve
from edge.still import Still
from edge.tryout import tried_out


def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print what is counted until the clip's end, or Ctrl-C: 0."""
    settings = _settings(options, environment)
    for warning in warnings(settings.lines, settings.zones):
        print(f"edge: warning: {warning}", file=sys.stderr)  # noqa: T201
    model = PersonModel(settings.models_dir / PERSON_MODEL)
    still = Still(options.picture, settings.lines, settings.zones) if options.picture else None
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        source = open_source(options.clip or settings.source, settings.rtsp_transport)
    except SourceUnusable as unusable:
        raise SourceUnusable(f"count: {unusable}") from None
    sums: Sums[str] = Sums()
    for frame, seen, counted in tried_out(source, model, settings, stopping):
        _say(counted, sums, options.json)
        if still:
            still.add(frame, seen.tracks)
    if not options.json:
        _say_sums(settings, sums)
    if still:
        still.save()
    return 0


def _settings(options: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    given = {"Lines": options.lines, "Zones": options.zones}
    try:
        settings = resolve({**environment, **{name: value for name, value in given.items() if value}})
    except SettingsRefused as refused:
        raise SettingsRefused(
            {f"--{n.lower()}" if given.get(n) else n: r for n, r in refused.reasons.items()}
        ) from None
    if not (settings.lines or settings.zones):
        raise SettingsRefused({"--lines, --zones": "give one of them, or set Lines or Zones: what is to be counted?"})
    return settings


def _say(counted: Counted, sums: "Sums[str]", as_json: bool) -> None:
    for crossing in counted.crossings:
        name, way, at = crossing.line.name, crossing.way, round(crossing.at, 2)
        sums[f"{name} {way}"] += 1
        told = {"kind": "crossing", "place": name, "way": way, "at": at}
        print(json.dumps(told) if as_json else f"{at:8.1f} s  {name}: {way}", flush=True)  # noqa: T201
    for stay in counted.stays:
        name, at, seconds = stay.zone.name, round(stay.at, 2), round(stay.seconds, 2)
        sums[name] += 1
        told = {"kind": "stay", "place": name, "at": at, "seconds": seconds}
        print(json.dumps(told) if as_json else f"{at:8.1f} s  {name}: stayed {seconds:.1f} s", flush=True)  # noqa: T201


def _say_sums(settings: Settings, sums: "Sums[str]") -> None:
    for line in settings.lines:
        print(f"{line.name}: {sums[f'{line.name} in']} in, {sums[f'{line.name} out']} out")  # noqa: T201
    for zone in settings.zones:
        print(f"{zone.name}: {sums[zone.name]} stays of {zone.stay_seconds:g} s or more")  # noqa: T201
