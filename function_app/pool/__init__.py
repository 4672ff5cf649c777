"""Where counts wait for company: nothing leaves of fewer than MIN_GROUP people; argued in docs/architecture.md."""
