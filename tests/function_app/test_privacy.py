"""What leaves the premises, and what is logged: for 200 pictures, nothing that could identify a person."""

import json
import random
import sys
from pathlib import Path

import pytest

from local.azurite import StorageAccount, azurite
from local.child import Child
from local.event_hubs.connection import connection_string
from tests.function_app import hub, pictures, rig
from tests.function_app.face_service import KEY, FaceService, face, picture_of
from tests.function_app.recorder import Recorder
from tests.support.event_hubs import HUB, EventHub
from tests.support.waiting import wait_until

PICTURES = 200
KEPT = {
    mode: f'footfall_blobs_kept_total{{why="{why}"}}'
    for mode, why in {
        "failing": "FaceApiFailing",
        "garbage": "FaceApiAnswerInvalid",
        "throttled": "FaceApiThrottled",
        "instant": "",
    }.items()
}
EMOTIONS = ("anger", "happiness", "neutral", "surprise")


def upload(storage: StorageAccount) -> tuple[list[str], list[float], int]:
    """Pictures of all kinds; answers their names, the ages in them, and how many tallies must come out."""
    chance = random.Random(4)  # noqa: S311 (ages, no secrets)
    names, ages, events = [], [], 0
    with rig.client(storage, "pictures") as blobs:
        for number in range(PICTURES):
            named, readable = number % 20 != 0, number % 15 != 0
            name = pictures.name(camera=f"cam-{number % 4}") if named else f"private/holiday-{number:04}.jpg"
            years = [round(chance.uniform(1, 99), 3) + 0.0007 for _ in range(number % 3)]
            people = [face(age, chance.choice(["female", "male"]), chance.choice(EMOTIONS)) for age in years]
            blobs.upload_blob(name, picture_of(*people) if readable else b"\x00 no picture")
            names.append(name)
            ages += years
            events += bool(people) * (named and readable)
    return names, ages, events


async def test_nothing_personal_leaves_and_nothing_personal_is_logged(
    tmp_path: Path, face_service: FaceService
) -> None:
    key = "0123456789abcdef-a-key-for-senders"
    hub_logs, logs = rig.Logs(), rig.Logs()
    arguments = ["event-hubs", "--port", "0", "--hub", f"{HUB}:4"]
    hub_keys = {"EVENT_HUBS_KEYS": f"all={key}"}
    hubs = Child("event-hubs", [sys.executable, "-m", "local", *arguments], hub_keys, on_log=hub_logs.lines.append)
    storage_said: list[str] = []
    with azurite(tmp_path) as (storage_process, storage):
        try:
            port = hubs.wait_for("ready").fields["port"]
            storage.create_container("pictures")
            names, ages, expected = upload(storage)
            with Recorder(port) as tap, rig.client(storage, "pictures") as blobs:
                tapped = EventHub(HUB, connection_string(tap.port, "all", key), hubs)
                environment = rig.settings(storage, "pictures", tapped, face_service.endpoint)
                with rig.worker(environment, logs) as worker:
                    for mode in ("failing", "garbage", "throttled", "instant"):
                        face_service.mode = mode
                        kept = rig.metric(worker, KEPT[mode])
                        if mode != "instant":
                            wait_until(lambda mode=mode, kept=kept: rig.metric(worker, KEPT[mode]) > kept, mode)  # type: ignore[misc]
                    wait_until(lambda: not list(blobs.list_blob_names()), "no picture is left", 60)
                    done = rig.metric(worker, "footfall_pictures_done_total")
                sent = tap.sent
            events = await hub.events(EventHub(HUB, connection_string(port, "all", key), hubs), expected)
            storage_said.append(storage_process.last_words)
        finally:
            hubs.stop()
    assert done > 100
    assert len(events) == expected > 100
    assert sent.count(b"footfall.tally/1") == len(events), "the tap has seen every event"

    assert 0 < logs.count("counts") < done / 10, "sums: no line of one picture, whose time would give its capture away"
    assert not [line for line in logs.lines if line.event.startswith("picture")]

    said = json.dumps([dict(line.fields) for line in (*logs.lines, *hub_logs.lines)])
    plain = "\n".join((worker.last_words, hubs.last_words, *storage_said))
    moments = [name.rpartition("/")[2].partition("Z-")[0] for name in names if "Z-" in name]
    tokens = [name[-12:-4] for name in names if "Z-" in name]
    observations = [question["observationId"] for question in face_service.bodies]
    coordinates = ["131313131", "977977977", "177177177", "162162162", "faceRectangle"]
    keys = [KEY, rig.ANONYMIZATION_KEY, key, storage.key]
    personal = [*names, *tokens, *moments, "holiday", *map(str, ages), "faceId", *face_service.face_ids]
    secrets = [*personal, *observations, *coordinates, *keys]
    assert len(secrets) > 800
    for text in (sent.decode("latin-1"), said, plain):
        found = [secret for secret in secrets if secret in text]
        assert not found


@pytest.mark.parametrize(
    "value",
    [
        "store-1/cam-1/2026/11/22/101530.987Z-0123abcd.jpg",
        "5a1e7f3c-0b1d-4c7e-9a57-31f0c2a4b6d8",
        "a" * 200,
        ["x"],
        {"age": 3},
    ],
)
def test_the_log_withholds_what_is_not_a_number_or_a_few_plain_words(value: object) -> None:
    from function_app.log import WITHHELD, keep_plain

    fields = {"event": "outage", "faces": 2, "what": value}
    assert keep_plain(None, "info", fields) == {"event": "outage", "faces": 2, "what": WITHHELD}
