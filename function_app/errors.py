"""What can go wrong between a blob and what leaves of it. No message carries a name, an id or a key."""


class FunctionAppError(Exception):
    """Root of this room's errors."""


class SettingsInvalid(FunctionAppError):
    """Settings are missing or wrong; the message names each of them on one line, without its value."""


class BlobAtFault(FunctionAppError):
    """This picture or traffic can't be used, now or later: it goes to poison. `reason` is a word for its metadata."""

    reason = "Unknown"


class NameInvalid(BlobAtFault):
    """The blob's name breaks the contract store/camera/yyyy/mm/dd/HHMMSS.mmmZ-xxxxxxxx.jpg or …/HHMMSSZ.json."""

    reason = "InvalidName"


class PictureTooLarge(BlobAtFault):
    """More bytes than the Face API takes."""

    reason = "TooLarge"


class PictureUnreadable(BlobAtFault):
    """The Face API can't read it as an image."""

    def __init__(self, reason: str) -> None:
        """`reason`: the Face API's error code, InvalidImage or InvalidImageSize."""
        super().__init__(f"the picture is unreadable: {reason}")
        self.reason = reason


class TrafficInvalid(BlobAtFault):
    """The counts are not what their contract says."""

    reason = "InvalidTraffic"


class FailedAlone(BlobAtFault):
    """The Face API failed on it again and again, and each time read a blank picture right after."""

    reason = "FailedAlone"


class BlobUnusable(BlobAtFault):
    """Storage can't serve or delete this blob as it is: archived, immutable, of another type, oddly named."""

    def __init__(self, reason: str) -> None:
        """`reason`: storage's error code, such as BlobArchived."""
        super().__init__(f"the storage refuses this blob: {reason}")
        self.reason = reason


class Passing(FunctionAppError):
    """Not the picture's fault: it stays, and is tried again. `retry_after`: seconds, if the other side said."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class FaceApiUnavailable(Passing):
    """The Face API does not do its work: it is too slow, or the circuit is open, or as the two below say."""


class FaceApiUnreachable(FaceApiUnavailable):
    """Nothing listens at the Face API's address, or it hung up."""


class FaceApiFailing(FaceApiUnavailable):
    """The Face API answers 5xx."""


class FaceApiThrottled(Passing):
    """The Face API answers 429."""


class FaceApiRefused(Passing):
    """The Face API answers another 4xx: its address, key or memory name is wrong, or a face id has expired."""


class FaceApiAnswerInvalid(Passing):
    """The Face API's answer is not what its contract says."""


class NotAcknowledged(Passing):
    """Event Hubs did not confirm what was sent, so it may be lost."""


class StorageUnavailable(Passing):
    """The picture storage can't be reached or refuses."""


class BlobTaken(FunctionAppError):
    """Another worker holds the blob's lease, or took it over."""


class BlobGone(FunctionAppError):
    """The blob is no longer in storage: another worker was faster."""


class BlobChanged(FunctionAppError):
    """The blob is no longer what was read: another worker wrote it in between."""
