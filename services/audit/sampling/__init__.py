"""Spot checks as arithmetic: sizes, strata, draws and bounds anybody can repeat; it knows no log and no store."""
