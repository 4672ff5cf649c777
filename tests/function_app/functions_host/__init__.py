"""The part of the Functions host that talks to the Python runtime, so that tests can run the app in the real one."""
