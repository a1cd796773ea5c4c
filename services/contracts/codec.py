"""Facts to bytes and back. One byte string is hashed, stored and sent; the chain's head is spliced in front of it."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, TypeVar

import msgspec

# Every fact is declared before the first record is read, whichever service reads it.
from services.contracts import audit, casework, intake, payroll, portal  # noqa: F401
from services.contracts.envelope import ChainLink, Envelope
from services.contracts.months import Month
from services.contracts.registry import REGISTRY, UPCASTS, Fact, FactType, kind_of
from services.contracts.sealed import Clear, holds_clear, personal_fields

T = TypeVar("T")


class UnreadableRecord(ValueError):
    """A record that is no envelope, or whose data does not fit the declared fact; says which and why."""


class UnknownKind(UnreadableRecord):
    """A fact type this build has no contract for; the contracts are older than the log."""


def _encode_value(value: object) -> object:
    if isinstance(value, Month):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} has no place on the log")


def _decode_value(wanted: type, value: object) -> Any:
    if wanted is Month:
        if not isinstance(value, str):
            raise ValueError("a month is written YYYY-MM")
        return Month.parse(value)
    raise NotImplementedError(f"{wanted.__name__} has no place on the log")


def schema_of_value(wanted: type) -> dict[str, Any]:
    """The JSON Schema of one of the project's value types, for those who publish schemas."""
    if wanted is Month:
        return {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"}
    raise NotImplementedError(f"{wanted.__name__} has no place on the log")


encoder: Final = msgspec.json.Encoder(enc_hook=_encode_value, order="deterministic")
_envelopes: Final = msgspec.json.Decoder(Envelope)
_links: Final = msgspec.json.Decoder(ChainLink)
# Nested too deeply counts too: a foreign record must not stop whoever reads past it.
_UNREADABLE: Final = (msgspec.DecodeError, ValueError, RecursionError)


def decoder_of(wanted: type[T]) -> msgspec.json.Decoder[T]:
    """A JSON decoder that knows the project's value types."""
    return msgspec.json.Decoder(wanted, dec_hook=_decode_value)


def convert(value: object, wanted: type[T]) -> T:
    """Plain JSON values to a typed value; `msgspec.ValidationError` names the field that does not fit."""
    return msgspec.convert(value, wanted, dec_hook=_decode_value)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A decided fact with everything but its place in the log."""

    id: str
    owner: str
    subject: str
    streamversion: int
    time: datetime
    recordedtime: datetime
    commandid: str
    commandhash: str
    correlationid: str
    actor: str
    fact: Fact
    causationid: str | None = None
    traceparent: str | None = None


def refuse_clear(value: object) -> None:
    """Assert that no personal value is in clear anywhere inside `value`."""
    if isinstance(value, Clear):
        raise AssertionError(f"a personal value of {value.person} would reach the log in clear")
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            refuse_clear(getattr(value, name))
    elif isinstance(value, (tuple, list)):
        for item in value:
            refuse_clear(item)
    elif isinstance(value, dict):
        for item in value.values():
            refuse_clear(item)


def body_bytes(draft: Draft) -> bytes:
    """The stored part of a record: all attributes but `specversion`, `sequence` and `prevhash`, which `seal` adds.

    Asserts that the owner may state this fact about this subject, and that nothing personal is in clear.
    """
    declared = fact_type(kind_of(type(draft.fact)))
    assert declared.owner == draft.owner, f"{declared.kind} is stated by {declared.owner}, not by {draft.owner}"
    assert declared.subject in ("*", draft.subject.partition(":")[0]), f"{declared.kind} about {draft.subject}"
    refuse_clear(draft.fact)
    attributes: dict[str, object] = {
        "id": draft.id,
        "source": f"/{draft.owner}",
        "type": declared.kind,
        "subject": draft.subject,
        "time": draft.time.astimezone(UTC),
        "recordedtime": draft.recordedtime.astimezone(UTC),
        "stream": f"/{draft.owner}/{draft.subject}",
        "streamversion": draft.streamversion,
        "commandid": draft.commandid,
        "commandhash": draft.commandhash,
        "correlationid": draft.correlationid,
        "actor": draft.actor,
    }
    if draft.causationid is not None:
        attributes["causationid"] = draft.causationid
    if draft.traceparent is not None:
        attributes["traceparent"] = draft.traceparent
    attributes["datacontenttype"] = "application/json"
    attributes["data"] = draft.fact
    return _attributes.encode(attributes)


_attributes: Final = msgspec.json.Encoder(enc_hook=_encode_value)


def seal(body: bytes, sequence: int, prevhash: bytes) -> bytes:
    """Final bytes of a record: the chain attributes spliced in front of the stored body."""
    head = b'{"specversion":"1.0","sequence":%d,"prevhash":"%s",' % (sequence, prevhash.hex().encode())
    return head + body[1:]


def decode(value: bytes) -> Envelope:
    """A record's value to its envelope; `UnreadableRecord` when it is none."""
    try:
        return _envelopes.decode(value)
    except _UNREADABLE as error:
        raise UnreadableRecord(f"not an envelope: {error}") from error


def link(value: bytes) -> ChainLink:
    """Just the chain attributes of a record's value; `UnreadableRecord` when it has none."""
    try:
        return _links.decode(value)
    except _UNREADABLE as error:
        raise UnreadableRecord(f"not a record of this log: {error}") from error


@cache
def _body_decoder(kind: str) -> tuple[msgspec.json.Decoder[Fact], bool]:
    """The decoder of a declared type, and whether its facts may hold personal values; `UnknownKind` for others."""
    declared = fact_type(kind)
    return decoder_of(declared.body), bool(personal_fields(declared.body))


def fact_type(kind: str) -> FactType:
    """The declaration of a type; `UnknownKind` when there is none."""
    declared = REGISTRY.get(kind)
    if declared is None:
        raise UnknownKind(f"no contract for {kind}; deploy the newer contracts first")
    return declared


def body(envelope: Envelope) -> Fact:
    """The typed, upcast body of a record; `UnknownKind` or `UnreadableRecord` when there is none."""
    decoder, personal = _body_decoder(envelope.type)
    try:
        decoded = decoder.decode(envelope.data)
    except _UNREADABLE as error:
        raise UnreadableRecord(f"{envelope.type}: {error}") from error
    if personal and holds_clear(decoded):
        raise UnreadableRecord(f"{envelope.type}: a personal value stands in clear")
    while UPCASTS and (convert_older := UPCASTS.get(kind_of(type(decoded)))) is not None:
        decoded = convert_older(decoded)
    return decoded


def derived_id(trigger: str, name: str) -> uuid.UUID:
    """The command id of a reaction or timer: the same trigger and name always give the same id."""
    return uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_URL, "urn:jiuzhu:command"), f"{trigger}|{name}")


def kinds_of(*bodies: type[Fact]) -> Sequence[str]:
    """The CloudEvents types of several fact classes."""
    return tuple(kind_of(body) for body in bodies)
