"""The environment variables with which a module's SDK finds its way, as the IoT Edge agent would set them."""

from local.iot_edge.errors import UnknownModule
from local.iot_edge.running import Running

WORKLOAD_API_VERSION = "2020-07-07"


def module_environment(running: Running, module: str) -> dict[str, str]:
    """For `create_from_edge_environment`, with keys kept from the module. Raises UnknownModule."""
    about = running.modules.get(module)
    if about is None:
        raise UnknownModule(f"module {module} is not served here")
    return {
        "IOTEDGE_IOTHUBHOSTNAME": running.hub,
        "IOTEDGE_GATEWAYHOSTNAME": running.gateway,
        "IOTEDGE_DEVICEID": running.device,
        "IOTEDGE_MODULEID": module,
        "IOTEDGE_MODULEGENERATIONID": about.generation,
        "IOTEDGE_WORKLOADURI": f"unix://{about.workload_socket}",
        "IOTEDGE_APIVERSION": WORKLOAD_API_VERSION,
        "IOTEDGE_AUTHSCHEME": "sasToken",
    }


def device_connection_string(running: Running) -> str:
    """With which the device itself signs in, through the gateway."""
    return (
        f"HostName={running.hub};GatewayHostName={running.gateway};DeviceId={running.device};"
        f"SharedAccessKey={running.device_key}"
    )


def debugging_environment(running: Running, module: str) -> dict[str, str]:
    """What development tools set instead: a connection string with the module's key. Raises UnknownModule."""
    about = running.modules.get(module)
    if about is None:
        raise UnknownModule(f"module {module} is not served here")
    return {
        "EdgeHubConnectionString": (
            f"HostName={running.hub};GatewayHostName={running.gateway};DeviceId={running.device};"
            f"ModuleId={module};SharedAccessKey={about.key}"
        ),
        "EdgeModuleCACertificateFile": running.root_certificate,
    }
