"""The one way in which the embedded install says no; it does not print."""

from __future__ import annotations


class EmbeddedError(Exception):
    """One sentence with its remedy, in Chinese and in English."""

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en
