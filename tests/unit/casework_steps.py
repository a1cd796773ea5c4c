"""A case step by step: the commands of a complete one, each on its day, and what becomes of them; for unit tests."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.casework.domain import (
    HOUSEHOLD,
    AnswerComplaint,
    ArrangeCare,
    AskSurveyHelp,
    AssessAbility,
    CloseNotice,
    CompletePapers,
    ContestCheck,
    DecideEligibility,
    DeclineSurveyHelp,
    DeliverRefusal,
    GivenMember,
    GivenPerson,
    MarkOverdue,
    ObjectToNotice,
    OpenCase,
    OpenedMember,
    PostNotice,
    RecordBureauVisit,
    RecordComplaint,
    RecordInformationCheck,
    RecordReview,
    RecordSurvey,
    RecordVisit,
    RecordWork,
    RequestInformationCheck,
    ResolveConflict,
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

REMEDIES = (
    "行政复议：自收到本告知之日起60日内，可向区人民政府申请",
    "行政诉讼：自收到本告知之日起6个月内，可向人民法院起诉",
)
BENEFITS = ("dibao_urban", "dibao_rural", "tekun", "temporary")
RECOGNITIONS = ("near_dibao_urban", "near_dibao_rural", "rigid_spending_urban", "rigid_spending_rural")
NEEDS = (*BENEFITS, *RECOGNITIONS)
# What a survey looks at besides where a recognition is asked for.
RECOGNISED: dict[str, Any] = {"rigid_spending_per_head_fen": 20_000, "property_over": ()}

Said = Command | tuple[date, Command]


def context(today: date, *, actor: str = "bureau:B01", town: str | None = None, role: str = "bureau") -> Context:
    now = datetime(today.year, today.month, today.day, 20, tzinfo=CHINA)
    return Context(
        now=now, actor=actor, role=role, town=town, rules=BOOK, pseudonym=lambda text: f"p_{sum(text.encode())}"
    )


def saying(command: Command, today: date, *, actor: str, town: str | None) -> Context:
    """Who says a command: what an officer did, that officer; all else `actor`."""
    if isinstance(command, RecordVisit | RecordWork):
        return context(today, actor=f"officer:{command.officer}", town=town, role="officer")
    return context(today, actor=actor, town=town)


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
    } | (RECOGNISED if number.partition("-1-")[2] in RECOGNITIONS else {})
    return on, RecordSurvey(**(fields | changes))


def person(of: GivenMember, **changes: Any) -> GivenPerson:
    """A member as the one who is checked, with a signed authorisation."""
    fields: dict[str, Any] = {"resident_id": of.resident_id, "name": of.name, "relation": of.relation}
    return GivenPerson(**(fields | {"authorisation_sha256": HASH} | changes))


def ask(number: str = A, count: int = 2, *more: str, **changes: Any) -> tuple[date, RequestInformationCheck]:
    """Asked with `count` of the two members; a tekun applicant declares that nobody owes him maintenance."""
    fields: dict[str, Any] = {
        "household_no": H,
        "application_no": number,
        "registers": ("bank", "vehicle", *more),
        "persons": tuple(person(member) for member in (APPLICANT, SPOUSE)[:count]),
        "no_supporter": number.endswith("tekun"),
    }
    return SURVEYED, RequestInformationCheck(**(fields | changes))


def returned(
    *conflicts: str, number: str = A, on: date = RETURNED, **changes: Any
) -> tuple[date, RecordInformationCheck]:
    fields: dict[str, Any] = {"household_no": H, "application_no": number, "conflicts": conflicts, "returned_on": on}
    return RETURNED, RecordInformationCheck(**(fields | changes))


def contest(
    on: date = RETURNED, number: str = A, registers: tuple[str, ...] = ("bank",), contest_no: str = "HY-1"
) -> tuple[date, ContestCheck]:
    command = ContestCheck(
        household_no=H, application_no=number, contest_no=contest_no, registers=registers, contested_on=on
    )
    return on, command


def resolve(register: str = "bank", number: str = A, **changes: Any) -> tuple[date, ResolveConflict]:
    fields: dict[str, Any] = {
        "household_no": H,
        "application_no": number,
        "register": register,
        "reason": "账户为代管集体资金，已核实",
        "document_sha256": HASH,
    }
    return RETURNED, ResolveConflict(**(fields | changes))


def complaint(on: date = DOWN, number: str | None = A, complaint_no: str = "TS-1") -> tuple[date, RecordComplaint]:
    command = RecordComplaint(
        household_no=H, complaint_no=complaint_no, kind="named_report", application_no=number, received_on=on,
        responsible="bureau:B02", content_sha256=HASH,
    )  # fmt: skip
    return on, command


def papers(on: date = DOWN, number: str = "R-1-temporary") -> tuple[date, CompletePapers]:
    return on, CompletePapers(household_no=H, application_no=number, completed_on=on)


def reviewed(on: date = DOWN, number: str = A, participants: int = 9) -> tuple[date, RecordReview]:
    command = RecordReview(
        household_no=H, application_no=number, reviewed_on=on, participants_count=participants, result="supported",
        minutes_sha256=HASH,
    )  # fmt: skip
    return on, command


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
        "rigid_spending_per_head_fen": 20_000,
        "property_over": (),
    }
    return on, DecideEligibility(**(fields | changes))


def submit(on: date = DOWN, number: str = A) -> tuple[date, SubmitOpinion]:
    return on, SubmitOpinion(household_no=H, application_no=number, submitted_on=on, received_by="bureau:B01")


def bureau_visit(on: date = DOWN, number: str = A, *visitors: str) -> tuple[date, RecordBureauVisit]:
    command = RecordBureauVisit(
        household_no=H, application_no=number, visitors=visitors or ("bureau:B02",), visited_on=on, form_sha256=HASH
    )
    return on, command


def overdue(clock: str, due_on: date, today: date | None = None) -> tuple[date, MarkOverdue]:
    kind: Any = clock
    after = date.fromordinal(due_on.toordinal() + 1)
    return today or after, MarkOverdue(household_no=H, application_no=A, clock=kind, due_on=due_on)


def answered(on: date = DECIDED, number: str = "TS-1") -> tuple[date, AnswerComplaint]:
    command = AnswerComplaint(
        household_no=H, complaint_no=number, outcome="unfounded", answered_on=on, reply_sha256=HASH
    )
    return on, command


HELP = (ACCEPTED, AskSurveyHelp(household_no=H, application_no=A, helping_town="T02", reason="现居住在该镇街（示例）"))
DECLINE = (ACCEPTED, DeclineSurveyHelp(household_no=H, application_no=A, reason="该户已迁走（示例）"))


def deliver(on: date, number: str = A) -> tuple[date, DeliverRefusal]:
    return on, DeliverRefusal(household_no=H, application_no=number, delivered_on=on, form_sha256=HASH)


def cared_for(need: str, on: date = SURVEYED) -> tuple[Said, ...]:
    """What tekun asks for beside the procedure of all: both assessed, and cared for by agreement."""
    if need != "tekun":
        return ()
    return (*(assess(who, on=on) for who in ("本人", "配偶")), *(arrange(who, on=on) for who in ("本人", "配偶")))


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
        *cared_for(need),
        *(() if need == "temporary" else (submit(number=n),)),
    )


def run(*said: Said, actor: str = "bureau:B01", town: str | None = None) -> tuple[Any, tuple[Fact, ...]]:
    """The household's state after commands (each on its day), and the facts of the last one."""
    state: Any = HOUSEHOLD.initial
    facts: tuple[Fact, ...] = ()
    day = ACCEPTED
    for one in said:
        day, command = one if isinstance(one, tuple) else (day, one)
        facts = HOUSEHOLD.decide(state, command, saying(command, day, actor=actor, town=town))
        for fact in facts:
            state = HOUSEHOLD.evolve(state, fact)
    return state, facts


def run_as(town: str, *said: Said) -> tuple[Any, tuple[Fact, ...]]:
    """As `run`, the last command in the name of a town, all before it in the bureau's."""
    state, _ = run(*said[:-1])
    last = said[-1]
    day, command = last if isinstance(last, tuple) else (ACCEPTED, last)
    facts = HOUSEHOLD.decide(state, command, context(day, town=town))
    for fact in facts:
        state = HOUSEHOLD.evolve(state, fact)
    return state, facts


def no(*said: Said, actor: str = "bureau:B01", town: str | None = None) -> str:
    state, _ = run(*said[:-1])
    last = said[-1]
    day, command = last if isinstance(last, tuple) else (ACCEPTED, last)
    with pytest.raises(CommandRejected) as caught:
        HOUSEHOLD.decide(state, command, saying(command, day, actor=actor, town=town))
    assert caught.value.zh
    assert caught.value.en
    return caught.value.code
