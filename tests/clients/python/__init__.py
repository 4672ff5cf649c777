"""The official Python clients, as a program (tests/clients/driver.py)."""
