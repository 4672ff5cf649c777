"""`python -m infra.drill`: does what was deployed hold? Tried on the cluster that kubectl points at."""
