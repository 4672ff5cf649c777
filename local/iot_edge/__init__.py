"""IoT Hub and IoT Edge on this machine: what azure-iot-device needs for modules, and a service API for twins."""
