"""`python -m infra.compose`: the secrets that compose.yaml reads."""
