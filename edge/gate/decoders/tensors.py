"""Looking at a network's tensors."""

import numpy as np

from vision.runtime import Network


def image_input(network: Network) -> bool:
    """Whether it takes one RGB picture: [1, height, width, 3], floats or bytes."""
    shape, dtype = network.input.shape, network.input.dtype
    return len(shape) == 4 and shape[0] == 1 and shape[3] == 3 and min(shape) > 0 and dtype in (np.float32, np.uint8)


def place_of(network: Network, name: str) -> int:
    """The place of the only output whose name holds this word; −1 if none or several do."""
    places = [place for place, output in enumerate(network.outputs) if name in output.name]
    return places[0] if len(places) == 1 else -1
