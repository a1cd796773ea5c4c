"""Reads the log from Kafka again, to a prefix of it: for recomputation, for attestation, and for views of an earlier day.

`reading` gives effective records up to a prefix; `recomputing` and `attesting` state what came of them; `travelling`
folds a view as it was known then. It changes nothing but by the commands it issues.
"""
