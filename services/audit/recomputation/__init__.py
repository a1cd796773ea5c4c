"""Audit's own straightforward reckoning of what the services said, from the raw facts; it reads nothing and opens nothing."""
