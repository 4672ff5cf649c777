"""Has anything moved? A look at a thumbnail that costs a fraction of a run of the model."""

import numpy as np

from edge.frame import Frame, Pixels

WIDTH, HEIGHT = 64, 36
LEAST_STEP = 12
LEAST_CELLS = 3
LONGEST_REST = 5.0
LEAST_CONTRAST = 10
"""Grey levels between the darkest and the brightest cell of a frame, below which it shows nothing."""


class Motion:
    """Compares frames with the last one that was looked at, so that slow change adds up until it shows."""

    def __init__(self) -> None:
        self._reference: Pixels | None = None
        self._looked_at = float("-inf")
        self.visible = False
        """Whether the last frame showed anything: not of a camera that is covered, in the dark or in privacy mode."""

    def since_last_look(self, frame: Frame) -> bool:
        """Whether the frame deserves a look, which makes it the reference.

        It does if at least 3 of 64 × 36 cells got brighter or darker by at least 12 of 255, camera noise averaged
        out, or if the last look was 5 s ago.
        """
        luma = frame.luma(WIDTH, HEIGHT)
        self.visible = has_contrast(luma)
        if self._reference is not None and frame.at - self._looked_at < LONGEST_REST:
            steps = np.maximum(luma, self._reference) - np.minimum(luma, self._reference)
            if np.count_nonzero(steps >= LEAST_STEP) < LEAST_CELLS:
                return False
        self._reference = luma
        self._looked_at = frame.at
        return True


def has_contrast(luma: Pixels) -> bool:
    """Whether a thumbnail [height, width] shows anything."""
    return int(luma.max()) - int(luma.min()) >= LEAST_CONTRAST
