"""Module twins of a running stack from the command line, as `az iot hub module-twin` does it in Azure."""
