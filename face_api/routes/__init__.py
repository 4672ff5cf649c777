"""One module for each group of routes: from a request to the core and back, nothing else."""
