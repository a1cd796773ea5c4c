"""A case step by step: the commands of a complete one, each on its day, and what becomes of them; for unit tests."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.casework.domain import (
    HOUSEHOLD,
    ArrangeCare,
    AssessAbility,
    CloseNotice,
    DecideEligibility,
    DeliverRefusal,
    GivenMember,
    ObjectToNotice,
    OpenCase,
    OpenedMember,
    PostNotice,
    RecordBureauVisit,
    RecordInformationCheck,
    RecordSurvey,
    RequestInformationCheck,
    SubmitOpinion,
)
from services.contracts.codec import convert
from services.contracts.deciding import CHINA, Command, CommandRejected, Context
from services.contracts.registry import Fact
from services.contracts.rulebook import AdoptedPack, RuleBook

RULES = Path(__file__).parents[2] / "deploy" / "district" / "rules"
BOOK = RuleBook(
    tuple(convert(msgspec.json.decode(p.read_bytes()), AdoptedPack) for p in sorted(RULES.glob("casework.*.json")))
)
HASH = "0" * 64
H = "T01-H00001"
A = "R-1-dibao_urban"
ACCEPTED, SURVEYED, RETURNED, POSTED = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5)
ENDS, DOWN, DECIDED = date(2026, 3, 12), date(2026, 3, 13), date(2026, 3, 16)
APPLICANT = GivenMember(resident_id="510212196001010010", name="示例甲", relation="本人", groups=("重病",))
OPENED = (
    OpenedMember(groups=("重病",), born_on=date(1960, 1, 1)),
    OpenedMember(groups=(), born_on=date(1962, 2, 2)),
)
SPOUSE = GivenMember(resident_id="510212196202020020", name="示例乙", relation="配偶")

Said = Command | tuple[date, Command]


def context(today: date, *, actor: str = "bureau:B01", town: str | None = None) -> Context:
    now = datetime(today.year, today.month, today.day, 20, tzinfo=CHINA)
    return Context(
        now=now, actor=actor, role="bureau", town=town, rules=BOOK, pseudonym=lambda text: f"p_{sum(text.encode())}"
    )


def open_case(need: str = "dibao_urban", near_relative: bool = False, members: int = 2) -> OpenCase:
    return OpenCase(
        household_no=H, application_no=f"R-1-{need}", need=need, town="T01", committee="T01-C01",
        member_count=members, near_relative_declared=near_relative, accepted_on=ACCEPTED,
        investigate_by=date(2026, 3, 5), decide_by=date(2026, 4, 7), responsible="window:T01-W1",
    )  # fmt: skip


def survey(on: date = SURVEYED, number: str = A, **changes: Any) -> tuple[date, RecordSurvey]:
    fields: dict[str, Any] = {
        "household_no": H,
        "application_no": number,
        "investigators": ("investigator:T01-I1", "investigator:T01-I2"),
        "family_signed": True,
        "witness": None,
        "surveyed_on": on,
        "income_per_head_fen": 30_000,
        "form_sha256": HASH,
        "members": (APPLICANT, SPOUSE),
    }
    return on, RecordSurvey(**(fields | changes))


def ask(number: str = A, count: int = 2, *more: str) -> tuple[date, RequestInformationCheck]:
    command = RequestInformationCheck(
        household_no=H, application_no=number, registers=("bank", "vehicle", *more), authorised_count=count
    )
    return SURVEYED, command


def returned(*conflicts: str, number: str = A, on: date = RETURNED) -> tuple[date, RecordInformationCheck]:
    command = RecordInformationCheck(household_no=H, application_no=number, conflicts=conflicts, returned_on=on)
    return RETURNED, command


def assess(
    person: str = "本人", failed: tuple[str, ...] = (), number: str = "R-1-tekun", on: date = SURVEYED, **changes: Any
) -> tuple[date, AssessAbility]:
    """An assessment of ability; `number` empty: of the benefit in force."""
    fields: dict[str, Any] = {
        "household_no": H, "application_no": number, "person": person,
        "assessors": ("assessor:B11", "assessor:B12"), "assessed_on": on, "failed_items": failed, "form_sha256": HASH,
    }  # fmt: skip
    return on, AssessAbility(**(fields | changes))


def arrange(
    person: str = "本人", placement: Any = "home", number: str = "R-1-tekun", on: date = SURVEYED, **changes: Any
) -> tuple[date, ArrangeCare]:
    """Care at home by agreement, or in an institution; `number` empty: of the benefit in force."""
    fields: dict[str, Any] = {
        "household_no": H, "application_no": number, "person": person, "placement": placement, "carer": "示例丙",
        "agreement_sha256": HASH, "arranged_on": on,
    }  # fmt: skip
    return on, ArrangeCare(**(fields | changes))


def post(on: date = POSTED, number: str = A) -> tuple[date, PostNotice]:
    command = PostNotice(
        household_no=H, application_no=number, posted_on=on, proposed_amount_fen=87_000,
        opinion_signed_by="town-leader:T01", proof_sha256=HASH,
    )  # fmt: skip
    return on, command


def close(on: date = DOWN, number: str = A) -> tuple[date, CloseNotice]:
    return on, CloseNotice(household_no=H, application_no=number)


def objection(on: date = date(2026, 3, 9), number: str = A, objection_no: str = "Y-1") -> tuple[date, ObjectToNotice]:
    return on, ObjectToNotice(household_no=H, application_no=number, objection_no=objection_no)


def confirm(on: date = DECIDED, number: str = A, **changes: Any) -> tuple[date, DecideEligibility]:
    fields: dict[str, Any] = {
        "household_no": H,
        "application_no": number,
        "outcome": "confirmed",
        "officer": "O001",
        "decided_on": on,
        "income_per_head_fen": 30_000,
        "opened": OPENED if "tekun" in number else None,
    }
    return on, DecideEligibility(**(fields | changes))


def submit(on: date = DOWN, number: str = A) -> tuple[date, SubmitOpinion]:
    return on, SubmitOpinion(household_no=H, application_no=number, submitted_on=on, received_by="bureau:B01")


def bureau_visit(on: date = DOWN, number: str = A, *visitors: str) -> tuple[date, RecordBureauVisit]:
    command = RecordBureauVisit(
        household_no=H, application_no=number, visitors=visitors or ("bureau:B02",), visited_on=on, form_sha256=HASH
    )
    return on, command


def deliver(on: date, number: str = A) -> tuple[date, DeliverRefusal]:
    return on, DeliverRefusal(household_no=H, application_no=number, delivered_on=on, form_sha256=HASH)


def steps(need: str = "dibao_urban", near_relative: bool = False) -> tuple[Said, ...]:
    """All steps of a case before its decision."""
    n = f"R-1-{need}"
    return (
        open_case(need, near_relative),
        survey(number=n),
        ask(n),
        returned(number=n),
        post(number=n),
        close(number=n),
        *((assess("本人"), assess("配偶"), arrange("本人"), arrange("配偶")) if need == "tekun" else ()),
        *(() if need == "temporary" else (submit(number=n),)),
    )


def run(*said: Said, actor: str = "bureau:B01", town: str | None = None) -> tuple[Any, tuple[Fact, ...]]:
    """The household's state after commands (each on its day), and the facts of the last one."""
    state: Any = HOUSEHOLD.initial
    facts: tuple[Fact, ...] = ()
    day = ACCEPTED
    for one in said:
        day, command = one if isinstance(one, tuple) else (day, one)
        facts = HOUSEHOLD.decide(state, command, context(day, actor=actor, town=town))
        for fact in facts:
            state = HOUSEHOLD.evolve(state, fact)
    return state, facts


def no(*said: Said, actor: str = "bureau:B01", town: str | None = None) -> str:
    state, _ = run(*said[:-1])
    last = said[-1]
    day, command = last if isinstance(last, tuple) else (ACCEPTED, last)
    with pytest.raises(CommandRejected) as caught:
        HOUSEHOLD.decide(state, command, context(day, actor=actor, town=town))
    assert caught.value.zh
    assert caught.value.en
    return caught.value.code
