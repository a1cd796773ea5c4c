"""Irregularities in officers' pay and work: off post, without certificate, absent, borrowed, moved, on a forged account."""

import random
from datetime import date, timedelta

import msgspec

from services.contracts.casework import VisitCompleted, WorkRecorded
from services.contracts.months import Month
from services.contracts.payroll import (
    AbsenceCancelled,
    AbsenceDays,
    AbsenceRecorded,
    AttendanceLine,
    AttendanceSheetConfirmed,
    BankAccountChanged,
    CertificateRecorded,
    CertificateRevoked,
    OfficerContract,
    OfficerContractRecorded,
    OfficerLeft,
    OfficerPhoneChanged,
    ReassignmentApproved,
    ReassignmentReported,
)
from tests.contract.golden import made
from tests.fraud.corpus import Corpus
from tests.fraud.forging import (
    PAYDAY,
    SEPTEMBER,
    Forged,
    at,
    officer,
    paid,
    pair,
    part,
    replace,
    slip_of,
)


@pair("paid_off_post")
def after_leaving(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Gone before the month, or in its course and paid whole. Innocent: whole month on post; leave that the slip knows nothing of."""
    last_day = date(2025, 8, 1) + timedelta(days=rng.randrange(58))
    gone = officer(corpus, made(OfficerLeft, last_day_on=last_day))
    paid(corpus, slip_of(corpus, gone))
    later = officer(corpus, made(OfficerLeft, last_day_on=last_day))
    paid(corpus, slip_of(corpus, Forged(later.number, 1)))
    return gone.subject, later.subject


@pair("paid_off_post")
def before_joining(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Paid for the month before the appointment, or whole for the days since. Innocent: for the days since alone."""
    joined = date(2025, 9, 2) + timedelta(days=rng.randrange(60))
    early = officer(corpus, appointed_on=joined)
    paid(corpus, slip_of(corpus, early))
    day = rng.randint(2, 29)
    right = officer(corpus, appointed_on=date(2025, 9, day))
    slip, days = slip_of(corpus, right), 31 - day
    (basis,) = slip.bases
    paid(corpus, replace(slip, bases=(replace(basis, posts=(replace(basis.posts[0], post_days=days),)),)))
    return early.subject, right.subject


@pair("paid_off_post")
def ghost(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """A slip for an officer of whom the log has no other fact."""
    nobody = Forged(f"O{8000 + corpus.number()}", rng.randint(0, 5))
    paid(corpus, slip_of(corpus, nobody))
    return (nobody.subject,)


def _allowance(corpus: Corpus, who: Forged) -> None:
    slip = slip_of(corpus, who)
    (basis,) = slip.bases
    lines = (*slip.lines, part("qualification", 10000))
    paid(corpus, replace(slip, lines=lines, bases=(replace(basis, qualification="assistant"),)))


@pair("allowance_without_certificate")
def uncertified(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """None, of another kind, too late, run out, revoked. Innocent: in force; renewed after it ran out; taken over."""
    issued = date(2022, 1, 1) + timedelta(days=rng.randrange(900))

    def held(**changes: object) -> CertificateRecorded:
        ordinary: dict[str, object] = {
            "certificate": "p_c", "qualification": "assistant", "issued_on": issued, "expires_on": None
        }  # fmt: skip
        return made(CertificateRecorded, **(ordinary | changes))

    faults = (
        (),
        (held(qualification="social_worker"),),
        (held(issued_on=date(2025, 9, 1 + rng.randrange(20))),),
        (held(expires_on=date(2025, 8, 1 + rng.randrange(30))),),
        (held(), made(CertificateRevoked, certificate="p_c", invalid_from_on=date(2025, 9, rng.randint(1, 30)))),
    )
    guilty = officer(corpus, *rng.choice(faults))
    _allowance(corpus, guilty)
    right = officer(corpus, held(expires_on=date(2025, 8, 30)), held(expires_on=date(2028, 8, 30)))
    _allowance(corpus, right)
    taken = officer(corpus, qualification="assistant", qualified_on=issued)
    _allowance(corpus, taken)
    return guilty.subject, right.subject, taken.subject


@pair("paid_despite_absence")
def paid_whole(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Working days of sick or unpaid leave that the slip does not count. Innocent: counted, cancelled, annual leave, a weekend."""
    first = date(2025, 9, rng.choice((1, 8, 15, 22)))
    days = rng.randint(1, 5)
    away = made(
        AbsenceRecorded, absence_no="Q1", kind=rng.choice(("sick", "unpaid", "absent")), from_on=first,
        until_on=first + timedelta(days=days - 1), grounds=(),
    )  # fmt: skip
    guilty = officer(corpus, away)
    paid(corpus, slip_of(corpus, guilty))
    counted = officer(corpus, away)
    slip = slip_of(corpus, counted)
    (basis,) = slip.bases
    lost = AbsenceDays(kind=away.kind, workdays=days, pay_permille=600, behind_version=2)
    paid(corpus, replace(slip, bases=(replace(basis, absences=(lost,)),)))
    cancelled = officer(corpus, away, made(AbsenceCancelled, absence_no="Q1"))
    paid(corpus, slip_of(corpus, cancelled))
    holiday = officer(corpus, replace(away, kind="annual_leave"))
    paid(corpus, slip_of(corpus, holiday))
    weekend = officer(corpus, replace(away, from_on=date(2025, 9, 6), until_on=date(2025, 9, 7)))
    paid(corpus, slip_of(corpus, weekend))
    return guilty.subject, counted.subject, cancelled.subject, holiday.subject, weekend.subject


def _contract(from_on: date, until_on: date | None) -> OfficerContract:
    return made_contract(contract_no="HT-F", from_on=from_on, until_on=until_on)


def made_contract(**changes: object) -> OfficerContract:
    return msgspec.structs.replace(made(OfficerContractRecorded).contract, **changes)


@pair("contract_expired_paid")
def without_contract(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Run out before the month. Innocent: renewed since; runs out within the month; has no end."""
    ended = date(2025, 8, 31) - timedelta(days=rng.randrange(200))
    guilty = officer(corpus, contract=_contract(date(2022, 1, 1), ended))
    paid(corpus, slip_of(corpus, guilty))
    renewed = made(OfficerContractRecorded, contract=_contract(ended + timedelta(days=1), None))
    again = officer(corpus, renewed, contract=_contract(date(2022, 1, 1), ended))
    paid(corpus, slip_of(corpus, again))
    within = officer(corpus, contract=_contract(date(2022, 1, 1), date(2025, 9, rng.randint(1, 30))))
    paid(corpus, slip_of(corpus, within))
    return guilty.subject, again.subject, within.subject


@pair("account_changed_before_run")
def new_account(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Changed up to five days before the draft. Innocent: six and more days before; changed, and pay still goes to the old one."""

    def changed(days: int) -> Forged:
        change = made(BankAccountChanged, town="T01", bank_account_pseudonym=f"p_new_{corpus.number()}")
        return officer(corpus, change, later_at=PAYDAY - timedelta(days=days, hours=2))

    def pay(who: Forged, *, to_new: bool) -> None:
        change = corpus.about(who.subject)[-1].fact
        assert isinstance(change, BankAccountChanged)
        account = change.bank_account_pseudonym if to_new else f"p_account_{who.number}"
        paid(corpus, slip_of(corpus, who, bank_account_pseudonym=account))

    guilty, early, unused = changed(rng.randint(0, 5)), changed(rng.randint(6, 40)), changed(rng.randint(0, 5))
    pay(guilty, to_new=True)
    pay(early, to_new=True)
    pay(unused, to_new=False)
    return guilty.subject, early.subject, unused.subject


@pair("account_on_two_files")
def one_account(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Another officer's account, by appointment or by change. Innocent: an account its holder gave up before, or left with."""
    first = officer(corpus)
    account = f"p_account_{first.number}"
    change = made(BankAccountChanged, town="T01", bank_account_pseudonym=account)
    guilty = officer(corpus, change) if rng.random() < 0.5 else officer(corpus, bank_account_pseudonym=account)
    gone = officer(corpus, made(OfficerLeft, last_day_on=date(2025, 4, 30)), later_at=at(date(2025, 4, 30)))
    given_up = replace(change, bank_account_pseudonym=f"p_account_{gone.number}")
    return guilty.subject, officer(corpus, given_up, later_at=at(date(2025, 6, 1))).subject


@pair("phone_on_two_files")
def one_phone(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Another officer's phone, by take-over or by change. Innocent: one given up before, one whose holder left, none recorded."""
    phones = [f"p_phone_{corpus.number()}" for _ in range(3)]
    change, ended = made(OfficerPhoneChanged, town="T01", phone_pseudonym=phones[0]), at(date(2025, 4, 30))
    held = officer(corpus, phone_pseudonym=phones[0])
    officer(corpus, replace(change, phone_pseudonym=f"{phones[1]}_new"), later_at=ended, phone_pseudonym=phones[1])
    officer(corpus, made(OfficerLeft, last_day_on=date(2025, 4, 30)), later_at=ended, phone_pseudonym=phones[2])
    guilty = officer(corpus, change) if rng.random() < 0.5 else officer(corpus, phone_pseudonym=phones[0])
    heirs = [
        officer(corpus, replace(change, phone_pseudonym=phone), later_at=at(date(2025, 6, 1))) for phone in phones[1:]
    ]
    unrecorded = [officer(corpus, phone_pseudonym="") for _ in range(2)]
    return guilty.subject, *(one.subject for one in (held, *heirs, *unrecorded))


def _work(rng: random.Random, who: Forged, town: str, day: date) -> VisitCompleted | WorkRecorded:
    if rng.random() < 0.5:
        return made(WorkRecorded, officer=who.number, town=town, worked_on=day)
    hour = rng.randint(9, 16)
    return made(
        VisitCompleted, officer=who.number, town=town, started_at=at(day, hour), ended_at=at(day, hour, 30),
        visit_no=f"V-{who.number}-{day}",
    )  # fmt: skip


def _logged(corpus: Corpus, rng: random.Random, who: Forged, town: str, day: date) -> None:
    work = _work(rng, who, town, day)
    about = who.subject if isinstance(work, WorkRecorded) else f"household:F-H{corpus.number():05d}"
    corpus.add(about, work, at=at(day, 18))


@pair("work_elsewhere")
def borrowed(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Work logged for another town. Innocent: after a move that the bureau approved, and for a duty it approved."""
    day = date(2025, 9, 1) + timedelta(days=rng.randrange(60))
    town = rng.choice(("T13", "T15"))
    guilty = officer(corpus)
    _logged(corpus, rng, guilty, town, day)
    report = made(ReassignmentReported, report_no="R1", kind="duty", from_town="T01", to_town=town)
    moved = made(ReassignmentApproved, report_no="", kind="move", town=town, effective_on=day)
    right = officer(corpus, moved)
    _logged(corpus, rng, right, town, day)
    duty = made(ReassignmentApproved, report_no="R1", kind="duty", town="T01", effective_on=day)
    helping = officer(corpus, report, duty)
    _logged(corpus, rng, helping, town, day)
    return guilty.subject, right.subject, helping.subject


@pair("work_while_absent")
def at_work_after_all(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Work on a day of leave. Innocent: the day before; a leave that was cancelled or corrected to days at work."""
    first = date(2025, 9, 1) + timedelta(days=rng.randrange(40))
    away = made(AbsenceRecorded, absence_no="Q1", kind="sick", from_on=first, until_on=first + timedelta(days=3))
    guilty = officer(corpus, away)
    _logged(corpus, rng, guilty, "T01", first + timedelta(days=rng.randint(0, 3)))
    before = officer(corpus, away)
    _logged(corpus, rng, before, "T01", first - timedelta(days=1))
    corrected = officer(corpus, away, replace(away, kind="present", corrects="实为出勤"))
    _logged(corpus, rng, corrected, "T01", first)
    cancelled = officer(corpus, away, made(AbsenceCancelled, absence_no="Q1"))
    _logged(corpus, rng, cancelled, "T01", first)
    return guilty.subject, before.subject, corrected.subject, cancelled.subject


@pair("unapproved_move")
def undecided(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Reported and never decided. Innocent: approved, late as it may be; reported a few days ago."""
    kind = rng.choice(("move", "duty"))
    report = made(
        ReassignmentReported, report_no="R1", kind=kind, from_town="T01", to_town="T13", since_on=date(2025, 8, 1)
    )
    approval = made(ReassignmentApproved, report_no="R1", kind=kind, town="T01", effective_on=date(2025, 8, 1))
    guilty = officer(corpus, report, later_at=at(date(2025, 8, 1 + rng.randrange(28))))
    decided = officer(corpus, report, approval)
    recent = officer(corpus, report, later_at=at(date(2026, 3, rng.randint(5, 30))))
    return guilty.subject, decided.subject, recent.subject


def _sheet(corpus: Corpus, month: Month, *lines: AttendanceLine, unexplained: tuple[str, ...] = ()) -> str:
    subject = f"attendance:F{corpus.number()}-{month}"
    fact = made(AttendanceSheetConfirmed, month=month, town="T01", lines=lines, unexplained=unexplained)
    corpus.add(subject, fact, at=at(month.plus(1).first_day))
    return subject


def _line(officer_no: str, present: int, absent: int) -> AttendanceLine:
    return AttendanceLine(officer=officer_no, present_days=present, absent_days=absent, known_absence_count=0)


@pair("sheet_impossible")
def too_many_days(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """More days than the month's working days by the State Council's notice. Innocent: exactly as many, a make-up day among them."""
    month, workdays = rng.choice(((Month(2025, 9), 23), (Month(2025, 10), 18), (Month(2025, 6), 20)))
    absent = rng.randint(0, 4)
    guilty = _sheet(
        corpus, month, _line("O001", workdays, 0), _line("O002", workdays - absent + rng.randint(1, 3), absent)
    )
    return guilty, _sheet(corpus, month, _line("O001", workdays - absent, absent))


@pair("absence_unexplained")
def nobody_asked(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Absent by the sheet, nothing recorded since. Innocent: a leave was recorded after the sheet."""
    guilty = officer(corpus)
    day = date(2025, 9, rng.randint(1, 28))
    explained = officer(
        corpus,
        made(AbsenceRecorded, absence_no="Q1", kind="sick", from_on=day, until_on=day),
        later_at=at(date(2025, 10, 9)),
    )
    return (
        _sheet(corpus, SEPTEMBER, _line(guilty.number, 20, 2), unexplained=(guilty.number,)),
        _sheet(corpus, SEPTEMBER, _line(explained.number, 20, 2), unexplained=(explained.number,)),
    )
