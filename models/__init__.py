"""Which weight files the rooms need, from which package, with which sha256, and the build that makes them."""
