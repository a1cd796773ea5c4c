"""Benchmarks: the product beside honest, minimal peers, in one run; `python -m tests.bench`."""
