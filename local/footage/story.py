"""Who comes when: visits and passers-by of the sample footage, and where they are at a moment."""

import math
from dataclasses import dataclass
from itertools import pairwise

SECONDS = 66.0
WALK = 1.5


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay at the display, in seconds of footage and pixels of the frame.

    place: x of the middle when standing; top: y of the cut-out's upper edge; height: of the cut-out; side: −1 to come
    and go on the left, 1 on the right.
    """

    person: str
    enters: float
    leaves: float
    place: float
    top: float
    height: float
    side: int


@dataclass(frozen=True, slots=True)
class Pose:
    """Where and how a visitor is drawn: middle x and upper edge y in pixels, scale around 1, turn in degrees."""

    x: float
    y: float
    scale: float
    turn: float


STORY = (
    Visit("choker", 1.5, 12.5, place=400, top=150, height=490, side=-1),
    Visit("blouse", 9.5, 20.5, place=860, top=118, height=590, side=1),
    Visit("maroon", 23.5, 33.5, place=420, top=96, height=640, side=-1),
    Visit("blonde", 30.5, 40.0, place=880, top=146, height=525, side=1),
    Visit("pair", 37.0, 47.5, place=420, top=92, height=680, side=-1),
    Visit("uniform", 50.0, 60.0, place=860, top=150, height=590, side=1),
    Visit("maroon", 55.5, 65.0, place=400, top=104, height=625, side=-1),
)
"""Six people; "blouse" and "uniform" are two photographs of one woman, so that being known again is no matter of equal
pixels; "maroon" comes back as she was."""


@dataclass(frozen=True, slots=True)
class Walk:
    """One who passes by behind the visitors, without a face to see.

    path: (second, x of the middle) from place to place, at an even pace; top, height: as of a Visit.
    """

    person: str
    path: tuple[tuple[float, float], ...]
    top: float
    height: float


LEFT_OF_IT, RIGHT_OF_IT = -150.0, 1430.0
WALKS = (
    Walk("maroon", ((3.0, LEFT_OF_IT), (8.0, RIGHT_OF_IT)), top=168, height=520),
    Walk("choker", ((13.5, RIGHT_OF_IT), (18.5, LEFT_OF_IT)), top=176, height=430),
    Walk("blouse", ((20.6, LEFT_OF_IT), (23.5, 770), (29.5, 770), (32.4, LEFT_OF_IT)), top=170, height=500),
    Walk("choker", ((34.0, RIGHT_OF_IT), (39.0, LEFT_OF_IT)), top=180, height=425),
    Walk("maroon", ((47.9, LEFT_OF_IT), (52.9, RIGHT_OF_IT)), top=176, height=510),
    Walk("blouse", ((48.6, LEFT_OF_IT), (53.6, RIGHT_OF_IT)), top=166, height=505),
)
"""Two pass to the right, two to the left; one comes in, looks at the shelf and goes out; two go one after the other."""


def step(walk: Walk, second: float) -> Pose | None:
    """The passer-by at that second of the footage, or None when away. Turn and height go with the steps."""
    for (start, start_x), (end, end_x) in pairwise(walk.path):
        if start <= second < end:
            going = start_x != end_x
            bob = math.sin(second * 2 * math.pi * 1.8) if going else 0.3 * math.sin(second * 1.4)
            x = start_x + (end_x - start_x) * (second - start) / (end - start)
            return Pose(x + (0 if going else 5 * math.sin(second * 0.9)), walk.top + 4 * abs(bob), 1.0, 0.9 * bob)
    return None


def pose(visit: Visit, second: float) -> Pose | None:
    """The visitor at that second of the footage, or None when away."""
    if not visit.enters <= second < visit.leaves:
        return None
    arrived = _eased((second - visit.enters) / WALK)
    leaving = _eased((second - (visit.leaves - WALK)) / WALK)
    away = max(1 - arrived, leaving)
    start = -visit.height * 0.4 if visit.side < 0 else 1280 + visit.height * 0.4
    steps = math.sin(second * 2 * math.pi * 1.9)
    # Slow swaying with periods that never fall together, so that no two frames are alike.
    x = visit.place + 7 * math.sin(second * 0.9 + visit.place) + 3 * math.sin(second * 2.3)
    y = visit.top + 3 * math.sin(second * 1.3 + visit.place) + away * 9 * abs(steps)
    scale = 1 + 0.022 * math.sin(second * 0.55 + visit.place)
    turn = 1.1 * math.sin(second * 0.8 + visit.top) + away * 1.5 * steps
    return Pose(x + (start - x) * away, y, scale, turn)


def _eased(share: float) -> float:
    """0…1 with a soft start and end."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)
