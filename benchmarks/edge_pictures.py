"""The pictures that the module takes of the sample footage, and whose faces are in them, beside commit 69d6e49.

All its frames are looked at, in order. Faces are those that the Face API's finder finds in the pictures, and each is of
the visitor who stands there by the story of the footage. A span is the time between two pictures of a person that the
module is asked for.
"""

import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.earlier import COMMIT, HERE, earlier_checkout
from face_api.faces.finder import FaceFinder
from local.footage.sample import sample_footage
from local.footage.story import STORY, Visit, pose
from local.footage.truth import people
from models.__main__ import WEIGHTS_FOLDER

RATE, SPAN_SECONDS = 10, 2
TAKE_THEM = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
import av
from edge.frame import Frame
from edge.gate.faces import FaceCheck
from edge.gate.person_model import PersonModel
from edge.picture import MARGIN, cut
from edge.settings import resolve
from edge.watch import Watch
from models.__main__ import WEIGHTS_FOLDER
try:
    from edge.settings import PERSON_MODEL
except ImportError:
    PERSON_MODEL = "person_detector.tflite"
settings = resolve({{"TimeBetweenPicturesInSeconds": {SPAN_SECONDS}}})
watch, folder = Watch(PersonModel(WEIGHTS_FOLDER / PERSON_MODEL), FaceCheck(WEIGHTS_FOLDER)), Path(sys.argv[2])
def keep(chosen):
    if chosen:
        left = max(0, min(p.box.x1 - MARGIN * (p.box.x2 - p.box.x1) for p in chosen.people))
        name = f"{{chosen.frame.at:05.1f}} {{left:.0f}}.jpg"
        (folder / name).write_bytes(cut(chosen.frame, chosen.people, settings.jpeg_quality))
for number, image in enumerate(av.open(sys.argv[1]).decode(video=0)):
    keep(watch.look(Frame(image, datetime.now(UTC), number / {RATE}), settings).chosen)
keep(watch.decide(float("inf")))
"""
"""Run in either checkout: files of moment and left edge, as they were taken."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Pictures and their bytes; when each visitor's face is in one of them, in seconds of the footage."""

    pictures: int
    size: int
    faces: dict[Visit, list[float]]

    @property
    def all_faces(self) -> int:
        """Of all visitors."""
        return sum(len(moments) for moments in self.faces.values())

    @property
    def spans(self) -> int:
        """Those, from each visitor's coming, in which their face is in a picture; two where a pair's are."""
        found = 0
        for visit, moments in self.faces.items():
            of_span = Counter(int((at - visit.enters) // SPAN_SECONDS) for at in moments)
            found += sum(min(count, people(visit)) for count in of_span.values())
        return found


def main() -> None:
    """The table."""
    table = Table(
        "", "now", f"at {COMMIT}", title=f"Pictures of the sample footage, one of a person each {SPAN_SECONDS} s"
    )
    with earlier_checkout() as before:
        columns = [taken(HERE), *([taken(before)] if before else [])]
    table.add_row("pictures", *(str(each.pictures) for each in columns))
    table.add_row("their kilobytes", *(f"{each.size / 1000:.0f}" for each in columns))
    table.add_row("faces in them", *(str(each.all_faces) for each in columns))
    table.add_row("spans with a face", *(str(each.spans) for each in columns))
    table.add_row(
        f"visits of {len(STORY)} with a face", *(str(sum(bool(m) for m in each.faces.values())) for each in columns)
    )
    Console().print(table)


def taken(checkout: Path) -> Taken:
    """What the module of that checkout takes."""
    finder = FaceFinder.load(WEIGHTS_FOLDER)
    faces: dict[Visit, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-c", TAKE_THEM, str(sample_footage()), name]
        subprocess.run(command, cwd=checkout, check=True, capture_output=True)
        files = sorted(Path(name).iterdir())
        for file in files:
            at, left = (float(part) for part in file.stem.split())
            here = {visit: place.x for visit in STORY if (place := pose(visit, at))}
            with Image.open(file) as picture:
                for found in finder.find(picture.convert("RGB"), lambda: None):
                    middle = left + found.box.center.x
                    faces[min(here, key=lambda visit: abs(here[visit] - middle))].append(at)
        return Taken(len(files), sum(file.stat().st_size for file in files), dict(faces))


if __name__ == "__main__":
    main()
