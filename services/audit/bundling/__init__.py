"""The inspection bundle: one deterministic archive, written here and verified by anybody without us."""
