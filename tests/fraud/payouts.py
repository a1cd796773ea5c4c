"""Irregularities in what is paid out: accounts, cards, lists, months that nobody was owed."""

import random
from datetime import timedelta

import msgspec

from services.contracts.casework import (
    BenefitAdjusted,
    BenefitLinesListed,
    BenefitListApproved,
    BenefitListDrafted,
    BenefitsPaid,
    BenefitsReturned,
    BenefitSuspended,
    BenefitTerminated,
    HouseholdTakenOver,
    OverpaidMonth,
    PaidLine,
    PaymentLinesIssued,
    PayoutAccountRecorded,
    RecoveryClaimed,
    ReturnedLine,
)
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import BankAccountChanged, OfficerTakenOver
from services.contracts.registry import Fact
from tests.fraud.corpus import Corpus, Line
from tests.fraud.planting import DIBAO, Planted, fact_of, found, plants

MARCH = Month(2026, 3)


def with_account(corpus: Corpus, rng: random.Random) -> tuple[Line, HouseholdTakenOver]:
    """Stock that receives, with an account on record."""
    line = corpus.take(rng, HouseholdTakenOver, lambda one: one.account is not None and one.category in DIBAO)
    return line, fact_of(line, HouseholdTakenOver)


def recorded(corpus: Corpus, line: Line, **changes: object) -> Line:
    """The household's account is recorded anew."""
    fact = fact_of(line, HouseholdTakenOver)
    assert fact.account is not None
    again = PayoutAccountRecorded(
        town=fact.town, account=msgspec.structs.replace(fact.account, **changes), recorded_by="officer:O001",
        document_sha256=f"{corpus.number():064x}", pack_version="",
    )  # fmt: skip
    return corpus.add(line.subject, again, at=line.at + timedelta(days=20))


@plants("card_without_agreement")
def card_without_agreement(corpus: Corpus, rng: random.Random) -> Planted:
    """Staff keep the card, nothing is filed. Innocent: filed, or the guardian keeps it."""
    (line, _), (other, _) = with_account(corpus, rng), with_account(corpus, rng)
    recorded(corpus, line, holder="staff", agreement_sha256="")
    recorded(corpus, other, **rng.choice(({"holder": "staff", "agreement_sha256": "a" * 64}, {"holder": "guardian"})))
    return found("card_without_agreement", line.subject, other.subject)


@plants("account_of_several")
def account_of_several(corpus: Corpus, rng: random.Random) -> Planted:
    """Two households with one account. Innocent: an account that a household had before the other got it."""
    (line, fact), (other, _) = with_account(corpus, rng), with_account(corpus, rng)
    assert fact.account is not None
    recorded(corpus, other, pseudonym=fact.account.pseudonym)
    (left, gone), (now, _) = with_account(corpus, rng), with_account(corpus, rng)
    assert gone.account is not None
    recorded(corpus, left, pseudonym=f"p_{corpus.number():020x}")
    recorded(corpus, now, pseudonym=gone.account.pseudonym)
    return found("account_of_several", min(line.subject, other.subject), min(left.subject, now.subject))


@plants("benefit_into_staff_account")
def benefit_into_staff_account(corpus: Corpus, rng: random.Random) -> Planted:
    """The benefit goes where an officer's wage goes. Innocent: where it went before the officer changed accounts."""
    (line, _), (other, _) = with_account(corpus, rng), with_account(corpus, rng)
    officer = fact_of(rng.choice(corpus.of(OfficerTakenOver)), OfficerTakenOver)
    account = f"p_{corpus.number():020x}"
    # A thirteenth officer, for twenty plants have twenty accounts.
    name = f"O9{corpus.number():03d}"
    forged = msgspec.structs.replace(
        officer, officer=name, person=f"p_{corpus.number():020x}", bank_account_pseudonym=account
    )
    hired = corpus.add(f"officer:{name}", forged, at=line.at)
    recorded(corpus, line, pseudonym=account)
    mover = msgspec.structs.replace(
        forged, officer=f"{name}M", person=f"p_{corpus.number():020x}", bank_account_pseudonym=f"{account}0"
    )
    corpus.add(f"officer:{name}M", mover, at=line.at)
    fields = {one: getattr(forged, one, None) for one in BankAccountChanged.__struct_fields__}
    moved = {"officer": f"{name}M", "bank_account_pseudonym": f"p_{corpus.number():020x}"}
    filled = {one: "" if value is None else value for one, value in (fields | moved).items()}
    filled |= {one: hired.at.date() for one in filled if one.endswith("_on")}
    corpus.add(f"officer:{name}M", BankAccountChanged(**filled), at=line.at + timedelta(days=1))
    recorded(corpus, other, pseudonym=f"{account}0")
    return found("benefit_into_staff_account", line.subject, other.subject)


# ---- lists, each plant with one of its own: a list is approved once


def own_list(corpus: Corpus, rng: random.Random) -> list[Line]:
    """A town's March list once more, under a number and of households of its own, up to what the bank paid."""
    models = sorted({line.subject for line in corpus.of(BenefitListDrafted)} - corpus.taken)
    subject = rng.choice([one for one in models if not one.endswith("-F")])
    number = corpus.number()
    lines = [
        line
        for line in corpus.about(subject)
        if isinstance(line.fact, (BenefitListDrafted, BenefitLinesListed, BenefitListApproved, PaymentLinesIssued, BenefitsPaid))
        and getattr(line.fact, "file_no", 1) == 1
    ]  # fmt: skip
    town = subject.partition(":")[2].partition("-2")[0]
    return corpus.graft(lines, {subject: f"{subject}-{number}-F", f"{town}-H": f"{town}-F{number:03d}"})


def backed(corpus: Corpus, lines: list[Line]) -> None:
    """Whoever stands on a list was granted what it says."""
    model = corpus.of(HouseholdTakenOver)[0]
    fact = fact_of(model, HouseholdTakenOver)
    for line in lines:
        if isinstance(line.fact, BenefitLinesListed):
            for one in line.fact.lines:
                stock = msgspec.structs.replace(
                    fact, household_no=one.household_no, town=line.fact.town, category=one.category, members=(), account=None,
                    monthly_amount_fen=one.due_fen, benefit_from_month=Month(2025, 1),
                )  # fmt: skip
                corpus.add(f"household:{one.household_no}", stock, at=model.at)


def of(lines: list[Line], kind: type[Fact]) -> Line:
    return next(line for line in lines if isinstance(line.fact, kind))


@plants("list_self_approved")
def list_self_approved(corpus: Corpus, rng: random.Random) -> Planted:
    """One person drew up and approved it, whatever the approval says of the drafter. Innocent: two people."""
    guilty, honest = own_list(corpus, rng), own_list(corpus, rng)
    drafter = fact_of(of(guilty, BenefitListDrafted), BenefitListDrafted).drafted_by
    corpus.change(of(guilty, BenefitListApproved), approved_by=drafter, drafted_by=rng.choice((drafter, "finance:F9")))
    return found("list_self_approved", guilty[0].subject, honest[0].subject)


def paid_of(lines: list[Line]) -> tuple[Line, PaidLine]:
    """A line that the bank paid."""
    line = of(lines, BenefitsPaid)
    return line, fact_of(line, BenefitsPaid).lines[0]


@plants("paid_outside_list")
def paid_outside_list(corpus: Corpus, rng: random.Random) -> Planted:
    """A fen more than listed, or somebody whom the list does not name. Innocent: a list paid as it stands."""
    guilty, honest = own_list(corpus, rng), own_list(corpus, rng)
    line, paid = paid_of(guilty)
    household = paid.household_no
    if rng.random() < 0.5:
        forged = msgspec.structs.replace(paid, amount_fen=Fen(paid.amount_fen + 1))
    else:
        household = f"{household}-unlisted"
        forged = msgspec.structs.replace(paid, household_no=household)
    corpus.change(line, lines=(forged, *fact_of(line, BenefitsPaid).lines[1:]))
    return found("paid_outside_list", f"household:{household}", f"household:{paid_of(honest)[1].household_no}")


@plants("paid_twice")
def paid_twice(corpus: Corpus, rng: random.Random) -> Planted:
    """The bank paid a line twice. Innocent: it came back in between."""
    pair = []
    for back in (False, True):
        lines = own_list(corpus, rng)
        line, paid = paid_of(lines)
        fact = fact_of(line, BenefitsPaid)
        if back:
            returned = ReturnedLine(household_no=paid.household_no, amount_fen=paid.amount_fen, reason="账户销户")
            sent_back = BenefitsReturned(
                town=fact.town, month=fact.month, committee=fact.committee, file_no=1, lines=(returned,)
            )
            corpus.add(line.subject, sent_back, at=line.at + timedelta(hours=1))
        again = msgspec.structs.replace(fact, file_no=2, lines=(paid,))
        corpus.add(line.subject, again, at=line.at + timedelta(hours=2))
        pair.append(f"household:{paid.household_no}")
    return found("paid_twice", *pair)


def paid_and_stopped(corpus: Corpus, rng: random.Random) -> tuple[Line, PaidLine, str]:
    """A list whose households were granted what it says, and one that it paid."""
    lines = own_list(corpus, rng)
    backed(corpus, lines)
    line, paid = paid_of(lines)
    listed = {
        one.household_no: one.category
        for each in lines
        if isinstance(each.fact, BenefitLinesListed)
        for one in each.fact.lines
    }
    return line, paid, listed[paid.household_no]


def stop(corpus: Corpus, line: Line, paid: PaidLine, category: str, reason: str, days_before: int) -> None:
    """The household's benefit ended from February on, decided so many days before the bank paid March."""
    at = line.at - timedelta(days=days_before)
    ended = BenefitTerminated(
        town=fact_of(line, BenefitsPaid).town, category=category, reason=reason, from_month=Month(2026, 2),
        decided_on=at.date(), decided_by="bureau:B90", pack_version="",
    )  # fmt: skip
    corpus.add(f"household:{paid.household_no}", ended, at=at)


@plants("paid_after_death")
def paid_after_death(corpus: Corpus, rng: random.Random) -> Planted:
    """The bureau knew of the death before the list was drawn up. Innocent: claimed back, or known only days ago."""
    line, paid, category = paid_and_stopped(corpus, rng)
    stop(corpus, line, paid, category, "death", 8)
    other, its, kind = paid_and_stopped(corpus, rng)
    if rng.random() < 0.5:
        stop(corpus, other, its, kind, "death", 8)
        claimed = RecoveryClaimed(
            town=fact_of(other, BenefitsPaid).town, category=kind, reason="death",
            months=(OverpaidMonth(month=MARCH, amount_fen=its.amount_fen),), amount_fen=its.amount_fen,
            claimed_on=other.at.date(), claimed_by="bureau:B90",
        )  # fmt: skip
        corpus.add(f"household:{its.household_no}", claimed, at=other.at + timedelta(days=1))
    else:
        stop(corpus, other, its, kind, "death", -2)
    return found("paid_after_death", f"household:{paid.household_no}", f"household:{its.household_no}")


@plants("paid_after_end")
def paid_after_end(corpus: Corpus, rng: random.Random) -> Planted:
    """Ended at their own request, and paid on. Innocent: ended, and granted anew before the month."""
    line, paid, category = paid_and_stopped(corpus, rng)
    stop(corpus, line, paid, category, "own_request", 8)
    other, its, kind = paid_and_stopped(corpus, rng)
    stop(corpus, other, its, kind, "own_request", 9)
    anew = adjusted(other, its, kind, its.amount_fen)
    corpus.add(f"household:{its.household_no}", anew, at=other.at - timedelta(days=8))
    return found("paid_after_end", f"household:{paid.household_no}", f"household:{its.household_no}")


def adjusted(line: Line, paid: PaidLine, category: str, amount_fen: int) -> BenefitAdjusted:
    """A new amount from March on."""
    return BenefitAdjusted(
        town=fact_of(line, BenefitsPaid).town, category=category, before_fen=Fen(0), monthly_amount_fen=Fen(amount_fen),
        standard_fen=Fen(amount_fen), covered_members=1, from_month=MARCH, decided_on=line.at.date(),
        decided_by="bureau:B90", pack_version="",
    )  # fmt: skip


@plants("paid_while_suspended")
def paid_while_suspended(corpus: Corpus, rng: random.Random) -> Planted:
    """Suspended before the list was drawn up. Innocent: suspended after the bank had paid."""
    pair = []
    for days_before in (8, -1):
        line, paid, category = paid_and_stopped(corpus, rng)
        at = line.at - timedelta(days=days_before)
        suspended = BenefitSuspended(
            town=fact_of(line, BenefitsPaid).town, category=category, reason="unreachable", from_month=MARCH,
            decided_on=at.date(), decided_by="bureau:B90", pack_version="",
        )  # fmt: skip
        corpus.add(f"household:{paid.household_no}", suspended, at=at)
        pair.append(f"household:{paid.household_no}")
    return found("paid_while_suspended", *pair)


@plants("listed_amount_differs")
def listed_amount_differs(corpus: Corpus, rng: random.Random) -> Planted:
    """A fen more on the list than was decided. Innocent: decided after the list was drawn up."""
    pair = []
    for days_before in (8, -1):
        lines = own_list(corpus, rng)
        backed(corpus, lines)
        line, paid = paid_of(lines)
        listed = {
            one.household_no: one
            for each in lines
            if isinstance(each.fact, BenefitLinesListed)
            for one in each.fact.lines
        }
        one = listed[paid.household_no]
        changed = adjusted(line, paid, one.category, one.due_fen - 1)
        corpus.add(f"household:{one.household_no}", changed, at=line.at - timedelta(days=days_before))
        pair.append(f"household:{one.household_no}")
    return found("listed_amount_differs", *pair)
