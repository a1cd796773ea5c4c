"""Shows on stderr what a slow step is doing and for how long; it never decides what is done."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

QUIET_SECONDS = 1.0
LINE_EVERY_SECONDS = 10.0
FRAME_SECONDS = 0.2
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
ERASE_LINE = "\r\x1b[K"

Say = Callable[[str], None]
"""Takes one piece of text, line end included, and shows it."""


class Progress:
    """Bilingual lines; `live` draws a spinner, otherwise plain lines now and then."""

    def __init__(self, write: Say, *, live: bool) -> None:
        self._write = write
        self._live = live

    @classmethod
    def to_stderr(cls) -> Progress:
        def write(text: str) -> None:
            sys.stderr.write(text)
            sys.stderr.flush()

        return cls(write, live=sys.stderr.isatty())

    @classmethod
    def silent(cls) -> Progress:
        return cls(lambda _text: None, live=False)

    def say(self, zh: str, en: str) -> None:
        self._write(f"{zh}  {en}\n")

    @contextmanager
    def step(self, zh: str, en: str) -> Iterator[None]:
        """Silent for a step under a second, then counts its seconds until it ends."""
        ended = threading.Event()
        began_at = time.monotonic()
        ticker = threading.Thread(target=self._tick, args=(f"{zh} … {en}", began_at, ended), daemon=True)
        ticker.start()
        try:
            yield
        finally:
            ended.set()
            ticker.join()

    def _tick(self, what: str, began_at: float, ended: threading.Event) -> None:
        if ended.wait(QUIET_SECONDS):
            return
        frame = 0
        while True:
            seconds = round(time.monotonic() - began_at)
            if self._live:
                self._write(f"{ERASE_LINE}{FRAMES[frame % len(FRAMES)]} {what}, {seconds} s")
            else:
                self._write(f"{what}, {seconds} s\n")
            frame += 1
            if ended.wait(FRAME_SECONDS if self._live else LINE_EVERY_SECONDS):
                break
        if self._live:
            self._write(f"{ERASE_LINE}{what}, {round(time.monotonic() - began_at)} s\n")
