"""MQTT 3.1.1 (OASIS, 2014) over TLS, and the topics of IoT Hub on it."""
