"""Conversions of weights. Runs only in the build's throw-away environment, which has TensorFlow; no room imports it."""
