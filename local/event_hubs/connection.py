"""The connection string with which Azure Event Hubs clients reach this server."""


def connection_string(port: int, name: str, key: str) -> str:
    """For the server on loopback `port`, with the shared access key `name`; no TLS, as with the emulator."""
    return (
        f"Endpoint=sb://localhost:{port};SharedAccessKeyName={name};SharedAccessKey={key};UseDevelopmentEmulator=true"
    )
