"""How an officer comes onto a post: taken over from stock, or appointed to a post kept for them (二(四)); moves nobody."""

import re
from collections.abc import Callable
from datetime import date
from typing import Final

import msgspec

from services.contracts.deciding import CommandRejected, Context
from services.contracts.likeness import phone_pseudonym
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    AppointmentException,
    OfficerAppointed,
    OfficerContract,
    OfficerPostNoted,
    OfficerTakenOver,
    ReservationGivenUp,
    TakenCertificate,
)
from services.contracts.registry import Fact
from services.contracts.resident_ids import normal_id
from services.contracts.sealed import Clear, KeyGroup
from services.payroll.domain.guards import in_order, no_personal_number, on_list, person_of, rejected_unless, text_given
from services.payroll.domain.officer.commands import (
    AppointOfficer,
    Excepted,
    GiveUpPost,
    Held,
    NotePost,
    TakeOverOfficer,
)
from services.payroll.domain.officer.state import Officer, Reserved
from services.payroll.domain.officer.terms import (
    certificate_of,
    contract_of,
    recorded,
    refuse_certificate,
    refuse_shared_account,
)
from services.payroll.pay import NOTHING_YET, Certified, InPost, Timeline, due, total
from services.payroll.rules import APPOINTMENT, PAY_SCALE, Appointment, PayScale, pack_on, pay_packs_on

_OFFICER_CODE: Final = re.compile(r"^O[0-9]{3,6}\Z")
_TOWN_CODE: Final = re.compile(r"T\d{2,4}")
# Why a post cannot be an officer's, as the posts say it.
FAULTS: Final[dict[str, tuple[str, str]]] = {
    "post-unknown": ("没有这个岗位，或不属于该镇街", "there is no such post in this town"),
    "post-taken": ("该岗位已有人在岗", "somebody is on this post"),
    "post-reserved": ("该岗位已为他人保留", "this post is kept for somebody else"),
    "post-not-free": ("该岗位在起始日期仍有他人在岗", "somebody else was on this post on the day it counts from"),
    "person-in-post": ("该人员已在其他岗位，一人只能占一岗", "this person is on another post; one person, one post"),
    "posts-full": ("全区岗位已满", "all posts of the district are filled"),
}


def take_over(officer: Officer, command: TakeOverOfficer, context: Context) -> tuple[Fact, ...]:
    if officer.officer:
        raise CommandRejected(
            "officer-taken-over",
            f"低保员 {command.officer} 已接续登记，不能重复登记",
            f"officer {command.officer} was taken over already",
        )
    if officer.reserved is not None:
        raise CommandRejected(
            "post-kept-before",
            f"已为该编号保留岗位 {officer.reserved.post_no}，请先放弃保留",
            f"post {officer.reserved.post_no} is kept under this number; give it up first",
        )
    _refuse_incomplete(command)
    _refuse_unknown_codes(command, context)
    _refuse_unproved_tenure(command)
    if command.post_fault:
        raise CommandRejected(command.post_fault, *FAULTS[command.post_fault])
    person = context.pseudonym(normal_id(command.resident_id))
    clear = sealing(person)
    return (
        OfficerTakenOver(
            officer=command.officer,
            post_no=command.post_no,
            town=command.town,
            person=person,
            name=clear("identity", command.name),
            resident_id=clear("identity", command.resident_id),
            phone=clear("identity", command.phone),
            # Vouchers of pay are kept by law (会计档案管理办法), so the account outlives an erasure of the rest.
            bank_account=clear("retention", command.bank_account),
            bank_account_pseudonym=context.pseudonym(f"account|{command.bank_account}"),
            appointed_on=command.appointed_on,
            position=command.position,
            education=command.education,
            qualification=command.qualification,
            qualified_on=command.qualified_on,
            contract_mode=command.contract_mode,
            contribution_base_fen=command.contribution_base_fen,
            special_deduction_fen=command.special_deduction_fen,
            year_to_date=command.year_to_date,
            source=command.source,
            document=command.document,
            paid_through_month=_paid_through(command, context.today),
            major=command.major,
            service_from_on=command.service_from_on,
            tenure_document=command.tenure_document,
            certificates=tuple(_taken(one, person, context) for one in command.certificates),
            contract=None if command.contract is None else contract_of(command.contract, context),
            phone_pseudonym=phone_pseudonym(command.phone, context.pseudonym),
        ),
    )


def sealing(person: str) -> Callable[[KeyGroup, str], Clear]:
    """Marks texts of a person for sealing."""
    return lambda group, text: Clear(person=person, group=group, text=text)


def _taken(held: Held, person: str, context: Context) -> TakenCertificate:
    return TakenCertificate(
        certificate=certificate_of(held, context),
        number=Clear(person=person, group="identity", text=held.number),
        qualification=held.qualification,
        issued_on=held.issued_on,
        expires_on=held.expires_on,
        document=held.document,
    )


def _refuse_incomplete(command: TakeOverOfficer) -> None:
    """Refuse codes of another shape, empty texts and sums below zero, naming the fields."""
    wrong = [
        name
        for name in ("post_no", "resident_id", "name", "phone", "bank_account", "contract_mode", "source", "document")
        if not getattr(command, name).strip()
    ]
    wrong += ["officer"] if _OFFICER_CODE.fullmatch(command.officer) is None else []
    wrong += ["town"] if _TOWN_CODE.fullmatch(command.town) is None else []
    wrong += ["contribution_base_fen"] if command.contribution_base_fen <= 0 else []
    wrong += ["special_deduction_fen"] if command.special_deduction_fen < 0 else []
    wrong += ["year_to_date"] if min(msgspec.structs.astuple(command.year_to_date)) < 0 else []
    if wrong:
        raise CommandRejected(
            "officer-incomplete",
            f"接续登记缺少或填错：{'、'.join(wrong)}",
            f"missing or wrong in the take-over: {', '.join(wrong)}",
        )


def _refuse_unknown_codes(command: TakeOverOfficer, context: Context) -> None:
    """No pay from a code the scale does not know, no allowance without a dated certificate (二(四))."""
    scale = pack_on(context.rules, PAY_SCALE, context.today, PayScale)
    if command.position not in scale.positions or command.qualification not in scale.qualifications:
        raise CommandRejected(
            "not-on-pay-scale",
            f"现行工资标准没有职务 {command.position} 或资格 {command.qualification}",
            f"the pay scale in force has no position {command.position} or no qualification {command.qualification}",
        )
    if (command.qualification != scale.no_qualification) != (command.qualified_on is not None):
        raise CommandRejected(
            "certificate-date-missing",
            "有职业资格的须填证书日期，没有职业资格的不得填写",
            "a qualification needs its certificate's date, and no qualification has none",
        )
    for held in command.certificates:
        refuse_certificate(held, context)
    brought = {(one.qualification, one.issued_on) for one in command.certificates}
    rejected_unless(
        not brought or (command.qualification, command.qualified_on) in brought,
        "certificates-differ",
        "所填职业资格及日期与证书清单不一致",
        "the qualification and its date are not on the list of certificates",
    )


def _refuse_unproved_tenure(command: TakeOverOfficer) -> None:
    """Years of service from before the present appointment count by a document only (服务年限补贴)."""
    if command.service_from_on is None:
        return
    in_order("service_from_on", command.service_from_on, "appointed_on", command.appointed_on)
    text_given("tenure_document", command.tenure_document)


def _paid_through(command: TakeOverOfficer, today: date) -> Month:
    """The last month paid before take-over: so many months of this year from January, or from the appointment if later.

    Part months need an attendance sheet, so the month of an appointment within it must have been paid before.
    """
    if command.appointed_on > today:
        raise CommandRejected(
            "appointed-in-future",
            f"任职日期 {command.appointed_on} 晚于今天，不属于存量人员",
            f"appointed on {command.appointed_on}, later than today: not an incumbent",
        )
    first = max(Month(today.year, 1), Month.of(command.appointed_on))
    paid_through = first.plus(command.year_to_date.months - 1)
    if paid_through > Month.of(today):
        raise CommandRejected(
            "year-to-date-beyond-today",
            f"本年累计 {command.year_to_date.months} 个月，超过了今天所在月份",
            f"{command.year_to_date.months} months paid this year would reach beyond this month",
        )
    if command.appointed_on > paid_through.plus(1).first_day:
        raise CommandRejected(
            "appointed-within-month",
            "任职当月不满一个月，须先由原渠道发放并计入本年累计",
            "the part month of the appointment must have been paid before and be in the year to date",
        )
    return paid_through


# ---- a post kept, taken or given up


def note_post(officer: Officer, command: NotePost) -> tuple[Fact, ...]:
    """The posts decide who gets which; the officer's record takes it down, so that it alone decides what comes of it."""
    if officer.reserved is not None and officer.reserved.post_no == command.post_no:
        return ()
    noted = OfficerPostNoted(
        officer=command.officer,
        person=command.person,
        post_no=command.post_no,
        town=command.town,
        free_from_on=command.free_from_on,
    )
    if officer.person in ("", command.person) and officer.last_day_on is None:
        return (noted,)
    # The number is somebody else's, or its officer has left: the post is not theirs to take.
    return (noted, _given_up(command.officer, noted.post_no, noted.town, "officer-other"))


def give_up(officer: Officer, command: GiveUpPost) -> tuple[Fact, ...]:
    reserved = _kept(officer)
    text_given("reason", command.reason)
    return (_given_up(command.officer, reserved.post_no, reserved.town, command.reason),)


def _given_up(officer: str, post_no: str, town: str, reason: str) -> ReservationGivenUp:
    return ReservationGivenUp(officer=officer, post_no=post_no, town=town, reason=reason)


def _kept(officer: Officer) -> Reserved:
    if officer.reserved is None:
        raise CommandRejected(
            "post-not-reserved", "尚未为该人员保留岗位，请先保留", "no post is kept for this officer; reserve one first"
        )
    return officer.reserved


def appoint(officer: Officer, command: AppointOfficer, context: Context) -> tuple[Fact, ...]:
    """Only to a post kept for this very person, from the day it is free; certificates are facts of their own."""
    rejected_unless(not officer.officer, "officer-known", "该编号已有低保员", "there is an officer of this number")
    reserved = _kept(officer)
    rules = pack_on(context.rules, APPOINTMENT, context.today, Appointment)
    person = person_of(command.resident_id, context)
    rejected_unless(
        person == reserved.person, "person-differs", "岗位是为另一人保留的", "the post is kept for another person"
    )
    in_order("free_from_on", reserved.free_from_on or command.appointed_on, "appointed_on", command.appointed_on)
    _refuse_unfit(command, reserved, person, rules, context)
    contract = contract_of(command.contract, context)
    in_order("contract.from_on", contract.from_on, "appointed_on", command.appointed_on)
    appointed = _appointed(command, reserved, person, contract, context)
    certificates = [recorded(command.officer, reserved.town, person, held, context) for held in command.certificates]
    return (appointed, *certificates)


def _refuse_unfit(
    command: AppointOfficer, reserved: Reserved, person: str, rules: Appointment, context: Context
) -> None:
    """A position on the scale, certificates, an account of one's own; a round and a diploma, or the exception on record."""
    on_list("position", command.position, pack_on(context.rules, PAY_SCALE, context.today, PayScale).positions)
    on_list("education", command.education, rules.diplomas)
    for held in command.certificates:
        refuse_certificate(held, context)
    for name in ("name", "phone", "bank_account", "document"):
        rejected_unless(bool(getattr(command, name).strip()), "text-missing", f"须填写 {name}", f"{name} is missing")
    no_personal_number(f"{command.document} {command.major}")
    refuse_shared_account(command.account_holders)
    excepted: dict[str, Excepted] = {one.rule: one for one in command.exceptions}
    for one in command.exceptions:
        text_given("reason", one.reason)
        text_given("document", one.document)
    _refuse_unselected(command, reserved, person, excepted)
    earlier = command.chosen is not None and bool(command.chosen.exception_reason)
    rejected_unless(
        rules.enough(command.education) or "diploma" in excepted or earlier,
        "diploma-too-low",
        f"今后选聘须{rules.diploma_min}及以上学历，例外须有理由和批准文件（方案二（四））",
        "a new appointment takes at least a college diploma; an exception takes a reason and a document",
    )


def _refuse_unselected(command: AppointOfficer, reserved: Reserved, person: str, excepted: dict[str, Excepted]) -> None:
    """Recruitment is by rounds of the district (二(四): 选聘按区委、区政府有关要求), selected before appointed; else by exception."""
    if command.round_no:
        chosen = command.chosen
        rejected_unless(
            chosen is not None and (chosen.person, chosen.town) == (person, reserved.town),
            "not-selected",
            "该人员不是本轮选聘中该镇街的拟聘人选",
            "this person was not selected in that round for this town",
        )
        assert chosen is not None
        in_order("selected_on", chosen.selected_on or command.appointed_on, "appointed_on", command.appointed_on)
        return
    rejected_unless(
        "recruitment" in excepted,
        "recruitment-missing",
        "须注明选聘批次；未经选聘的须有理由和批准文件",
        "name the recruitment round; without one it takes a reason and a document",
    )


def _appointed(
    command: AppointOfficer, reserved: Reserved, person: str, contract: OfficerContract, context: Context
) -> OfficerAppointed:
    rules = pack_on(context.rules, APPOINTMENT, context.today, Appointment)
    clear = sealing(person)
    exceptions = [
        AppointmentException(rule=one.rule, reason=one.reason, document=one.document) for one in command.exceptions
    ]
    chosen = command.chosen
    if chosen is not None and chosen.exception_reason and not rules.enough(command.education):
        exceptions.append(
            AppointmentException(rule="diploma", reason=chosen.exception_reason, document=chosen.exception_document)
        )
    return OfficerAppointed(
        officer=command.officer,
        post_no=reserved.post_no,
        town=reserved.town,
        person=person,
        name=clear("identity", command.name),
        resident_id=clear("identity", normal_id(command.resident_id)),
        phone=clear("identity", command.phone),
        bank_account=clear("retention", command.bank_account),
        bank_account_pseudonym=context.pseudonym(f"account|{command.bank_account}"),
        appointed_on=command.appointed_on,
        position=command.position,
        education=command.education,
        major=command.major,
        preferred=any(rules.prefers(command.major, one.qualification) for one in command.certificates)
        or rules.prefers(command.major, ""),
        contract=contract,
        contribution_base_fen=first_month_fen(command, reserved, context),
        special_deduction_fen=Fen(command.special_deduction_fen),
        round_no=command.round_no,
        candidate_no=command.candidate_no,
        exceptions=tuple(exceptions),
        document=command.document,
        pack_version=context.rules.version_on(APPOINTMENT, context.today),
        phone_pseudonym=phone_pseudonym(command.phone, context.pseudonym),
    )


def first_month_fen(command: AppointOfficer, reserved: Reserved, context: Context) -> Fen:
    """A new hire's insurance base: the wage of the first whole month by the scale (社会保险法 art. 12 及其实施意见)."""
    first = Month.of(command.appointed_on)
    month = first if command.appointed_on.day == 1 else first.plus(1)
    packs = pay_packs_on(context.rules, month.first_day)
    spell = InPost(
        from_on=command.appointed_on,
        town=reserved.town,
        post_no=reserved.post_no,
        position=command.position,
        contract_mode=command.contract.mode,
    )
    certificates = tuple(
        Certified(from_on=one.issued_on, until_on=one.expires_on, qualification=one.qualification)
        for one in command.certificates
    )
    timeline = Timeline(
        officer=command.officer,
        version=0,
        bank_account_pseudonym="",
        service_from_on=command.appointed_on,
        service_behind=0,
        posts=(spell,),
        certificates=certificates,
        absences=(),
        appraisals=(),
        bases=(),
        deductions=(),
        paid_through_month=first.plus(-1),
        year_to_date=NOTHING_YET,
    )
    owed = due(timeline, packs, month)
    assert owed is not None, "a whole month is spent on the post"
    return total(owed.parts)
