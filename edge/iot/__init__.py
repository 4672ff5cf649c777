"""IoT Edge: settings from the module twin, state back to it, direct methods, telemetry."""
