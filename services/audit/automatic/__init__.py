"""The automatic tests (plan 四(三); DOMAIN §6), one module per area, and the sweep that runs them all over a log.

A test is a small pure function: what it has to know in, an `OpenFinding` with its evidence or nothing out. What a test
has to remember of earlier records is kept by the `Watch` of its area; a `Watch` judges nothing itself. Severity, rule,
law and figures of each test stand in the dated pack ``audit_tests``; a test the pack does not name is switched off.
A new area is a module with its tests and its watch, and a line in `sweep.WATCHES`.
"""
