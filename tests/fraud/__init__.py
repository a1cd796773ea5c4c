"""The fraud corpus: a clean sample district on the log, and what is forged into it for the automatic tests to find."""
