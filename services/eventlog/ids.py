"""New identifiers at the edge: time-ordered UUIDs (RFC 9562 version 7) and W3C trace parents."""

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """A UUID whose first 48 bits are the Unix time in milliseconds."""
    milliseconds = time.time_ns() // 1_000_000
    number = int.from_bytes(milliseconds.to_bytes(6, "big") + os.urandom(10), "big")
    number = number & ~(0xF << 76) | (0x7 << 76)
    number = number & ~(0x3 << 62) | (0x2 << 62)
    return uuid.UUID(int=number)


def new_traceparent() -> str:
    """A sampled W3C ``traceparent`` for work that nobody traced yet."""
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"
