"""A picture of where lines and zones lie and where people walked, in which no one can be seen."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from edge.counting.places import Line, Zone
from edge.errors import SourceUnusable
from edge.frame import Frame
from edge.tracking.track import Track
from vision.boxes import Point

LINE, ZONE, PERSON, PATH = (255, 80, 40), (40, 160, 255), (120, 120, 120), (255, 220, 60)
ARROW = 0.06
SUFFIXES = (".jpg", ".jpeg", ".png")


class Still:
    """The emptiest frame so far, and every path, in memory; `save` draws them."""

    def __init__(self, target: Path, lines: Sequence[Line], zones: Sequence[Zone]) -> None:
        """Raises SourceUnusable if the target is no picture's name."""
        if target.suffix.lower() not in SUFFIXES:
            raise SourceUnusable(f"--picture: expected a name that ends in one of {', '.join(SUFFIXES)}")
        self._target, self._lines, self._zones = target, lines, zones
        self._frame: Frame | None = None
        self._people: tuple[Track, ...] = ()
        self._boxes: list[tuple[float, float, float, float]] = []
        self._paths: dict[int, list[tuple[float, float]]] = {}

    def add(self, frame: Frame, tracks: Sequence[Track]) -> None:
        """The next frame."""
        for track in tracks:
            self._paths.setdefault(track.number, []).append(track.foot)
        if self._frame is None or len(tracks) < len(self._boxes):
            self._frame = frame
            self._boxes = [(t.box.x1, t.box.y1, t.box.x2, t.box.y2) for t in tracks]

    def save(self) -> None:
        """Write it. Raises SourceUnusable if that can't be done."""
        if self._frame is None:
            raise SourceUnusable("--picture: there was no frame to draw on")
        image = Image.fromarray(self._frame.rgb())
        draw_places(image, self._lines, self._zones, self._boxes, self._paths)
        try:
            image.save(self._target)
        except OSError as error:
            raise SourceUnusable(f"--picture: {error.strerror or 'it can not be written'}; name another file") from None


def draw_places(
    image: Image.Image,
    lines: Sequence[Line],
    zones: Sequence[Zone],
    people: Sequence[tuple[float, float, float, float]],
    paths: Mapping[int, Sequence[tuple[float, float]]],
) -> None:
    """Draw lines with an arrow towards `in`, zones, people as blank boxes, and the paths of their feet."""
    pen = ImageDraw.Draw(image)
    width = max(2, image.width // 400)
    for box in people:
        pen.rectangle(box, fill=PERSON)
    for path in paths.values():
        if len(path) > 1:
            pen.line(list(path), fill=PATH, width=width)
    for zone in zones:
        corners = [_scaled(corner, image) for corner in zone.polygon]
        pen.line([*corners, corners[0]], fill=ZONE, width=width)
        pen.text(corners[0], zone.name, fill=ZONE, font_size=max(14, image.height // 30))
    for line in lines:
        start, end = _scaled(line.start, image), _scaled(line.end, image)
        pen.line([start, end], fill=LINE, width=width)
        middle = Point((start.x + end.x) / 2, (start.y + end.y) / 2)
        # To the right hand of one who walks from start to end, y growing down.
        tip = Point(middle.x - (end.y - start.y) * ARROW * 2, middle.y + (end.x - start.x) * ARROW * 2)
        pen.line([middle, tip], fill=LINE, width=width)
        radius = 2 * width
        pen.ellipse((tip.x - radius, tip.y - radius, tip.x + radius, tip.y + radius), fill=LINE)
        pen.text(start, f"{line.name} (in: dot)", fill=LINE, font_size=max(14, image.height // 30))


def _scaled(point: Point, image: Image.Image) -> Point:
    return Point(point.x * image.width, point.y * image.height)
