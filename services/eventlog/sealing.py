"""Seals the personal fields of a decided fact; which fields those are the contracts say, the keys are the keyring's."""

import msgspec

from services.contracts.registry import kind_of
from services.contracts.sealed import Clear, Sealed, personal_fields
from services.eventlog.keyring import Keyring


class Sealer:
    """Seals facts of one event: every `Clear` becomes a `Sealed` tied to the event id, type, subject and field."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def seal(self, fact: msgspec.Struct, event_id: str, subject: str) -> msgspec.Struct:
        if not personal_fields(type(fact)):
            return fact
        return self._struct(fact, f"{event_id}/", kind_of(type(fact)), subject)  # type: ignore[arg-type]

    def _struct(self, value: msgspec.Struct, at: str, kind: str, subject: str) -> msgspec.Struct:
        changes = {
            name: self._value(getattr(value, name), f"{at}{name}", kind, subject)
            for name in personal_fields(type(value))
        }
        return msgspec.structs.replace(value, **changes) if changes else value

    def _value(self, value: object, at: str, kind: str, subject: str) -> object:
        match value:
            case Clear():
                return self._keyring.seal(value, at=at, kind=kind, subject=subject)
            case tuple():
                return tuple(self._value(item, f"{at}.{i}", kind, subject) for i, item in enumerate(value))
            case Sealed():
                raise AssertionError(f"{at}: a fact may not carry a box sealed for another place")
            case msgspec.Struct():
                return self._struct(value, f"{at}.", kind, subject)
            case _:
                return value
