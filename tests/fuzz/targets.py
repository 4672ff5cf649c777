"""What reads bytes from outside: for each a corpus of good ones, and how it is asked. Built where it is used."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Ask = Callable[[bytes], object]


@dataclass(frozen=True)
class Target:
    """declared: the errors by which it refuses. megabytes: how much more memory than at rest it may ever take."""

    corpus: Sequence[bytes]
    ask: Ask
    declared: tuple[type[Exception], ...]
    words: Sequence[bytes] = ()
    megabytes: int = 300


def pictures_of_the_face_api(_: Path) -> Target:
    """All its decoders, MPO included."""
    from face_api.errors import InvalidImage, InvalidImageSize
    from face_api.pictures.decode import decode
    from tests.face_api.bombs import scan_bomb
    from tests.face_api.test_decoding import FILES

    return Target([*FILES.values(), scan_bomb("MPO", 600, 90)], decode, (InvalidImage, InvalidImageSize))


def pictures_of_a_folder(folder: Path) -> Target:
    """All the camera module's decoders."""
    from PIL import Image

    from edge.camera.pictures import FORMATS, read_picture
    from edge.errors import SourceUnusable
    from tests.face_api.bombs import flat, saved

    corpus = [saved(flat(size=(160, 120)), form) for form in FORMATS]
    corpus += [saved(Image.new("I;16", (160, 120), 5000), "PNG"), saved(flat("P", (160, 120)), "PNG")]
    corpus += [saved(flat(size=(160, 120)), "JPEG", progressive=True), saved(flat("CMYK", (160, 120)), "JPEG")]
    return Target(corpus, _of_file(folder / "picture.jpg", read_picture), (SourceUnusable,), (b"Exif\0\0II*\0",), 400)


def videos(folder: Path) -> Target:
    """The usual containers and codecs."""
    from edge.camera.choose import open_source
    from edge.errors import SourceUnusable
    from tests.edge.test_footage import CODECS, film

    corpus = [film(folder / name, codec).read_bytes() for name, codec in CODECS.items()]

    def play(path: Path) -> None:
        for _ in open_source(str(path)).images():
            pass

    return Target(corpus, _of_file(folder / "video.mp4", play), (SourceUnusable,), (b"moov", b"mdat", b"\0\0\1"), 500)


def sdp(_: Path) -> Target:
    """What a network camera describes itself as."""
    from edge.camera.live import network_camera
    from edge.errors import CameraLost
    from tests.edge.rtsp_camera import SDP, Habits, camera

    def look(description: bytes) -> None:
        with camera(Habits(describe=description)) as served:
            next(iter(network_camera(served.address, "tcp").images()), None)

    words = (b"m=audio 0 RTP/AVP 0\r\n", b"m=video 0 RTP/AVP 26\r\n", b"a=rtpmap:96 H265/90000\r\n", b"a=control:*\r\n")
    return Target([SDP.encode()], look, (CameraLost,), words)


def zips(_: Path) -> Target:
    """A new model."""
    from edge.errors import ModelRefused
    from edge.model.package import unpack
    from tests.edge.model_zips import dev_kit_zip, zipped

    corpus = [dev_kit_zip(bytes(50_000)), zipped({"m/model.tflite": bytes(9000), "labels.txt": b"0 person\n1 dog\n"})]
    return Target(corpus, unpack, (ModelRefused,), (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"\xff" * 8))


def labels(_: Path) -> Target:
    """The names of a model's classes."""
    from edge.errors import ModelRefused
    from edge.gate.labels import read_labels

    texts = ["person\ndog\n", "0 person\n17 dog\n", "???\nperson\r\n", "Person, der geht\n"]
    corpus = [text.encode(code) for text in texts for code in ("utf-8", "utf-8-sig", "utf-16", "latin-1")]
    return Target(corpus, read_labels, (ModelRefused,), (b"\n" * 5000, b"999999 x\n", b"\xef\xbb\xbf", b"\xff\xfe"))


def twin_patches(folder: Path) -> Target:
    """Desired properties, as JSON. What was patched stays: each falls on what the ones before have left."""
    from edge.settings import NAMES
    from edge.settings_in_force import SettingsInForce

    here = "BlobEndpoint=http://127.0.0.1:10000/x;SharedAccessSignature=sv=1"
    environment = {"Store": "north", "Camera": "door", "PictureStorage": here, "AllowedHosts": "127.0.0.1"}
    good: dict[str, object] = {"JpegQuality": 80, "ObjectsOfInterest": '["person"]', "RequireFace": False}
    good |= {"Lines": [{"name": "door", "points": [[0, 0.5], [1, 0.5]]}], "DayStart": "05:00 Europe/Paris"}
    good |= {"CameraSource": "rtsp://127.0.0.1/live", "PictureStorage": here, "TimeBetweenPicturesInSeconds": 2.5}
    in_force = SettingsInForce({**environment, "SpoolFolder": str(folder)})

    def patch(content: bytes) -> None:
        desired = json.loads(content)  # IoT Hub takes JSON alone; a patch is an object
        if isinstance(desired, dict):
            in_force.patch(desired)

    words = (
        [name.encode() for name in NAMES]
        + [b"null", b"1e999", b"[" * 400, b'{"a":', b"-0", b"\\ud800", b'"']
        + [f'"{name}": null, '.encode() for name in NAMES]
    )
    return Target([json.dumps(good).encode(), *_singly(good)], patch, (ValueError, RecursionError), words)


def events(_: Path) -> Target:
    """Messages on the hub, through the job's own query."""
    from tests.windows.conftest import heartbeat, place, tally, the_plan
    from windows.ordering import EventOrdering
    from windows.stream import Arrival, Stream

    end, at = "2026-03-02T10:00:00Z", 1_772_445_600_000_000
    good = [tally("a1", end, faces=2, female=1), place("b2", end, countIn=3), heartbeat("c3", end)]
    stream = Stream(the_plan(), EventOrdering(), range(1))
    number = 0

    def take(content: bytes) -> None:
        nonlocal number
        number += 1
        stream.take(0, [Arrival(number, at, content.decode("utf-8", "replace"))])
        if number % 25 == 0:
            stream.rows()

    words = (b"1e300", b"NaN", b"[" * 500, b'{"a":' * 200, b"null", b"-1", b"\\ud800", b'"faces": 1, ')
    return Target([json.dumps(one).encode() for one in good], take, (), words, 400)


def queries(_: Path) -> Target:
    """The text of a query, ours or another's."""
    from tests.windows.conftest import QUERY
    from windows.database import connect
    from windows.dataflow import Dataflow
    from windows.errors import WindowsError
    from windows.plan import plan_query

    small = (
        b"SELECT System.Timestamp() AS t, COUNT(*) AS n INTO out FROM x TIMESTAMP BY t GROUP BY TumblingWindow(hour, 1)"
    )

    def plan(content: bytes) -> None:
        planned = plan_query(content.decode("utf-8", "replace"))
        connection = connect()
        try:
            Dataflow(connection, planned)
        finally:
            connection.close()

    words = (
        b"(" * 300,
        b" NOT " * 200,
        b" UNION ",
        b"'",
        b"[",
        b"--",
        b"/*",
        b"1e999",
        b" CASE WHEN ",
        b"; DROP TABLE x;",
    )
    return Target([QUERY.read_bytes(), small, small, small], plan, (WindowsError,), words, 400)


TARGETS: dict[str, Callable[[Path], Target]] = {
    each.__name__: each
    for each in (
        pictures_of_the_face_api,
        pictures_of_a_folder,
        videos,
        sdp,
        zips,
        labels,
        twin_patches,
        events,
        queries,
    )
}


def _of_file(path: Path, read: Callable[[Path], object]) -> Ask:
    def ask(content: bytes) -> object:
        path.write_bytes(content)
        return read(path)

    return ask


def _singly(good: dict[str, object]) -> list[bytes]:
    return [json.dumps({name: value}).encode() for name, value in good.items()]
