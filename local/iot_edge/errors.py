"""What can go wrong in the IoT Edge stand-in."""

from local.errors import LocalError


class IotEdgeError(LocalError):
    """Root of this server's errors."""


class BadArgument(IotEdgeError):
    """The command line names a module or file that is not as it must be."""


class StateDamaged(IotEdgeError):
    """A file under the data folder is not what this server writes."""


class NotRunning(IotEdgeError):
    """No IoT Edge stand-in runs, or not the one that was meant."""


class PacketMalformed(IotEdgeError):
    """Bytes from a peer are not the MQTT 3.1.1 that was expected."""


class NotJson(IotEdgeError):
    """A payload is not JSON."""


class AccessDenied(IotEdgeError):
    """A module is unknown, or its token is wrong or expired."""


class TwinRefused(IotEdgeError):
    """A twin patch is not as IoT Hub allows."""


class UnknownModule(IotEdgeError):
    """There is no such module."""


class ModuleOffline(IotEdgeError):
    """The module is not connected, or takes no direct methods."""


class MethodTimedOut(IotEdgeError):
    """The module did not answer a direct method in time."""
