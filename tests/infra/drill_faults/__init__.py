"""Faults planted in the manifests, each of which the drill must name. `python -m tests.infra.drill_faults`."""
