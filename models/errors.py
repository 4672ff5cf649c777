"""What can go wrong in the build; each message is one line that says what to do."""


class ModelsError(Exception):
    """Root: `python -m models` prints the message and exits with status 2."""


class ToolMissingError(ModelsError):
    """npm, or a part of Python, isn't on this machine."""


class FetchFailedError(ModelsError):
    """A registry didn't give the package."""


class WrongContentError(ModelsError):
    """A file's sha256 isn't the one in the table."""


class ConversionFailedError(ModelsError):
    """TensorFlow couldn't be installed, or couldn't convert a file."""


class LicenceRefusedError(ModelsError):
    """The table names a licence that isn't a permissive one."""


class IncompleteError(ModelsError):
    """`check`: a weight file is missing or isn't the table's."""
