"""What happens at a town's window apart from households: its staff, consultations, keys, input kept in quarantine."""

from datetime import date
from typing import Final, assert_never

import msgspec
from msgspec import UnsetType

from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.intake import (
    ConsultationRecorded,
    InputQuarantined,
    InputReleased,
    TownKeyIssued,
    TownKeyRevoked,
    WindowStaffed,
    WindowUnstaffed,
)
from services.contracts.registry import Fact
from services.contracts.resident_ids import names_a_person
from services.contracts.sealed import Clear
from services.intake.domain.commands import (
    IssueTownKey,
    QuarantineInput,
    RecordConsultation,
    ReleaseInput,
    RevokeTownKey,
    StaffWindow,
    UnstaffWindow,
)
from services.intake.domain.guards import no_personal_number, not_in_future, rejected_unless

TownCommand = (
    RecordConsultation | StaffWindow | UnstaffWindow | IssueTownKey | RevokeTownKey | QuarantineInput | ReleaseInput
)

# A town's state stays small: a consultation number is known as repeated among this many latest ones.
CONSULTATION_NUMBERS_KEPT: Final = 500


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """A named person who serves at the window from a day on."""

    staff: str
    from_on: date


class Town(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state: places still in quarantine, key hashes by number, which keys ended, the latest consultation numbers, the staff."""

    quarantined: tuple[str, ...] = ()
    key_hashes: tuple[str, ...] = ()
    consultation_nos: tuple[str, ...] = ()
    staff: tuple[Staff, ...] = ()
    revoked_key_nos: tuple[int, ...] = ()

    @property
    def usable_key_hashes(self) -> frozenset[str]:
        """Hashes of the keys that were not revoked."""
        return frozenset(one for no, one in enumerate(self.key_hashes, 1) if no not in self.revoked_key_nos)


def decide(state: Town, command: TownCommand, context: Context) -> tuple[Fact, ...]:
    if context.town is not None and command.town != context.town:
        raise CommandRejected(
            "wrong-town", f"{context.town} 不能代 {command.town} 办理", f"{context.town} may not act for {command.town}"
        )
    match command:
        case RecordConsultation():
            return (_consultation(state, command),)
        case StaffWindow():
            return (_staffed(state, command, context),)
        case UnstaffWindow():
            return (_unstaffed(state, command, context),)
        case IssueTownKey():
            return (_key(state, command),)
        case RevokeTownKey():
            return (_key_revoked(state, command),)
        case QuarantineInput():
            return (_quarantined(state, command, context),)
        case ReleaseInput():
            return (_released(state, command),)
        case _:
            assert_never(command)


def _consultation(state: Town, command: RecordConsultation) -> ConsultationRecorded:
    if command.consultation_no in state.consultation_nos:
        raise CommandRejected(
            "consultation-repeated", "该咨询编号已登记", "this consultation number is registered already"
        )
    answer = "" if isinstance(command.answer, UnsetType) else command.answer
    if names_a_person(command.leaflet) or names_a_person(answer):
        raise CommandRejected(
            "personal-in-text", "不得填写身份证号或手机号", "the text may hold no resident ID or phone number"
        )
    return ConsultationRecorded(
        consultation_no=command.consultation_no,
        town=command.town,
        topic=command.topic,
        answered_by=command.answered_by,
        leaflet=command.leaflet,
        answer=answer,
        channel="window" if isinstance(command.channel, UnsetType) else command.channel,
    )


def _staffed(state: Town, command: StaffWindow, context: Context) -> WindowStaffed:
    """Somebody by name serves at every window (指定专职人员, 四(一))."""
    not_in_future("from_on", command.from_on, context)
    rejected_unless(
        _since(state, command.staff) is None,
        "staffed-already",
        "该人员已在窗口名单中",
        "this person staffs it already",
    )
    return WindowStaffed(town=command.town, staff=command.staff, from_on=command.from_on, named_by=context.actor)


def _since(state: Town, staff: str) -> date | None:
    return next((one.from_on for one in state.staff if one.staff == staff), None)


def _unstaffed(state: Town, command: UnstaffWindow, context: Context) -> WindowUnstaffed:
    not_in_future("from_on", command.from_on, context)
    since = _since(state, command.staff)
    if since is None:
        raise CommandRejected("not-staffed", "该人员不在窗口名单中", "this person does not staff the window")
    rejected_unless(
        command.from_on >= since,
        "before-staffed",
        f"撤下日（{command.from_on}）早于到岗日（{since}）",
        f"from_on ({command.from_on}) is before the person began ({since})",
    )
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明理由", "a reason is needed")
    no_personal_number(command.reason, "理由", "the reason")
    return WindowUnstaffed(
        town=command.town,
        staff=command.staff,
        from_on=command.from_on,
        reason=command.reason,
        staff_count=len(state.staff) - 1,
    )


def _key(state: Town, command: IssueTownKey) -> TownKeyIssued:
    if command.key_hash in state.key_hashes:
        raise CommandRejected("key-repeated", "该密钥已发放", "this key was issued already")
    return TownKeyIssued(town=command.town, key_no=len(state.key_hashes) + 1, key_hash=command.key_hash)


def _key_revoked(state: Town, command: RevokeTownKey) -> TownKeyRevoked:
    rejected_unless(
        command.key_no <= len(state.key_hashes), "key-unknown", "没有这个密钥", "there is no key of that number"
    )
    rejected_unless(
        command.key_no not in state.revoked_key_nos, "key-revoked", "该密钥已吊销", "this key was revoked already"
    )
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明理由", "a reason is needed")
    no_personal_number(command.reason, "理由", "the reason")
    return TownKeyRevoked(town=command.town, key_no=command.key_no, reason=command.reason)


def _quarantined(state: Town, command: QuarantineInput, context: Context) -> InputQuarantined:
    if command.place in state.quarantined:
        raise CommandRejected("place-quarantined", "该输入已隔离", "this input is in quarantine already")
    # Whose values the input holds is unknown: it gets a key of its own, by its place, so it can be erased alone.
    person = context.pseudonym(f"quarantined|{command.town}|{command.road}|{command.place}")
    return InputQuarantined(
        town=command.town,
        road=command.road,
        place=command.place,
        code=command.code,
        reason_zh=command.reason_zh,
        reason_en=command.reason_en,
        payload=Clear(person=person, group="identity", text=command.payload),
    )


def _released(state: Town, command: ReleaseInput) -> InputReleased:
    if command.place not in state.quarantined:
        raise CommandRejected("not-quarantined", "该输入不在隔离中", "this input is not in quarantine")
    if command.outcome == "discarded" and not command.reason:
        raise CommandRejected("reason-missing", "舍弃须说明理由", "discarding needs a reason")
    if names_a_person(command.reason):
        raise CommandRejected(
            "personal-in-text", "不得填写身份证号或手机号", "the text may hold no resident ID or phone number"
        )
    return InputReleased(place=command.place, outcome=command.outcome, reason=command.reason)


def evolve(state: Town, fact: Fact) -> Town:
    match fact:
        case ConsultationRecorded():
            latest = (*state.consultation_nos, fact.consultation_no)[-CONSULTATION_NUMBERS_KEPT:]
            return msgspec.structs.replace(state, consultation_nos=latest)
        case WindowStaffed():
            named = Staff(staff=fact.staff, from_on=fact.from_on)
            return msgspec.structs.replace(state, staff=(*state.staff, named))
        case WindowUnstaffed():
            left = tuple(one for one in state.staff if one.staff != fact.staff)
            return msgspec.structs.replace(state, staff=left)
        case TownKeyIssued():
            return msgspec.structs.replace(state, key_hashes=(*state.key_hashes, fact.key_hash))
        case TownKeyRevoked():
            return msgspec.structs.replace(state, revoked_key_nos=(*state.revoked_key_nos, fact.key_no))
        case InputQuarantined():
            return msgspec.structs.replace(state, quarantined=(*state.quarantined, fact.place))
        case InputReleased():
            waiting = tuple(place for place in state.quarantined if place != fact.place)
            return msgspec.structs.replace(state, quarantined=waiting)
        case _:
            return state


TOWN = Aggregate(
    prefix="town",
    state=Town,
    initial=Town(),
    commands=(
        RecordConsultation,
        StaffWindow,
        UnstaffWindow,
        IssueTownKey,
        RevokeTownKey,
        QuarantineInput,
        ReleaseInput,
    ),
    decide=decide,
    evolve=evolve,
)
