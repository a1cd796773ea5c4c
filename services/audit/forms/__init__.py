"""Papers of audit, made to be printed and signed by hand, one module a paper; nobody's personal values."""
