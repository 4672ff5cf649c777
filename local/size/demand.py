"""What the stores bring."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Demand:
    """All counts ≥ 1; times in seconds unless named otherwise."""

    stores: int
    cameras: int
    """In each store."""
    visitors_per_hour: int
    """Before one camera, in the busiest hour."""
    seconds_in_view: int = 30
    """How long a visitor stays before the camera."""
    seconds_between_pictures: int = 5
    """The edge module's TimeBetweenPicturesInSeconds."""
    places: int = 2
    """Lines and zones that a camera counts at."""
    open_hours: int = 12
    """A day, 1 to 24."""
    mean_to_busiest: float = 0.5
    """A mean open hour's visitors against the busiest hour's, above 0 to 1."""
    memory_days: int = 30
    """MEMORY_DAYS."""
    retention_hours: int = 24
    """PICTURE_RETENTION_MINUTES, in hours: how long pictures may wait while the Face API is down."""

    min_group: int = 5
    """MIN_GROUP."""

    @property
    def all_cameras(self) -> int:
        """In all stores."""
        return self.stores * self.cameras

    @property
    def pictures_per_visitor(self) -> int:
        """One on arrival and one each time the interval has passed; one face each, so as many events."""
        return 1 + self.seconds_in_view // self.seconds_between_pictures

    @property
    def pictures_per_hour(self) -> int:
        """Of all stores, in the busiest hour; each makes one tally at most."""
        return self.all_cameras * self.visitors_per_hour * self.pictures_per_visitor

    @property
    def traffic_per_hour(self) -> int:
        """Of all stores: a heartbeat a minute, and one row for each place and quarter minute at the most."""
        return self.all_cameras * (60 + 240 * self.places)
