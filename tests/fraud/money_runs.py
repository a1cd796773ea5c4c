"""Irregularities in runs: paid twice, checked by the approver, sent unfunded or otherwise than owed, declared late, rates that reach back."""

import random
from datetime import date, datetime, timedelta

from services.contracts.deciding import CHINA
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    BankFileIssued,
    BankFileWithdrawn,
    BankLineHeld,
    BankReturnImported,
    DeclaredInsurance,
    HeldLineDecided,
    InsuranceDeclared,
    PayLine,
    PaymentReturned,
    PaymentSettled,
    PayslipComputed,
    RemittanceRecorded,
    RulePackAdopted,
    RunApproved,
    RunClosed,
    RunDiscarded,
    RunDrafted,
    SlipReversed,
    TaxDeclared,
)
from tests.contract.golden import made
from tests.fraud.corpus import Corpus
from tests.fraud.forging import PAYDAY, SEPTEMBER, Forged, approved_run, at, paid, pair, replace, said, slip_of

NEXT_DAY = PAYDAY + timedelta(days=1)
# A month that is declared in this system, and an instant when its last day has passed.
APRIL = Month(2026, 4)
APRIL_PAYDAY = datetime(2026, 4, 10, 16, tzinfo=CHINA)
IN_TIME, TOO_LATE = datetime(2026, 5, 12, 9, tzinfo=CHINA), datetime(2026, 5, 20, 9, tzinfo=CHINA)
LONG_AFTER = datetime(2026, 6, 30, 9, tzinfo=CHINA)


def somebody(corpus: Corpus) -> Forged:
    """An officer's number that no plant shares; a run does not ask for more."""
    return Forged(f"O{7000 + corpus.number()}", 1)


def slips(corpus: Corpus, count: int, month: Month = SEPTEMBER) -> list[PayslipComputed]:
    return [slip_of(corpus, somebody(corpus), month) for _ in range(count)]


def settled(slip: PayslipComputed) -> PaymentSettled:
    return PaymentSettled(officer=slip.officer, amount_fen=slip.net_fen, bank_reference="示例回单")


def file_of(known: list[PayslipComputed], number: int = 1, more_fen: int = 0) -> BankFileIssued:
    total_fen = Fen(sum(one.net_fen for one in known) + more_fen)
    return made(BankFileIssued, month=SEPTEMBER, line_count=len(known), total_fen=total_fen, file_no=number)


def imported(known: list[PayslipComputed], *, back: int = 0, held: int = 0, more_fen: int = 0) -> BankReturnImported:
    """The totals of a return that paid these slips; `back` and `held` lines of 2,400 yuan beside them."""
    return made(
        BankReturnImported, month=SEPTEMBER, settled_count=len(known),
        settled_fen=Fen(sum(one.net_fen for one in known) + more_fen),
        returned_count=back, returned_fen=Fen(back * 240000), held_count=held, held_fen=Fen(held * 240000),
    )  # fmt: skip


@pair("paid_twice_in_month")
def two_runs(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """A second slip of the month in another run. Innocent: the first was taken back, or thrown away with its draft."""
    guilty, reversed_one, discarded = somebody(corpus), somebody(corpus), somebody(corpus)
    for _ in range(2):
        paid(corpus, slip_of(corpus, guilty))
    run = paid(corpus, slip_of(corpus, reversed_one))
    corpus.add(run, made(SlipReversed, month=SEPTEMBER, officer=reversed_one.number), at=NEXT_DAY)
    paid(corpus, slip_of(corpus, reversed_one), NEXT_DAY + timedelta(hours=rng.randint(1, 9)))
    run = paid(corpus, slip_of(corpus, discarded))
    corpus.add(run, made(RunDiscarded, month=SEPTEMBER, officers=(discarded.number,)), at=NEXT_DAY)
    paid(corpus, slip_of(corpus, discarded), NEXT_DAY + timedelta(hours=1))
    return guilty.subject, reversed_one.subject, discarded.subject


@pair("payment_settled_twice")
def settled_again(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Paid by the bank, and once more. Innocent: sent back, and then paid; paid once each in two months."""
    twice, returned = slips(corpus, 2)
    run = approved_run(corpus, twice, returned)
    back = made(PaymentReturned, officer=returned.officer, amount_fen=returned.net_fen)
    said(corpus, run, NEXT_DAY, settled(twice), back)
    said(corpus, run, NEXT_DAY + timedelta(hours=rng.randint(1, 40)), settled(returned), settled(twice))
    return f"officer:{twice.officer}", f"officer:{returned.officer}"


@pair("run_checker_approved")
def checker(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Approved by whoever checked it. Innocent: three different people."""
    by = f"finance:F{rng.randint(2, 9)}"
    guilty = approved_run(corpus, *slips(corpus, 1), checked_by=by, approved_by=rng.choice((by, f"district-{by}")))
    return guilty, approved_run(corpus, *slips(corpus, 1), checked_by=by)


@pair("reversal_self_confirmed")
def reversal(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Asked for and confirmed by one person. Innocent: confirmed by another."""
    guilty, right = slips(corpus, 2)
    run, by = approved_run(corpus, guilty, right), f"finance:F{rng.randint(1, 9)}"
    fact = made(SlipReversed, month=SEPTEMBER, officer=guilty.officer, requested_by=by, confirmed_by=f"district-{by}")
    other = replace(fact, officer=right.officer, confirmed_by="bureau-leader:L1")
    said(corpus, run, NEXT_DAY, fact, other)
    return f"officer:{guilty.officer}", f"officer:{right.officer}"


@pair("bank_file_unfunded")
def unfunded(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Sent before approval, or before every source had set its share aside. Innocent: after both."""
    known = slips(corpus, rng.randint(1, 3))
    run = f"run:{SEPTEMBER}-F{corpus.number()}"
    approval = (
        (made(RunApproved, month=SEPTEMBER, checked_by="", approved_by="bureau-leader:L1"),)
        if rng.random() < 0.5
        else ()
    )
    said(corpus, run, PAYDAY, *known, *approval, file_of(known))
    right = approved_run(corpus, *known)
    corpus.add(right, file_of(known), at=NEXT_DAY)
    return run, right


@pair("bank_file_differs")
def other_total(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """A fen more than is owed, or a line twice. Innocent: a second file of what came back; a file anew after one was withdrawn."""
    known = slips(corpus, 3)
    guilty = approved_run(corpus, *known)
    wrong = rng.choice((file_of(known, more_fen=rng.randint(1, 90000)), file_of([*known, known[0]])))
    corpus.add(guilty, wrong, at=NEXT_DAY)
    known = slips(corpus, 3)
    right = approved_run(corpus, *known)
    back = made(PaymentReturned, officer=known[0].officer, amount_fen=known[0].net_fen)
    said(corpus, right, NEXT_DAY, file_of(known), back, settled(known[1]), file_of(known[:1], 2))
    known = slips(corpus, 2)
    again = approved_run(corpus, *known)
    said(
        corpus, again, NEXT_DAY, file_of(known), made(BankFileWithdrawn, month=SEPTEMBER, file_no=1), file_of(known, 2)
    )
    return guilty, right, again


@pair("bank_return_differs")
def other_return(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Totals above the lines. Innocent: paid, sent back and held as the totals say, in two returns; a held line applied between."""
    known = slips(corpus, 3)
    guilty = approved_run(corpus, *known)
    said(corpus, guilty, NEXT_DAY, file_of(known), *map(settled, known), imported(known, more_fen=rng.randint(1, 5000)))
    known = slips(corpus, 4)
    right = approved_run(corpus, *known)
    back = made(PaymentReturned, officer=known[1].officer, amount_fen=known[1].net_fen)
    held = made(BankLineHeld, month=SEPTEMBER, held_no="H1", officer=known[2].officer, amount_fen=Fen(240000))
    applied = made(
        HeldLineDecided, month=SEPTEMBER, held_no="H1", decision="applied", officer=known[2].officer,
        outcome="settled", amount_fen=Fen(240000),
    )  # fmt: skip
    first = (settled(known[0]), back, held, imported(known[:1], back=1, held=1))
    said(corpus, right, NEXT_DAY, file_of(known), *first, applied, settled(known[2]))
    said(corpus, right, NEXT_DAY + timedelta(days=1), settled(known[3]), imported(known[3:]))
    return guilty, right


@pair("held_line_redirected")
def redirected(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Applied to another than the bank named, or with more. Innocent: to whom it named; a line that named nobody."""
    guilty, other, right, nameless = slips(corpus, 4)
    run = approved_run(corpus, guilty, other, right, nameless)

    def held(number: str, officer: str) -> BankLineHeld:
        return made(BankLineHeld, month=SEPTEMBER, held_no=number, officer=officer, amount_fen=Fen(240000))

    def applied(number: str, officer: str, more_fen: int = 0) -> HeldLineDecided:
        return made(
            HeldLineDecided, month=SEPTEMBER, held_no=number, decision="applied", officer=officer,
            outcome="returned", amount_fen=Fen(240000 + more_fen),
        )  # fmt: skip

    named, more_fen = rng.choice(((other.officer, 0), (guilty.officer, rng.randint(1, 9000))))
    facts = (
        held("H1", named), held("H2", right.officer), held("H3", ""),
        applied("H1", guilty.officer, more_fen), applied("H2", right.officer), applied("H3", nameless.officer),
    )  # fmt: skip
    said(corpus, run, NEXT_DAY, *facts)
    return f"officer:{guilty.officer}", f"officer:{right.officer}", f"officer:{nameless.officer}"


@pair("reversals_unusual")
def taken_back(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Three and more of ten. Innocent: two of ten, below the least number."""

    def run_with(count: int) -> str:
        known = slips(corpus, 10)
        run = approved_run(corpus, *known)
        taken = [made(SlipReversed, month=SEPTEMBER, officer=one.officer) for one in known[:count]]
        said(corpus, run, NEXT_DAY, *taken, made(RunClosed, month=SEPTEMBER))
        return run

    return run_with(rng.randint(3, 9)), run_with(rng.randint(0, 2))


def insured(corpus: Corpus, count: int) -> list[PayslipComputed]:
    """Slips of April 2026 with 600 yuan of insurance and 10 of tax each, of one unit."""
    pension = PayLine(side="personal", code="pension", month=APRIL, amount_fen=Fen(20000))
    employer = PayLine(side="employer", code="pension", month=APRIL, amount_fen=Fen(40000))
    return [
        replace(one, lines=(*one.lines, pension, employer), tax_fen=Fen(1000), insured_unit="承接主体", withholding_agent="承接主体")
        for one in slips(corpus, count, APRIL)
    ]  # fmt: skip


def declarations(count: int, more_fen: int = 0, fewer: int = 0) -> tuple[InsuranceDeclared, TaxDeclared]:
    personal, employer = Fen(count * 20000), Fen(count * 40000 + more_fen)
    line = DeclaredInsurance(code="pension", personal_fen=personal, employer_fen=employer)
    return (
        made(
            InsuranceDeclared, month=APRIL, insured_unit="承接主体", person_count=count - fewer, lines=(line,),
            personal_fen=personal, employer_fen=employer,
        ),
        made(TaxDeclared, month=APRIL, withholding_agent="承接主体", person_count=count, tax_fen=Fen(count * 1000)),
    )  # fmt: skip


def remitted(count: int, last_day: date, share: int = 1) -> list[RemittanceRecorded]:
    return [
        made(RemittanceRecorded, month=APRIL, declaration=kind, unit="承接主体", amount_fen=Fen(fen // share), remitted_on=last_day)
        for kind, fen in (("insurance", count * 60000), ("tax", count * 1000))
    ]  # fmt: skip


def _later(corpus: Corpus) -> None:
    """The log goes on, so that last days have passed."""
    corpus.add(f"run:2026-06-F{corpus.number()}", made(RunDrafted, month=Month(2026, 6)), at=LONG_AFTER)


@pair("declaration_missing")
def undeclared(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Insurance or tax or both never declared. Innocent: both declared; nothing owed."""
    known = insured(corpus, rng.randint(1, 3))
    guilty = approved_run(corpus, *known, when=APRIL_PAYDAY)
    said(corpus, guilty, IN_TIME, *rng.choice(((), declarations(len(known))[:1], declarations(len(known))[1:])))
    right = approved_run(corpus, *known, when=APRIL_PAYDAY)
    said(corpus, right, IN_TIME, *declarations(len(known)))
    nothing = approved_run(corpus, *slips(corpus, 1, APRIL), when=APRIL_PAYDAY)
    _later(corpus)
    return guilty, right, nothing


@pair("declaration_differs")
def other_declaration(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Another sum, or fewer people. Innocent: a slip taken back before is not declared."""
    known = insured(corpus, 3)
    guilty = approved_run(corpus, *known, when=APRIL_PAYDAY)
    more_fen = rng.choice((0, 1, 100, -100))
    said(corpus, guilty, IN_TIME, *declarations(3, more_fen, fewer=int(more_fen == 0)))
    known = insured(corpus, 3)
    right = approved_run(corpus, *known, when=APRIL_PAYDAY)
    taken = made(SlipReversed, month=APRIL, officer=known[0].officer)
    said(corpus, right, IN_TIME, taken, *declarations(2))
    return guilty, right


@pair("remittance_late")
def unremitted(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Insurance not remitted, in part, or after its day. Innocent: in two parts, both in time."""
    known = insured(corpus, rng.randint(1, 3))
    count, in_time, late = len(known), date(2026, 5, 15), date(2026, 5, 16)
    fault = rng.randrange(3)
    guilty = approved_run(corpus, *known, when=APRIL_PAYDAY)
    insurance, tax = remitted(count, in_time)
    wrong = (
        (),
        (replace(insurance, amount_fen=Fen(insurance.amount_fen - 1)),),
        (replace(insurance, remitted_on=late),),
    )
    said(corpus, guilty, IN_TIME, *declarations(count), tax, *wrong[fault])
    right = approved_run(corpus, *insured(corpus, count), when=APRIL_PAYDAY)
    said(corpus, right, IN_TIME, *declarations(count), *remitted(count, in_time, 2), *remitted(count, in_time, 2))
    _later(corpus)
    return guilty, right


@pair("rate_change_uncorrected")
def reaching_back(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """A scale for months already approved, and no run by it. Innocent: a run by it follows; in force from a month to come."""

    def adopted(valid_from: date) -> tuple[str, str]:
        subject, version = f"rules:pay_scale_f{corpus.number()}", f"2025.F{corpus.number()}"
        fact = made(RulePackAdopted, name="pay_scale", version=version, valid_from=valid_from, content={})
        corpus.add(subject, fact, at=at(date(2025, 9, rng.randint(16, 30))))
        return subject, version

    first = date(2025, rng.randint(4, 9), 1)
    guilty, _ = adopted(first)
    corrected, version = adopted(first)
    draft = made(RunDrafted, month=Month(2025, 10), pack_version=f"pay_scale@{version} insurance@2025.1")
    corpus.add(f"run:2025-10-F{corpus.number()}", draft, at=at(date(2025, 10, 10)))
    to_come, _ = adopted(date(2025, 10, 1))
    return guilty, corrected, to_come
