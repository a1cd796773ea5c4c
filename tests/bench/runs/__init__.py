"""The product's own sides of the benchmarks, each a process of its own that prints one line of JSON."""
