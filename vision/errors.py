"""What can go wrong with a model file; all derive from VisionError and say what to do in one line."""


class VisionError(Exception):
    """Root of this library's errors."""


class ModelMissingError(VisionError):
    """The weight file isn't there."""


class UnusableModelError(VisionError):
    """The file is no TFLite model, or not one with the tensors that its user needs."""
