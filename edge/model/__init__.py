"""The person model in force: the one shipped with the module, or one that the twin names."""
