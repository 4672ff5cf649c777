"""What turns the core into a service: the worker pool, the server, its guards and its figures."""
