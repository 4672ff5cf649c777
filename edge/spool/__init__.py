"""Pictures on their way, encrypted on disk: nothing is lost to an outage, a restart or a power cut."""
