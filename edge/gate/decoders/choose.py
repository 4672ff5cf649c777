"""Which decoder a model's tensors call for."""

from edge.errors import ModelRefused
from edge.gate.decoders.classification import Classification
from edge.gate.decoders.custom_vision_compact import CustomVisionCompact
from edge.gate.decoders.custom_vision_named import CustomVisionNamed
from edge.gate.decoders.decoder import Decoder
from edge.gate.decoders.nanodet import NanoDet
from edge.gate.decoders.post_processed import PostProcessed
from edge.gate.decoders.ssd import Ssd
from vision.runtime import Network

FAMILIES = (Ssd, NanoDet, CustomVisionNamed, PostProcessed, CustomVisionCompact, Classification)


def decoder_for(network: Network) -> Decoder:
    """The decoder of the family that the network's tensors belong to. Raises ModelRefused."""
    for family in FAMILIES:
        if family.fits(network):
            return family(network)
    shapes = ", ".join(str(list(output.shape)) for output in network.outputs)
    raise ModelRefused(f"the person model's tensors are of no known kind: {list(network.input.shape)} -> {shapes}")
