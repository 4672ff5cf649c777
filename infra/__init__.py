"""Templates and manifests of every place the pattern runs on, and the check that holds them together."""
