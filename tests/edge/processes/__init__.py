"""The edge module as a process, against real servers."""
