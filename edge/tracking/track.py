"""A person followed through frames: a box, and a Kalman filter that says where its middle will be.

The filter is the textbook's for constant velocity (Bar-Shalom et al. 2001, 6.2.2), the same across and down. Every
figure is in body heights and seconds, so that near and far people, and 2 and 30 frames a second, are treated alike.
"""

from dataclasses import dataclass, field

from vision.boxes import Box

POSITION_NOISE = 0.08
"""Body heights by which a detector's box lies off."""
START_SPEED = 0.8
"""Body heights a second that someone not seen before may move: a walk (1.4 m/s at 1.7 m)."""
SPEED_CHANGE = 0.7
"""Body heights a second by which a walker's speed has changed after a second."""
SIZE_GAIN = 0.7
"""How much a box's new size counts against the old one."""


@dataclass(slots=True)
class Track:
    """Times are in seconds of the frames' steady clock, lengths in pixels.

    box, score: as the model gave them last. pictured_at: when a picture that serves this person was taken last.
    asked_at: when a face was looked for last; face_at: when one was seen last, and how sharp; faceless_since: when one
    was looked for in vain first, and ever since.
    """

    number: int
    box: Box
    score: float
    seen_at: float
    looks: int = 1
    pictured_at: float = float("-inf")
    face_at: float = float("-inf")
    asked_at: float = float("-inf")
    faceless_since: float = float("inf")
    sharpness: float = 0.0
    x: float = field(init=False)
    y: float = field(init=False)
    width: float = field(init=False)
    height: float = field(init=False)
    _speed: tuple[float, float] = field(init=False, default=(0.0, 0.0))
    _variance: float = field(init=False)
    _covariance: float = field(init=False, default=0.0)
    _speed_variance: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self.x, self.y = self.box.center
        self.width, self.height = self.box.width, max(1.0, self.box.height)
        self._variance = self._noise
        self._speed_variance = (START_SPEED * self.height) ** 2
        self._at = self.seen_at

    @property
    def _noise(self) -> float:
        return (POSITION_NOISE * self.height) ** 2

    @property
    def spread(self) -> float:
        """Variance, in square pixels, of where the model may find this person now, across and down."""
        return self._variance + self._noise

    @property
    def expected(self) -> Box:
        """The box where this person should be now; smoother than the model's."""
        half_width, half_height = self.width / 2, self.height / 2
        return Box(self.x - half_width, self.y - half_height, self.x + half_width, self.y + half_height)

    @property
    def foot(self) -> tuple[float, float]:
        """Where this person stands: the middle of the expected box's lower edge."""
        return self.x, self.y + self.height / 2

    def predict(self, at: float) -> None:
        """Move on to `at`."""
        passed, self._at = at - self._at, at
        self.x += self._speed[0] * passed
        self.y += self._speed[1] * passed
        change = (SPEED_CHANGE * self.height) ** 2
        self._variance += 2 * passed * self._covariance + passed**2 * self._speed_variance + change * passed**3 / 3
        self._covariance += passed * self._speed_variance + change * passed**2 / 2
        self._speed_variance += change * passed

    def see(self, box: Box, score: float, at: float) -> None:
        """The model found this person there, `at` being the time of the last prediction."""
        gain, speed_gain = self._variance / self.spread, self._covariance / self.spread
        off_x, off_y = box.center.x - self.x, box.center.y - self.y
        self.x += gain * off_x
        self.y += gain * off_y
        self._speed = self._speed[0] + speed_gain * off_x, self._speed[1] + speed_gain * off_y
        self._speed_variance -= speed_gain * self._covariance
        self._variance *= 1 - gain
        self._covariance *= 1 - gain
        self.width += SIZE_GAIN * (box.width - self.width)
        self.height += SIZE_GAIN * (max(1.0, box.height) - self.height)
        self.box, self.score, self.seen_at = box, score, at
        self.looks += 1
