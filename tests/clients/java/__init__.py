"""The official Java clients, as a program (tests/clients/driver.py)."""
