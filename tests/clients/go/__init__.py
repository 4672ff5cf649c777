"""The official Go clients, as a program (tests/clients/driver.py)."""
