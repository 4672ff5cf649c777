"""How much more or less one count is than another, and how much of that could be chance.

People who come independently of one another make Poisson counts. Given their sum, one of two such counts is
binomial; the interval of its share is Wilson's (E. B. Wilson, JASA 22 (1927) 209), turned into a ratio of rates.
People who come in groups vary more than that.
"""

import math
from dataclasses import dataclass

Z = 1.959963984540054
"""Of a 95 % interval."""


@dataclass(frozen=True)
class Change:
    """The ratio of two rates and its 95 % interval; `high` is None where nothing bounds it."""

    ratio: float | None
    low: float
    high: float | None

    @property
    def could_be_chance(self) -> bool:
        """Whether equal rates lie within the interval."""
        return self.low <= 1 and (self.high is None or self.high >= 1)


def change(count: float, exposure: float, reference: float, reference_exposure: float) -> Change | None:
    """`count` in `exposure` (any unit of time) against `reference`; None where neither holds anything."""
    together = count + reference
    if together <= 0 or exposure <= 0 or reference_exposure <= 0:
        return None
    scale = reference_exposure / exposure
    share = count / together
    widening = Z * Z / together
    centre = (share + widening / 2) / (1 + widening)
    half = Z * math.sqrt(share * (1 - share) / together + widening / (4 * together)) / (1 + widening)
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Change(
        ratio=scale * count / reference if reference else None,
        low=scale * low / (1 - low),
        high=scale * high / (1 - high) if reference else None,
    )
