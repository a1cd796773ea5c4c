"""The public door: a town system's events, read strictly and the same by every road; it decides and stores nothing."""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from services.contracts.codec import derived_id
from services.contracts.deciding import Command
from services.intake.domain import (
    GivenDelegate,
    GivenMember,
    ReceiveRequest,
    RecordConsultation,
    SupplyMaterials,
    WithdrawApplication,
)
from services.intake.domain.commands import (
    MATERIALS_MAX,
    MEMBERS_MAX,
    NEEDS_MAX,
    Actor,
    Code,
    CommitteeCode,
    DiscoveryNo,
    HouseholdNo,
    Instant,
    Line,
    Phone,
    Reference,
    TownCode,
)

EVENT_BYTES_MAX: Final = 256 * 1024
EVENTS_PER_BATCH_MAX: Final = 500
AHEAD_MAX: Final = timedelta(minutes=5)
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
REQUEST_SUBMITTED: Final = "assist.town.request_submitted.v1"
MATERIALS_SUPPLIED: Final = "assist.town.materials_supplied.v1"
APPLICATION_WITHDRAWN: Final = "assist.town.application_withdrawn.v1"
CONSULTATION_RECORDED: Final = "assist.town.consultation_recorded.v1"

T = TypeVar("T")
Fault = tuple[str, str, str]


class BadInput(Exception):
    """Input that is no valid event. `errors`: (JSON pointer, Chinese, English); no value of the input is repeated."""

    def __init__(self, code: str, zh: str, en: str, errors: tuple[Fault, ...] = ()) -> None:
        super().__init__(f"{code}: {en}")
        self.code, self.zh, self.en, self.errors = code, zh, en, errors


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what comes in from outside: an unknown field is an error."""


class TownEvent(_Strict, frozen=True, kw_only=True):
    """A CloudEvents 1.0 event of a town's system; `source` ``/town/<town>`` and `id` together make it the one it is."""

    specversion: str
    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}\Z")]
    source: Annotated[str, Meta(pattern=r"^/town/T[0-9]{2,3}\Z")]
    type: Annotated[str, Meta(max_length=100)]
    time: Instant
    data: msgspec.Raw
    subject: Annotated[str, Meta(max_length=60)] | None = None
    datacontenttype: Literal["application/json"] = "application/json"

    @property
    def town(self) -> str:
        return self.source.removeprefix("/town/")


class RequestSubmitted(_Strict, frozen=True, kw_only=True):
    """Data of a request: the fields of `ReceiveRequest`."""

    household_no: HouseholdNo
    request_no: Reference
    town: TownCode
    committee: CommitteeCode
    channel: Literal["window", "committee", "hotline", "online", "proactive"]
    first_asked: Actor
    needs: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=NEEDS_MAX)]
    materials: Annotated[tuple[Code, ...], Meta(max_length=MATERIALS_MAX)]
    members: Annotated[tuple[GivenMember, ...], Meta(min_length=1, max_length=MEMBERS_MAX)]
    phone: Phone
    near_relative_declared: bool
    delegated: bool
    received_on: date
    discovery_no: DiscoveryNo | UnsetType = UNSET
    ticket_no: Reference | UnsetType = UNSET
    delegate: GivenDelegate | UnsetType = UNSET
    address: Line | UnsetType = UNSET


class MaterialsBrought(_Strict, frozen=True, kw_only=True):
    """Data of materials supplied after a notice: the fields of `SupplyMaterials`."""

    household_no: HouseholdNo
    application_no: Reference
    town: TownCode
    materials: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=MATERIALS_MAX)]
    supplied_on: date


class Withdrawal(_Strict, frozen=True, kw_only=True):
    """Data of a withdrawal: the fields of `WithdrawApplication`."""

    household_no: HouseholdNo
    application_no: Reference
    town: TownCode
    reason: Line


class Consultation(_Strict, frozen=True, kw_only=True):
    """Data of a consultation: the fields of `RecordConsultation`."""

    consultation_no: Reference
    town: TownCode
    topic: Code
    answered_by: Actor
    leaflet: Line
    answer: Line | UnsetType = UNSET
    channel: Literal["window", "committee", "hotline", "online"] | UnsetType = UNSET


_SAYS: Final[dict[str, tuple[type[_Strict], type[Command]]]] = {
    REQUEST_SUBMITTED: (RequestSubmitted, ReceiveRequest),
    MATERIALS_SUPPLIED: (MaterialsBrought, SupplyMaterials),
    APPLICATION_WITHDRAWN: (Withdrawal, WithdrawApplication),
    CONSULTATION_RECORDED: (Consultation, RecordConsultation),
}

EVENTS: Final = {kind: data for kind, (data, _) in _SAYS.items()}


def read(raw: bytes) -> TownEvent:
    """One event in CloudEvents structured JSON; `BadInput` for anything else. `data` is not looked at yet."""
    if len(raw) > EVENT_BYTES_MAX:
        raise BadInput(
            "event-too-large",
            f"事件超过 {EVENT_BYTES_MAX} 字节",
            f"the event is larger than {EVENT_BYTES_MAX} bytes",
        )
    return _decoded(raw, TownEvent, "")


def command_of(event: TownEvent, now: datetime) -> Command:
    """The command an event asks for; `BadInput` when the event does not say what it claims.

    `now` only bounds the event's time: towns' clocks may run ahead by `AHEAD_MAX`.
    """
    if event.specversion != "1.0":
        raise _bad("specversion-unknown", "/specversion", "应为 1.0", "must be 1.0")
    if event.time > now + AHEAD_MAX:
        raise _bad("time-in-future", "/time", "时间在将来", "lies in the future")
    if event.time < EARLIEST:
        raise _bad("time-implausible", "/time", "时间过早", "is implausibly early")
    if event.type not in _SAYS:
        raise _bad("type-unknown", "/type", "未知的事件类型", "is no event type of this door")
    data_type, command_type = _SAYS[event.type]
    given: Any = _decoded(bytes(event.data), data_type, "/data")
    if given.town != event.town:
        raise _bad("town-contradicts", "/data/town", "与 source 中的镇街不一致", "is not the town of the source")
    fields = {name: getattr(given, name) for name in given.__struct_fields__}
    command = command_type(**fields, occurred_at=event.time.astimezone(UTC))
    if event.subject is not None and event.subject != command.subject:
        raise _bad("subject-contradicts", "/subject", "与 data 不一致", "is not what the data is about")
    return command


def command_id(event: TownEvent) -> uuid.UUID:
    """The command's id: of the event's source and id alone, so the same event by any road is decided once."""
    return derived_id(event.source, event.id)


def split_batch(raw: bytes) -> tuple[bytes, ...]:
    """The events of a CloudEvents JSON batch, each as it was written; `BadInput` for anything but a short array."""
    events = _decoded(raw, list[msgspec.Raw], "")
    if not 1 <= len(events) <= EVENTS_PER_BATCH_MAX:
        raise BadInput(
            "batch-size",
            f"每批应为 1 至 {EVENTS_PER_BATCH_MAX} 个事件",
            f"a batch holds 1 to {EVENTS_PER_BATCH_MAX} events",
        )
    return tuple(bytes(event) for event in events)


def split_sample(raw: bytes) -> tuple[bytes, ...]:
    """Sample events to try: an array, one event, or one a line; `BadInput` when there are none or too many."""
    text = raw.strip().removeprefix(b"\xef\xbb\xbf")
    if text[:1] == b"[":
        return split_batch(text)
    try:
        msgspec.json.decode(text)
        events = [text]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        events = lines if len(lines) > 1 and all(line[:1] == b"{" and line[-1:] == b"}" for line in lines) else [text]
    if not text or len(events) > EVENTS_PER_BATCH_MAX:
        raise BadInput(
            "batch-size", f"应有 1 至 {EVENTS_PER_BATCH_MAX} 个事件", f"1 to {EVENTS_PER_BATCH_MAX} events are expected"
        )
    return tuple(events)


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a conformance check says of one event: what it would be taken for, or everything that is wrong with it."""

    id: str = ""
    type: str = ""
    subject: str = ""
    code: str = ""
    zh: str = ""
    en: str = ""
    errors: tuple[Fault, ...] = ()


def checked(raw: bytes, town: str, now: datetime) -> Checked:
    """Try an event as it would be taken, deciding nothing; where it is none, every field that does not fit, not the first alone."""
    try:
        event = read(raw)
        command = command_of(event, now)
        if event.town != town:
            raise _bad("wrong-town", "/source", "不是本镇街", "is another town")
        return Checked(id=event.id, type=event.type, subject=command.subject)
    except BadInput as bad:
        found = dict.fromkeys((*bad.errors, *_all_faults(raw)))
        return Checked(code=bad.code, zh=bad.zh, en=bad.en, errors=tuple(found))


def _all_faults(raw: bytes) -> list[Fault]:
    try:
        given = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    if not isinstance(given, dict):
        return []
    said = _SAYS.get(str(given.get("type")))
    faults = _faults_of(given, TownEvent, "")
    if said is None:
        kinds = "、".join(sorted(_SAYS))
        return [*faults, ("/type", f"未知的事件类型，可用：{kinds}", f"is no event type; there are: {kinds}")]
    data = given.get("data")
    return faults + (_faults_of(data, said[0], "/data") if isinstance(data, dict) else [])


def _faults_of(given: Mapping[str, Any], wanted: type[msgspec.Struct], under: str) -> list[Fault]:
    """Each field of an object by itself: missing, unknown, or of a value that does not fit."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(wanted)}
    faults: list[Fault] = []
    for name, field in fields.items():
        if name in given:
            try:
                _decoded(msgspec.json.encode(given[name]), field.type, f"{under}/{name}")
            except BadInput as bad:
                faults += bad.errors
        elif field.required:
            faults.append((f"{under}/{name}", "缺少该字段", "is missing"))
    unknown = [name for name in given if name not in fields]
    return faults + [(f"{under}/{_shown(name)}", "未知的字段", "is no field of this event") for name in unknown]


def _bad(code: str, pointer: str, zh: str, en: str) -> BadInput:
    return BadInput(code, f"{pointer} {zh}", f"{pointer} {en}", ((pointer, zh, en),))


def _decoded(raw: bytes, wanted: type[T], under: str) -> T:
    """JSON to a typed value; whatever is wrong becomes a `BadInput` with pointers that begin with `under`."""
    try:
        return msgspec.json.decode(raw, type=wanted)
    except msgspec.ValidationError as error:
        raise _invalid(str(error), under) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _bad("json-malformed", under, "不是完整的 JSON", "is no complete JSON") from None


# How msgspec says what is wrong; of its words only an "enum value" repeats what was sent.
_MISSING: Final = re.compile(r"Object missing required field `([^`]*)`")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_PLACE: Final = re.compile(r" - at `\$(?P<path>[^`]*)`\Z")
_SENT_VALUE: Final = re.compile(r"value '.*'", re.DOTALL)
_PLAIN_NAME: Final = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}[0-9]{0,2}")


def _invalid(message: str, under: str) -> BadInput:
    place = _PLACE.search(message)
    pointer = under + _pointer(place["path"] if place else "")
    what = message[: place.start()] if place else message
    if missing := _MISSING.fullmatch(what):
        return _bad("field-missing", f"{pointer}/{missing[1]}", "缺少该字段", "is missing")
    if unknown := _UNKNOWN.fullmatch(what):
        return _bad("field-unknown", f"{pointer}/{_shown(unknown[1])}", "未知的字段", "is no field of this event")
    what = _SENT_VALUE.sub("value", what)
    return _bad("value-invalid", pointer, "类型或取值不符合要求", f"does not fit: {what}")


def _pointer(path: str) -> str:
    """msgspec's ``.members[0].name`` as the JSON pointer ``/members/0/name``."""
    return re.sub(r"\[(\d+)\]", r"/\1", path).replace(".", "/")


def _shown(name: str) -> str:
    """A name that was sent, if it is plainly a field's: a row without a header has persons' values for names."""
    return name if _PLAIN_NAME.fullmatch(name) else "…"


# A file of requests has exactly these columns, in any order, then members 1 … MEMBERS_MAX as needed.
ROW_COLUMNS: Final = (
    "event_id",
    "time",
    "household_no",
    "request_no",
    "committee",
    "channel",
    "first_asked",
    "needs",
    "materials",
    "phone",
    "near_relative_declared",
    "delegated",
    "received_on",
)
# Left out or left empty where a request follows no discovery, came by no hotline, names no address, is not delegated.
OPTIONAL_COLUMNS: Final = ("discovery_no", "ticket_no", "address")
DELEGATE_COLUMNS: Final = ("delegate_name", "delegate_relation", "delegate_authority_sha256")
MEMBER_COLUMNS: Final = ("id", "name", "relation")
_MEMBER_COLUMN: Final = re.compile(r"member([1-9][0-9]?)_(id|name|relation)")
_TRUE: Final = frozenset({"1", "true", "yes", "是"})
_FALSE: Final = frozenset({"0", "false", "no", "否"})
_LIST_MARKS: Final = re.compile(r"[;；、,，\s]+")


def event_of_row(row: Mapping[str, str], town: str) -> bytes:
    """One CSV row of a request as the event it stands for; `BadInput` names the column (``/column``).

    Columns are `ROW_COLUMNS`, `OPTIONAL_COLUMNS`, `DELEGATE_COLUMNS` and ``member<n>_id``, ``member<n>_name``, ``member<n>_relation`` (n from 1, the applicant
    first). `needs` and `materials` are codes separated by ``;``. `time` is RFC 3339 with offset. Truth: 1/0, 是/否;
    empty is neither. The town is the uploading one. The rest is checked when the event is read, as on any road.
    """
    cells = {(name or "").strip(): (value or "").strip() for name, value in row.items()}
    for column in ROW_COLUMNS:
        if column not in cells:
            raise _bad("column-missing", f"/{column}", "缺少该列", "is a missing column")
    for column in cells:
        if column not in ROW_COLUMNS + OPTIONAL_COLUMNS + DELEGATE_COLUMNS and _MEMBER_COLUMN.fullmatch(column) is None:
            raise _bad("column-unknown", f"/{_shown(column)}", "未知的列", "is an unknown column")
    data = {name: cells[name] for name in ROW_COLUMNS if name not in ("event_id", "time")}
    data |= {name: cells[name] for name in OPTIONAL_COLUMNS if cells.get(name)}
    delegate = {name.removeprefix("delegate_"): cells[name] for name in DELEGATE_COLUMNS if cells.get(name)}
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": cells["event_id"],
            "source": f"/town/{town}",
            "type": REQUEST_SUBMITTED,
            "time": cells["time"],
            "data": {
                **data,
                "town": town,
                "needs": _list(cells["needs"]),
                "materials": _list(cells["materials"]),
                "near_relative_declared": _truth("near_relative_declared", cells),
                "delegated": _truth("delegated", cells),
                "members": _members(cells),
                **({"delegate": delegate} if delegate else {}),
            },
        }
    )


def event_of_kept_row(raw: bytes, town: str) -> bytes:
    """The event behind what an import quarantined: a row's cells as JSON, or the event that the row had become already."""
    try:
        row = msgspec.json.decode(raw, type=dict[str, str])
    except msgspec.ValidationError:
        return raw
    return event_of_row(row, town)


def _list(cell: str) -> list[str]:
    return [item for item in _LIST_MARKS.split(cell) if item]


def _truth(column: str, cells: Mapping[str, str]) -> bool:
    value = cells[column].lower()
    if value not in _TRUE | _FALSE:
        raise _bad("value-invalid", f"/{column}", "应填 是 或 否", "must be 1 or 0")
    return value in _TRUE


def _members(cells: Mapping[str, str]) -> list[dict[str, str]]:
    """The filled members in the order of their numbers; a gap between them is a mistake that would lose somebody."""
    members = []
    gap = ""
    for n in range(1, 100):
        given = {name: cells.get(f"member{n}_{name}", "") for name in MEMBER_COLUMNS}
        if not any(given.values()):
            gap = gap or f"member{n}_id"
            continue
        if gap:
            raise _bad("member-gap", f"/{gap}", "成员列不连续", "is empty, but a later member is filled")
        members.append({"resident_id": given["id"], "name": given["name"], "relation": given["relation"]})
    return members
