"""What the module has done since its start, said once a second."""

from dataclasses import dataclass

import structlog

log = structlog.get_logger()


@dataclass
class Counts:
    """Totals since the start, but `spooled`: pictures waiting for storage now.

    frames: looked at; people: followed, each once for as long as they are followed; people_with_face: of these, with a
    face seen; dropped: pictures given up, as the spool was over its bounds; missed: frames that came while
    the module was busy with another.
    """

    frames: int = 0
    frames_with_people: int = 0
    people: int = 0
    people_with_face: int = 0
    pictures: int = 0
    picture_bytes: int = 0
    spooled: int = 0
    dropped: int = 0
    missed: int = 0

    def say(self) -> None:
        """One `counts` line, as docs/architecture.md fixes it."""
        log.info(
            "counts",
            frames=self.frames,
            framesWithPeople=self.frames_with_people,
            people=self.people,
            peopleWithFace=self.people_with_face,
            pictures=self.pictures,
            pictureBytes=self.picture_bytes,
            spooled=self.spooled,
            dropped=self.dropped,
            framesMissed=self.missed,
        )
