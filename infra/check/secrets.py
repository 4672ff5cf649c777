"""Names that hold a secret."""

import re

SECRET_NAME = re.compile(r"(key|secret|password|token|connection_?string|sas)$", re.IGNORECASE)
"""What a parameter or variable is called that holds a secret."""

SECRETS = frozenset({"PictureStorage", "EventHub", "FACE_API_DATABASE", "ANONYMIZATION_KEY_PREVIOUS"})
"""Settings that hold one without saying so."""


def is_secret(name: str) -> bool:
    """Whether a setting of this name holds a secret."""
    return name in SECRETS or SECRET_NAME.search(name) is not None
