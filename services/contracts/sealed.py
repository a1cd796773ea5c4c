"""Personal fields as they stand in facts: in clear only inside a decision, sealed everywhere else; no cryptography here.

The closed list of personal fields is the set of fact fields annotated `Personal` (a contract test prints it).
"""

import types
import typing
from functools import cache
from typing import Literal

import msgspec

KeyGroup = Literal["identity", "sensitive", "retention"]


class Sealed(msgspec.Struct, frozen=True, tag_field="s", tag="1"):
    """Ciphertext under the key of (`person`, `group`): `box` is base64 of nonce + AES-256-GCM output.

    `at` is ``<event id>/<field path>``, the place it was sealed for and part of the associated data.
    """

    person: str
    group: KeyGroup
    at: str
    box: str


class Clear(msgspec.Struct, frozen=True, tag_field="s", tag="0"):
    """A personal value on its way from a command into a fact. The codec refuses to write it."""

    person: str
    group: KeyGroup
    text: str

    def __repr__(self) -> str:
        return f"Clear(person={self.person!r}, group={self.group!r}, text=<{len(self.text)} characters>)"


Personal = Sealed | Clear


def sealed_aad(at: str, kind: str, subject: str) -> bytes:
    """Associated data that ties a ciphertext to its place: event id and field path (`at`), type, subject.

    The type without its version: a value sealed in an older version is opened after the upcast, as the newer one.
    """
    return "\x1f".join((at, kind.rsplit(".v", 1)[0], subject)).encode()


def _mentions(annotation: object) -> bool:
    """Whether a type annotation holds personal fields, at any depth."""
    if annotation in (Clear, Sealed):
        return True
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return bool(personal_fields(annotation))
    arguments = typing.get_args(annotation)
    return any(_mentions(argument) for argument in arguments if not isinstance(argument, types.EllipsisType))


@cache
def personal_fields(body: type[msgspec.Struct]) -> tuple[str, ...]:
    """Names of the fields of `body` that are personal or contain personal fields."""
    hints = typing.get_type_hints(body)
    return tuple(name for name in body.__struct_fields__ if _mentions(hints[name]))


def holds_clear(value: object) -> bool:
    """Whether a personal value stands in clear inside a fact; only fields that may be personal are looked at."""
    kind = type(value)
    if kind is Sealed:
        return False
    if kind is Clear:
        return True
    if kind is tuple:
        return any(map(holds_clear, value))  # type: ignore[call-overload]
    if isinstance(value, msgspec.Struct):
        for name in personal_fields(type(value)):
            if holds_clear(getattr(value, name)):
                return True
    return False
