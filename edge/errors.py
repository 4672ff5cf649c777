"""What can go wrong in the module. `cli.py` turns each into one line and an exit status."""


class EdgeError(Exception):
    """Root of the module's errors; the message is one line that says what is wrong and what to do."""

    status = 1


class SettingsRefused(EdgeError):
    """Settings that can't be used. `reasons` gives one reason for each property."""

    status = 2

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__("settings: " + "; ".join(f"{name}: {reason}" for name, reason in reasons.items()))
        self.reasons = reasons


class SourceUnusable(EdgeError):
    """The source named by the user doesn't exist or isn't video or pictures."""

    status = 2


class CameraLost(EdgeError):
    """A live camera stopped answering; it may come back."""


class ModelRefused(EdgeError):
    """A model that is missing, corrupt, or has tensors no decoder knows."""

    status = 2


class ModelFailed(EdgeError):
    """A model that has proved itself fails on a picture of the camera."""


class SpoolUnusable(EdgeError):
    """The spool's folder or key can't be used."""

    status = 2


class UploadFailed(EdgeError):
    """Picture storage didn't take a picture; it stays in the spool.

    `reason` is a short word for logs and reported properties, `hint` what the operator can do; `its_own`: storage
    refuses this one picture, and may take others.
    """

    def __init__(self, reason: str, hint: str, its_own: bool = False) -> None:
        super().__init__(f"{reason}: {hint}")
        self.reason = reason
        self.hint = hint
        self.its_own = its_own


class PicturesLeft(EdgeError):
    """The source ended but pictures wait in the spool because storage can't be reached."""
