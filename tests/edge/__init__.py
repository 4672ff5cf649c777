"""The edge module. `processes/` needs other rooms' processes; the rest also runs on tflite-runtime by itself."""
