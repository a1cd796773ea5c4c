"""What may be said on the log: envelope, facts per owner, codec, value types. Pure: no clock, no I/O, no randomness."""
