"""Spot checks as arithmetic: sizes, strata, draws and bounds anybody can repeat; it knows no log and no store.

Whole numbers and fractions alone, never a float: whoever repeats it gets the same to the last digit. `chances` says how
likely a sample is to show so little, `sizes` how many to draw, `population` and `drawing` what is drawn, `bounds` what a
sample says, `pack` which attributes and weights are in force. docs/SPOT_CHECKS.md says it in words.
"""
