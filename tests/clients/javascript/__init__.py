"""The official JavaScript clients, as a program (tests/clients/driver.py)."""
