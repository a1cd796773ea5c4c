"""Irregularities in money: what a slip adds up to, tax, insurance, approval, totals, accounts and payments of a run.

Those of officers, posts, runs, funds and contractors stand in modules of their own, which register with this one.
"""

import random
from datetime import timedelta
from typing import Any

from services.contracts.money import Fen
from services.contracts.payroll import Amount, PayslipComputed, RunApproved
from tests.contract.golden import made
from tests.fraud import money_contractors, money_funds, money_officers, money_posts, money_runs  # noqa: F401
from tests.fraud.corpus import Corpus
from tests.fraud.forging import PAYDAY, SEPTEMBER, Forged, approved_run, drafted, paid, pair, replace, said
from tests.fraud.money_runs import settled, slips


def _clean_slip(corpus: Corpus, rng: random.Random, *, taxed: bool = False) -> PayslipComputed:
    """A slip that the services wrote."""
    known = corpus.of(
        PayslipComputed, lambda one: len(one.officer) == len("O001") and (one.tax_fen > 0 or not taxed)
    )  # fmt: skip
    fact = rng.choice(known).fact
    assert isinstance(fact, PayslipComputed)
    return fact


def _anew(corpus: Corpus, fact: PayslipComputed, **changes: object) -> str:
    """The slip once more for an officer of its own, in a run of its own; the officer's subject."""
    who = Forged(f"O{2000 + corpus.number()}", 1)
    paid(corpus, replace(fact, officer=who.number, **changes))
    return who.subject


@pair("payslip_sum")
def payslip_sum(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """A net, a gross or a line that is some fen more than the rest gives. Innocent: the slip as the services wrote it."""
    fact = _clean_slip(corpus, rng)
    more = rng.randint(1, 90_000)
    line = rng.randrange(len(fact.lines))
    lines = tuple(
        replace(one, amount_fen=Fen(one.amount_fen + more)) if n == line else one for n, one in enumerate(fact.lines)
    )
    wrong: Any = rng.choice(
        ({"net_fen": Fen(fact.net_fen + more)}, {"gross_fen": Fen(fact.gross_fen + more)}, {"lines": lines})
    )  # fmt: skip
    return _anew(corpus, fact, **wrong), _anew(corpus, fact)


@pair("payslip_tax")
def payslip_tax(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Tax withheld too little with the net agreeing, or a deduction of months that were not. Innocent: as it was written."""
    fact = _clean_slip(corpus, rng, taxed=True)
    less = rng.randint(1, fact.tax_fen)
    tax, held = Fen(fact.tax_fen - less), fact.withholding
    wrong = rng.choice(
        (
            {"tax_fen": tax, "net_fen": Fen(fact.net_fen + less), "withholding": replace(held, tax_fen=tax)},
            {"withholding": replace(held, deduction_fen=Fen(held.deduction_fen + 500_000))},
        )
    )
    return _anew(corpus, fact, **wrong), _anew(corpus, fact)


@pair("officer_uninsured")
def uninsured(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """On post and without the employer's insurance. Innocent: joined too late in the month, as the slip says."""
    fact = _clean_slip(corpus, rng)
    lines = tuple(one for one in fact.lines if one.side == "part")
    (basis,) = (one for one in fact.bases if one.month == fact.month)
    reason = rng.choice(("mode", "no_base", ""))
    return (
        _anew(corpus, fact, lines=lines, bases=(replace(basis, uninsured=reason),)),
        _anew(corpus, fact, lines=lines, bases=(replace(basis, uninsured="joined_late"),)),
        _anew(corpus, fact),
    )


@pair("run_self_approved")
def self_approved(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Approved by its preparer, openly or naming another preparer. Innocent: by a second person."""
    named = rng.choice(("finance:F1", "finance:F7"))
    guilty = approved_run(
        corpus, *slips(corpus, 1), prepared_by=named, approved_by=rng.choice(("finance:F1", "bureau-leader:F1"))
    )
    return guilty, approved_run(corpus, *slips(corpus, 1))


@pair("run_totals")
def run_totals(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """A draft of more than its slips, or one slip too few. Innocent: totals to the fen."""

    def run(known: list[PayslipComputed], **wrong: object) -> str:
        subject = f"run:{SEPTEMBER}-F{corpus.number()}"
        gross_fen = Fen(sum(one.gross_fen for one in known))
        charges = (Amount(code="3", amount_fen=gross_fen),)
        right = replace(
            drafted(known), tax_fen=Fen(0), employer_insurance_fen=Fen(0), charges=charges, gross_fen=gross_fen
        )  # fmt: skip
        approved = made(
            RunApproved, month=SEPTEMBER, prepared_by="finance:F1", approved_by="bureau-leader:L1", charges=charges
        )
        said(corpus, subject, PAYDAY, *known, replace(right, **wrong), approved)
        return subject

    known = slips(corpus, rng.randint(2, 4))
    more = Fen(sum(one.gross_fen for one in known) + rng.randint(1, 5000))
    faults: tuple[dict[str, object], ...] = ({"gross_fen": more}, {"slip_count": len(known) + 1}, {"tax_fen": Fen(1)})
    wrong = rng.choice(faults)
    return run(known, **wrong), run(slips(corpus, 2))


@pair("account_shared")
def account_shared(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Two slips of a run to one account; the first officer by number is named. Innocent: of two runs."""
    first, second, other, later = sorted(slips(corpus, 4), key=lambda one: one.officer)
    approved_run(corpus, first, replace(second, bank_account_pseudonym=first.bank_account_pseudonym), other)
    approved_run(corpus, replace(later, bank_account_pseudonym=other.bank_account_pseudonym))
    return f"officer:{first.officer}", f"officer:{other.officer}", f"officer:{later.officer}"


@pair("payment_outside_run")
def outside_run(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Paid unapproved, without a slip, or another sum. Innocent: the slip's net of an approved run."""
    guilty, right = slips(corpus, 2)
    when = PAYDAY + timedelta(days=rng.randint(1, 5))
    run = approved_run(corpus, right)
    fault = rng.randrange(3)
    if fault == 0:
        corpus.add(paid(corpus, guilty), settled(guilty), at=when)
    elif fault == 1:
        corpus.add(run, settled(guilty), at=when)
    else:
        more = replace(settled(guilty), amount_fen=Fen(guilty.net_fen + rng.randint(1, 900)))
        corpus.add(approved_run(corpus, guilty), more, at=when)
    corpus.add(run, settled(right), at=when)
    return f"officer:{guilty.officer}", f"officer:{right.officer}"
