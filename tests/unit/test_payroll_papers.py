"""Proves what officers hold by paper: diplomas, certificates, contracts, bases, accounts, absences, attendance sheets."""

from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from services.contracts.codec import decoder_of
from services.contracts.deciding import CHINA, Command, Due
from services.contracts.months import Month
from services.contracts.payroll import (
    AttendanceSheetConfirmed,
    BankAccountChanged,
    CertificateExpired,
    CertificateRecorded,
    ContributionBaseSet,
    OfficerAppointed,
    OfficerPhoneChanged,
    OfficerTakenOver,
)
from services.contracts.sealed import Clear
from services.payroll.domain.attendance import ConfirmAttendance, SheetLine
from services.payroll.domain.officer import (
    CancelAbsence,
    ChangeBankAccount,
    ChangePhone,
    DeclareTaxStanding,
    Excepted,
    ExpireCertificate,
    Held,
    Officer,
    RecordAbsence,
    RecordCertificate,
    RecordContract,
    RecordExit,
    RevokeCertificate,
    SetContributionBase,
)
from services.payroll.domain.pay_inputs import timeline_of
from services.payroll.pay import Absent, due
from services.payroll.projections.officers import OfficerRow
from services.payroll.projections.posts import TownPostsRow
from services.payroll.projections.staffing import staffing
from tests.unit.payroll_posts_world import (
    CASEWORKER,
    EVIDENCE,
    NOON,
    TOWN,
    appoint,
    establish,
    reserve,
    resident_id,
    terms,
)
from tests.unit.test_payroll_cases import (
    MARCH,
    PACKS,
    TAKE_OVER_AT,
    Ledger,
    approved,
    budget,
    staffed,
    take_over,
    yuan,
)
from tests.unit.test_payroll_models import folded

HELD = Held(number="2025A0001", qualification="assistant", issued_on=date(2025, 6, 1), document="示例证1号")
ROUND = Excepted(rule="recruitment", reason="示例：专题会议", document="示例纪要2号")
DIPLOMA = Excepted(rule="diploma", reason="示例：偏远镇街无人报名", document="示例批复3号")


def kept() -> Ledger:
    ledger = establish(Ledger())
    ledger.tell(take_over("O001"), CASEWORKER, TAKE_OVER_AT)
    ledger.tell(reserve("O101", 1), CASEWORKER, NOON)
    return ledger


def full() -> Ledger:
    """Two incumbents, who fill the posts of their town."""
    ledger = establish(Ledger())
    ledger.tell(take_over("O001"), CASEWORKER, TAKE_OVER_AT)
    ledger.tell(take_over("O002", education="高中"), CASEWORKER, TAKE_OVER_AT)
    return ledger


def officer_of(ledger: Ledger, number: str = "O001") -> Officer:
    state = ledger.states[f"officer:{number}"]
    assert isinstance(state, Officer)
    return state


# ---- the diploma rule binds new appointments only


@pytest.mark.parametrize(
    ("education", "exceptions", "code"),
    [
        ("初中", (ROUND,), "diploma-too-low"),
        ("高中", (ROUND,), "diploma-too-low"),
        ("中专", (ROUND,), "diploma-too-low"),
        ("大专", (ROUND,), ""),
        ("本科", (ROUND,), ""),
        ("高中", (ROUND, DIPLOMA), ""),
        ("高中", (ROUND, Excepted(rule="diploma", reason=" ", document="示例")), "text-missing"),
        ("高中", (ROUND, Excepted(rule="diploma", reason="示例", document="")), "text-missing"),
        ("大专", (), "recruitment-missing"),
        ("自学", (ROUND,), "not-on-list"),
    ],
)
def test_a_new_appointment_takes_a_college_diploma_or_a_recorded_exception(
    education: str, exceptions: tuple[Excepted, ...], code: str
) -> None:
    ledger, command = kept(), appoint(education=education, exceptions=exceptions)
    if code:
        assert ledger.refuses(code, command, CASEWORKER, NOON)
        return
    ledger.tell(command, CASEWORKER, NOON)
    (fact,) = ledger.facts(OfficerAppointed)
    assert tuple(one.rule for one in fact.exceptions) == tuple(one.rule for one in exceptions)


def test_an_incumbent_keeps_the_diploma_there_is() -> None:
    ledger = Ledger()
    ledger.tell(take_over("O001", education="高中"), CASEWORKER, TAKE_OVER_AT)
    assert folded(ledger)["officers", "O001"].education == "高中"


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("person-differs", {"resident_id": resident_id(2)}),
        ("resident-id-invalid", {"resident_id": "500101199001010010"}),
        ("not-on-list", {"position": "emperor"}),
        ("not-on-list", {"contract": terms(mode="handshake")}),
        ("out-of-order", {"contract": terms(from_on=date(2026, 3, 2))}),
        ("out-of-order", {"contract": terms(until_on=date(2025, 1, 1))}),
        ("not-on-list", {"certificates": (msgspec.structs.replace(HELD, qualification="none"),)}),
        ("time-in-future", {"certificates": (msgspec.structs.replace(HELD, issued_on=date(2027, 1, 1)),)}),
        ("text-missing", {"name": " "}),
        ("account-in-use", {"bank_account": "62220000001"}),
        ("not-selected", {"round_no": "XP-9", "candidate_no": "K1"}),
    ],
)
def test_an_appointment_that_does_not_hold_is_refused(code: str, changes: dict[str, Any]) -> None:
    assert kept().refuses(code, appoint(**changes), CASEWORKER, NOON)


def test_an_appointment_seals_the_person_and_begins_pay_with_the_first_months_wage_as_base() -> None:
    ledger = kept()
    ledger.tell(appoint(certificates=(HELD,), major="社会工作", appointed_on=date(2026, 3, 10)), CASEWORKER, NOON)
    (fact,), (certificate,) = ledger.facts(OfficerAppointed), ledger.facts(CertificateRecorded)
    sealed = (fact.name, fact.resident_id, fact.phone, fact.bank_account, certificate.number)
    assert all(isinstance(one, Clear) and one.person == fact.person for one in sealed)
    assert fact.preferred
    # base 2,400 + member 0 + no years + assistant 100 + performance 600, a whole month's
    assert fact.contribution_base_fen == yuan("3,100.00")
    timeline = timeline_of(officer_of(ledger, "O101"), MARCH)
    assert timeline.paid_through_month == Month(2026, 2)
    first = due(timeline, PACKS, MARCH)
    assert first is not None
    assert [one.post_days for one in first.basis.posts] == [22]


def test_taken_over_with_papers_years_count_from_the_first_service_and_certificates_expire() -> None:
    held = msgspec.structs.replace(HELD, expires_on=date(2026, 12, 31))
    brought = take_over(
        "O001", qualification="assistant", qualified_on=HELD.issued_on, certificates=(held,),
        service_from_on=date(2012, 7, 1), tenure_document="示例工龄认定1号", contract=terms(mode="direct_post"),
    )  # fmt: skip
    ledger = Ledger()
    ledger.tell(brought, CASEWORKER, TAKE_OVER_AT)
    (fact,) = ledger.facts(OfficerTakenOver)
    assert isinstance(fact.certificates[0].number, Clear)
    timeline = timeline_of(officer_of(ledger), MARCH)
    assert timeline.service_from_on == date(2012, 7, 1)
    assert [one.until_on for one in timeline.certificates] == [date(2026, 12, 31)]
    assert timeline.posts[0].contract_mode == "direct_post"
    row: OfficerRow = folded(ledger)["officers", "O001"]
    assert (row.payer, row.contract_conflict) == ("区民政局（国库集中支付）", "财政部令第102号第十条第（五）项")
    assert ledger.refuses("text-missing", msgspec.structs.replace(brought, officer="O002", tenure_document=""))
    differs = msgspec.structs.replace(brought, officer="O002", qualification="senior")
    assert ledger.refuses("certificates-differ", differs)


# ---- certificates


def test_a_certificate_counts_until_it_expires_is_renewed_or_revoked() -> None:
    ledger = kept()
    first = msgspec.structs.replace(HELD, expires_on=date(2026, 5, 31))
    ledger.tell(RecordCertificate(officer="O001", held=first), CASEWORKER, NOON)
    assert ledger.tell(RecordCertificate(officer="O001", held=first), CASEWORKER, NOON) == ()
    (pseudonym,) = officer_of(ledger).certificates
    clock: Due = folded(ledger)["due", f"O001/{pseudonym}"]
    expire = decoder_of(ExpireCertificate).decode(clock.command)
    assert clock.due_at.astimezone(CHINA) == datetime(2026, 6, 1, tzinfo=CHINA)
    assert ledger.refuses("not-expired", expire, "timer:payroll", datetime(2026, 5, 31, 23, tzinfo=CHINA))
    assert ledger.tell(expire, "timer:payroll", datetime(2026, 6, 1, tzinfo=CHINA)) == tuple(
        ledger.facts(CertificateExpired)
    )
    assert ledger.tell(expire, "timer:payroll", datetime(2026, 6, 2, tzinfo=CHINA)) == ()
    renewed = msgspec.structs.replace(first, expires_on=date(2029, 5, 31))
    ledger.tell(RecordCertificate(officer="O001", held=renewed), CASEWORKER, NOON)
    assert ledger.tell(expire, "timer:payroll", datetime(2026, 6, 3, tzinfo=CHINA)) == ()
    assert folded(ledger)["certificates", f"O001/{pseudonym}"].status == "valid"
    revoke = RevokeCertificate(
        officer="O001", certificate=pseudonym, invalid_from_on=date(2026, 3, 1), reason="证书有误", document="示例"
    )
    ledger.tell(revoke, CASEWORKER, NOON)
    assert [one.until_on for one in officer_of(ledger).certificates.values()] == [date(2026, 2, 28)]
    ledger.tell(msgspec.structs.replace(revoke, invalid_from_on=date(2025, 6, 1)), CASEWORKER, NOON)
    assert officer_of(ledger).certificates == {}
    assert ledger.refuses("certificate-unknown", revoke, CASEWORKER, NOON)
    assert ("due", f"O001/{pseudonym}") not in folded(ledger)


def test_a_revoked_certificate_leaves_the_one_issued_before_it() -> None:
    """What is shown of an officer goes back to the certificate that still counts, and to none after the last."""
    ledger = kept()
    newer = msgspec.structs.replace(HELD, number="2025A0002", qualification="senior", issued_on=date(2025, 9, 1))
    for held in (HELD, newer):
        ledger.tell(RecordCertificate(officer="O001", held=held), CASEWORKER, NOON)
    shown = [folded(ledger)["officers", "O001"].qualification]
    for fact in reversed(ledger.facts(CertificateRecorded)):
        revoke = RevokeCertificate(
            officer="O001",
            certificate=fact.certificate,
            invalid_from_on=fact.issued_on,
            reason="证书有误",
            document="示例",
        )
        ledger.tell(revoke, CASEWORKER, NOON)
        shown.append(folded(ledger)["officers", "O001"].qualification)
    assert shown == ["senior", "assistant", "none"]


# ---- contract, base, account


def test_a_contract_shows_what_its_mode_means_and_pay_follows_from_its_day() -> None:
    ledger = kept()
    ledger.tell(
        RecordContract(officer="O001", contract=terms(mode="direct_post", from_on=date(2026, 4, 1))), CASEWORKER, NOON
    )
    assert [(one.contract_mode, one.from_on) for one in officer_of(ledger).posts] == [
        ("service_contract", date(2020, 5, 1)), ("direct_post", date(2026, 4, 1)),
    ]  # fmt: skip
    early = RecordContract(officer="O001", contract=terms(from_on=date(2020, 4, 30)))
    assert ledger.refuses("out-of-order", early, CASEWORKER, NOON)


def base(**changes: Any) -> SetContributionBase:
    plain = SetContributionBase(officer="O001", from_month=Month(2027, 1), wage_year=2026, document="示例核定1号")
    return msgspec.structs.replace(plain, **changes)


def test_the_base_of_a_year_is_proposed_from_what_was_paid_in_the_year_before() -> None:
    """March 2026 was paid with 3,150.00 gross; one month of twelve is no year's average without a reason."""
    ledger = approved(staffed((take_over("O001"),), (budget(),)))
    assert ledger.refuses("base-unexplained", base(), CASEWORKER, NOON)
    ledger.tell(base(reason="接续前月份由原单位发放，按同一标准"), CASEWORKER, NOON)
    (fact,) = ledger.facts(ContributionBaseSet)
    assert (fact.base_fen, fact.proposed_fen, fact.months, fact.wages_fen) == (
        yuan("3,150.00"), yuan("3,150.00"), 1, yuan("3,150.00"),
    )  # fmt: skip
    bases = timeline_of(officer_of(ledger), MARCH).bases
    assert [(one.from_month, one.base_fen) for one in bases] == [
        (Month(2020, 5), yuan("4,232.00")), (Month(2027, 1), yuan("3,150.00")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("wage-year-wrong", {"wage_year": 2025}),
        ("wages-unknown", {}),
        ("base-unexplained", {"base_fen": yuan("5,000.00")}),
        ("text-missing", {"document": " "}),
    ],
)
def test_a_base_without_ground_is_refused(code: str, changes: dict[str, Any]) -> None:
    """`wages` sent by the caller count for nothing: the edge knows of none."""
    assert kept().refuses(code, base(**changes), CASEWORKER, NOON)


def test_an_account_changes_on_record_and_never_to_another_officers() -> None:
    ledger = full()
    theirs = ChangeBankAccount(officer="O001", bank_account="62220000002", document="示例申请1号")
    assert ledger.refuses("account-in-use", theirs, CASEWORKER, NOON)
    mine = msgspec.structs.replace(theirs, bank_account="62220000001")
    assert ledger.tell(mine, CASEWORKER, NOON) == ()
    old = officer_of(ledger).bank_account_pseudonym
    ledger.tell(msgspec.structs.replace(theirs, bank_account="62229999999"), CASEWORKER, NOON)
    (fact,) = ledger.facts(BankAccountChanged)
    assert isinstance(fact.bank_account, Clear)
    assert (fact.bank_account.group, fact.previous_pseudonym) == ("retention", old)
    assert officer_of(ledger).bank_account_pseudonym == fact.bank_account_pseudonym
    gone = RecordExit(officer="O002", last_day_on=date(2026, 3, 20), reason="resigned", document="示例1号")
    ledger.tell(gone, CASEWORKER, NOON)
    ledger.tell(theirs, CASEWORKER, NOON)
    assert folded(ledger)["officers", "O001"].account_changed_on == date(2026, 3, 16)


def test_a_phone_is_one_however_it_is_written_and_another_is_on_record_sealed() -> None:
    ledger = full()
    same = ChangePhone(officer="O001", phone="+86 138-0000-０００１", document="示例申请1号")
    first = officer_of(ledger).phone_pseudonym
    assert first != officer_of(ledger, "O002").phone_pseudonym
    assert ledger.tell(same, CASEWORKER, NOON) == ()
    assert ledger.refuses("text-missing", msgspec.structs.replace(same, phone="无"), CASEWORKER, NOON)
    ledger.tell(msgspec.structs.replace(same, phone="13700000001 "), CASEWORKER, NOON)
    (fact,) = ledger.facts(OfficerPhoneChanged)
    assert fact.phone == Clear(person=officer_of(ledger).person, group="identity", text="13700000001")
    assert (fact.previous_pseudonym, fact.phone_pseudonym) == (first, officer_of(ledger).phone_pseudonym)
    assert fact.phone_pseudonym != first


# ---- leave, absence, attendance


def absence(**changes: Any) -> RecordAbsence:
    plain = RecordAbsence(
        officer="O001", town="T01", absence_no="Q1", kind="sick", from_on=date(2026, 3, 9), until_on=date(2026, 3, 11),
        evidence_sha256=EVIDENCE,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def test_an_absence_is_recorded_corrected_and_cancelled_by_facts() -> None:
    ledger = kept()
    ledger.tell(absence(), TOWN, NOON)
    assert ledger.tell(absence(), TOWN, NOON) == ()
    assert ledger.refuses("text-missing", absence(until_on=date(2026, 3, 12)), TOWN, NOON)
    ledger.tell(absence(until_on=date(2026, 3, 12), corrects="医嘱多休一天"), TOWN, NOON)
    version = officer_of(ledger).version
    assert timeline_of(officer_of(ledger), MARCH).absences == (
        Absent(from_on=date(2026, 3, 9), until_on=date(2026, 3, 12), behind=version, kind="sick"),
    )
    assert folded(ledger)["absences", "O001/Q1"].corrected == 1
    ledger.tell(CancelAbsence(officer="O001", town="T01", absence_no="Q1", reason="未休"), TOWN, NOON)
    assert timeline_of(officer_of(ledger), MARCH).absences == ()
    assert folded(ledger)["absences", "O001/Q1"].status == "cancelled"


@pytest.mark.parametrize(
    ("code", "command"),
    [
        ("not-on-list", absence(absence_no="Q2", kind="hangover")),
        ("not-on-list", absence(absence_no="Q2", from_on=date(2026, 3, 12), until_on=None, grounds=("further_child",))),
        ("out-of-order", absence(absence_no="Q2", until_on=date(2026, 3, 8))),
        ("absence-overlaps", absence(absence_no="Q2", from_on=date(2026, 3, 11), until_on=None)),
        ("wrong-town", absence(absence_no="Q2", town="T02", from_on=date(2026, 3, 16), until_on=None)),
        ("wrong-town", CancelAbsence(officer="O001", town="T02", absence_no="Q1", reason="示例")),
        ("not-on-post", absence(absence_no="Q2", from_on=date(2020, 4, 30))),
        ("absence-unknown", CancelAbsence(officer="O001", town="T01", absence_no="Q9", reason="示例")),
    ],
)
def test_absences_that_cannot_be(code: str, command: Command) -> None:
    ledger = kept()
    ledger.tell(absence(), TOWN, NOON)
    assert ledger.refuses(code, command, TOWN, NOON)


def test_a_ground_lengthens_an_absence_and_is_kept_as_often_as_it_holds() -> None:
    ledger, twins = kept(), ("further_child", "further_child")
    birth = absence(kind="maternity", until_on=date(2026, 6, 30), grounds=twins)
    ledger.tell(birth, TOWN, NOON)
    assert ledger.tell(birth, TOWN, NOON) == ()
    ledger.tell(msgspec.structs.replace(birth, grounds=twins[:1], corrects="单胎多一子"), TOWN, NOON)
    assert officer_of(ledger).absences["Q1"].grounds == twins[:1]


def test_a_tax_years_standing_is_declared_whole() -> None:
    ledger = kept()
    half = DeclareTaxStanding(officer="O001", year=2026, last_year_months=12, document="示例申报1号")
    assert ledger.refuses("last-year-incomplete", half, CASEWORKER, NOON)
    ledger.tell(msgspec.structs.replace(half, last_year_income_fen=yuan("38,000.00")), CASEWORKER, NOON)
    ledger.tell(DeclareTaxStanding(officer="O001", year=2026, first_job=True, document="示例申报2号"), CASEWORKER, NOON)
    assert [(one.first_job, one.last_year_months) for one in officer_of(ledger).tax_standings] == [
        (False, 12),
        (True, None),
    ]


def sheet(*lines: SheetLine, **changes: Any) -> ConfirmAttendance:
    plain = ConfirmAttendance(month=Month(2026, 3), town="T01", lines=lines, sheet_sha256=EVIDENCE)
    return msgspec.structs.replace(plain, **changes)


def test_a_sheet_has_everybody_on_a_post_once_and_names_absences_that_nobody_recorded() -> None:
    ledger = full()
    ledger.tell(absence(), TOWN, NOON)
    april = datetime(2026, 4, 1, 9, tzinfo=CHINA)
    one, two = SheetLine(officer="O001", present_days=19, absent_days=3), SheetLine(officer="O002", present_days=20)
    late = msgspec.structs.replace(two, absent_days=2)
    assert ledger.refuses("month-not-over", sheet(one, two), TOWN, NOON)
    assert ledger.refuses("attendance-incomplete", sheet(one), TOWN, april)
    other = SheetLine(officer="O009", present_days=1)
    assert ledger.refuses("not-on-post", sheet(one, two, other), TOWN, april)
    assert ledger.refuses("officer-twice", sheet(one, two, two), TOWN, april)
    ledger.tell(sheet(one, late), TOWN, april)
    (fact,) = ledger.facts(AttendanceSheetConfirmed)
    assert (fact.unexplained, fact.confirmed_by) == (("O002",), TOWN)
    assert ledger.tell(sheet(one, late), TOWN, april) == ()
    anew = sheet(one, two, sheet_sha256="b" * 64)
    assert ledger.refuses("text-missing", anew, TOWN, april)
    ledger.tell(msgspec.structs.replace(anew, corrects="漏记出勤"), TOWN, april)
    assert folded(ledger)["attendance", "2026-03-T01"].confirmed_times == 2


# ---- staffing


def test_staffing_by_town_counts_tenure_turnover_and_qualifications_as_of_a_day() -> None:
    ledger = full()
    gone = RecordExit(officer="O002", last_day_on=date(2026, 3, 10), reason="resigned", document="示例1号")
    ledger.tell(gone, CASEWORKER, NOON)
    ledger.tell(reserve("O101", 1), CASEWORKER, NOON)
    ledger.tell(appoint(certificates=(HELD,), appointed_on=date(2026, 3, 11)), CASEWORKER, NOON)
    rows = folded(ledger)
    officers = [row for (name, _), row in rows.items() if name == "officers"]
    posts: dict[str, TownPostsRow] = {key: row for (name, key), row in rows.items() if name == "posts_by_town"}
    first, *others = staffing(officers, posts, date(2026, 3, 16))
    assert (first.posts, first.filled, first.vacant, first.officers) == (2, 2, 0, 2)
    # 70 months since May 2020, none since March 2026
    assert (first.tenure_months_average, first.tenure_under_a_year) == (35, 1)
    assert (first.joined_this_year, first.left_this_year, first.turnover_permille) == (1, 1, 333)
    assert first.qualifications == {"assistant": 1, "none": 1}
    assert [one.vacant for one in others] == [2, 2]
