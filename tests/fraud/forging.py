"""How irregularities in money are forged: on officers, runs and contractors of their own, so that no plant disturbs another."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec

from services.contracts.deciding import CHINA
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    Charge,
    OfficerTakenOver,
    PayLine,
    PayslipComputed,
    PostDays,
    RunApproved,
    RunDrafted,
    RunFunded,
)
from services.contracts.registry import Fact
from tests.contract.golden import made
from tests.fraud.corpus import Corpus, Line
from tests.fraud.planting import Planted, plants

replace = msgspec.structs.replace
# A month of the sample's year of pay, and the hour of its run's day.
SEPTEMBER = Month(2025, 9)
PAYDAY = datetime(2025, 9, 10, 16, tzinfo=CHINA)
TAKEN_OVER_AT = datetime(2025, 3, 31, 9, tzinfo=CHINA)
# Makes the subject that is to be found, and those of look-alikes that are not.
Pair = Callable[[Corpus, random.Random], tuple[str, ...]]


def pair(test: str) -> Callable[[Pair], Pair]:
    """Register what makes a guilty subject first, and innocent look-alikes after it."""

    def register(make: Pair) -> Pair:
        @plants(test)
        def plant(corpus: Corpus, rng: random.Random) -> Planted:
            guilty, *innocent = make(corpus, rng)
            return Planted(found=((test, guilty),), innocent=tuple((test, one) for one in innocent))

        return make

    return register


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), CHINA)


def said(corpus: Corpus, subject: str, start: datetime, *facts: Fact, actor: str = "insider") -> list[Line]:
    """Facts of one subject one after the other, a minute apart."""
    return [
        corpus.add(subject, fact, at=start + timedelta(minutes=n), actor=actor) for n, fact in enumerate(facts)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Forged:
    """An officer that no plant shares, taken over from March 2025 on; `version` is that of their stream."""

    number: str
    version: int

    @property
    def subject(self) -> str:
        return f"officer:{self.number}"


def officer(corpus: Corpus, *later: Fact, later_at: datetime = PAYDAY - timedelta(days=40), **changes: Any) -> Forged:
    """A member of T01 since 2020, without certificate or contract on record, and what is known of them later.

    `later` facts get the officer's number, and stand from `later_at` on.
    """
    number = f"O{9000 + corpus.number()}"
    ordinary: dict[str, Any] = {
        "officer": number,
        "post_no": f"T01-{number}",
        "town": "T01",
        "person": f"p_{number}",
        "bank_account_pseudonym": f"p_account_{number}",
        "phone_pseudonym": f"p_phone_{number}",
        "appointed_on": date(2020, 5, 1),
        "qualification": "none",
        "qualified_on": None,
        "certificates": (),
        "contract": None,
    }
    corpus.add(f"officer:{number}", made(OfficerTakenOver, **(ordinary | changes)), at=TAKEN_OVER_AT)
    said(corpus, f"officer:{number}", later_at, *(replace(one, officer=number) for one in later))
    return Forged(number, 1 + len(later))


def part(code: str, amount_fen: int, month: Month = SEPTEMBER) -> PayLine:
    charge = Charge(source="3", document="示例3号", amount_fen=Fen(amount_fen))
    return PayLine(side="part", code=code, month=month, amount_fen=Fen(amount_fen), charges=(charge,))


def slip_of(corpus: Corpus, who: Forged, month: Month = SEPTEMBER, **changes: Any) -> PayslipComputed:
    """A whole month's slip, as the services wrote one, of base pay alone and nothing deducted."""
    (model,) = corpus.of(PayslipComputed, lambda one: (one.officer, one.month) == ("O001", SEPTEMBER))
    fact = model.fact
    assert isinstance(fact, PayslipComputed)
    (basis,) = fact.bases
    days = PostDays(
        town="T01", position="member", contract_mode="service_contract", post_days=month.last_day.day, behind_version=1
    )  # fmt: skip
    ordinary: dict[str, Any] = {
        "officer": who.number,
        "month": month,
        "town": "T01",
        "lines": (part("base", 240000, month),),
        "bases": (replace(basis, month=month, posts=(days,), month_days=month.last_day.day, qualification="none"),),
        "gross_fen": Fen(240000),
        "personal_insurance_fen": Fen(0),
        "employer_insurance_fen": Fen(0),
        "tax_fen": Fen(0),
        "net_fen": Fen(240000),
        "bank_account_pseudonym": f"p_account_{who.number}",
        "officer_version": who.version,
    }
    return replace(fact, **(ordinary | changes))


def paid(corpus: Corpus, slip: PayslipComputed, when: datetime = PAYDAY) -> str:
    """The slip stands in a run of its own; the run's subject."""
    run = f"run:{slip.month}-F{corpus.number()}"
    corpus.add(run, slip, at=when)
    return run


def approved_run(corpus: Corpus, *slips: PayslipComputed, when: datetime = PAYDAY, **approval: Any) -> str:
    """A run of these slips, approved by another than who prepared and checked it, and funded."""
    run = f"run:{slips[0].month}-F{corpus.number()}"
    month = slips[0].month
    said(
        corpus,
        run,
        when,
        *slips,
        drafted(slips),
        made(
            RunApproved,
            **(
                {
                    "month": month,
                    "prepared_by": "finance:F1",
                    "checked_by": "finance:F2",
                    "approved_by": "bureau-leader:L1",
                }
                | approval
            ),
        ),
        made(RunFunded, month=month),
    )
    return run


def drafted(slips: Iterable[PayslipComputed]) -> RunDrafted:
    known = list(slips)
    return made(
        RunDrafted,
        month=known[0].month,
        slip_count=len(known),
        gross_fen=Fen(sum(one.gross_fen for one in known)),
        net_fen=Fen(sum(one.net_fen for one in known)),
        prepared_by="finance:F1",
        draft_no=1,
    )
