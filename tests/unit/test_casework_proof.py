"""Proves the proof of procedure: a complete case is complete, and whatever is missing or spoiled fails just its article.

Each row of `MUTATIONS` says what was done to a complete case, which steps of the proof that spoils, and with what code
the next command on the proper road is refused. The facts are spoiled as somebody would who bypassed the doors.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import msgspec
import pytest

from services.casework.domain import HOUSEHOLD
from services.casework.projections.proofs import ProofRow
from services.casework.rules import STEPS, Procedure
from services.casework.service import SERVICE
from services.contracts.casework import (
    BureauVisited,
    CaseClosed,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdSurveyed,
    InformationCheckRequested,
    InformationCheckReturned,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    OpinionSubmitted,
    RefusalDelivered,
)
from services.contracts.deciding import CHINA, Record
from services.contracts.envelope import Envelope
from services.contracts.months import Month
from services.contracts.registry import Fact, kind_of
from tests.unit.casework_steps import (
    BOOK,
    DECIDED,
    DOWN,
    ENDS,
    H,
    Said,
    ask,
    bureau_visit,
    close,
    confirm,
    context,
    deliver,
    no,
    objection,
    open_case,
    post,
    returned,
    steps,
    submit,
    survey,
)

(MODEL,) = (model for model in SERVICE.models if model.name == "procedure_proofs")
NEEDS = ("dibao_urban", "dibao_rural", "tekun", "temporary")


def told(*said: Said) -> list[Record]:
    """The facts of commands, as records of the log."""
    state: Any = HOUSEHOLD.initial
    records: list[Record] = []
    day = date(2026, 3, 2)
    for one in said:
        day, command = one if isinstance(one, tuple) else (day, one)
        for fact in HOUSEHOLD.decide(state, command, context(day)):
            state = HOUSEHOLD.evolve(state, fact)
            records.append(record(fact, day, len(records)))
    return records


def record(fact: Fact, day: date, number: int) -> Record:
    instant = datetime.combine(day, time(20), CHINA)
    envelope = Envelope(
        specversion="1.0", sequence=1, prevhash="", id=f"e{number}", source="/casework", type=kind_of(type(fact)),
        subject=f"household:{H}", time=instant, recordedtime=instant, stream="", streamversion=1, commandid="",
        commandhash="", correlationid="", actor="bureau:B01", data=msgspec.Raw(b"{}"),
    )  # fmt: skip
    return Record(partition=0, hash=b"", envelope=envelope, fact=fact)


def proof(records: list[Record]) -> ProofRow:
    row = None
    for one in records:
        if isinstance(one.fact, MODEL.listens):
            (key,) = MODEL.keys(one)
            row = MODEL.evolve(row, one, key)
    assert isinstance(row, ProofRow)
    return row


def failing(row: ProofRow) -> set[str]:
    return {step.step for step in row.steps if step.state not in ("met", "not_required")}


def complete(need: str) -> tuple[Said, ...]:
    return (*steps(need), confirm(number=f"R-1-{need}"))


@pytest.mark.parametrize("need", NEEDS)
def test_a_complete_case_owes_nothing(need: str) -> None:
    row = proof(told(*complete(need)))
    assert (row.outcome, row.complete, failing(row)) == ("confirmed", True, set())
    assert all(step.fact and step.by and step.done_on for step in row.steps if step.state == "met")
    pack = BOOK.on("procedure", DECIDED, Procedure)
    assert {step.step: step.article for step in row.steps} == pack.needs[need].steps
    assert [step.step for step in row.steps] == [step for step in STEPS if step in pack.needs[need].steps]


def test_the_packs_name_only_steps_that_the_proof_knows_how_to_settle() -> None:
    """Every step of every pack is met by some case here; a step nobody could ever satisfy would show as missing."""
    named = {step for need in BOOK.on("procedure", DECIDED, Procedure).needs.values() for step in need.steps}
    assert named == set(STEPS)
    objected = proof(told(*OBJECTED, confirm()))
    refused = proof(told(*REFUSED, deliver(DECIDED)))
    tekun = proof(told(*complete("tekun")))
    met = {step.step for row in (objected, refused, tekun) for step in row.steps if step.state == "met"}
    assert met == set(STEPS)


OBJECTED = (*steps()[:5], objection(), close(), survey(DOWN), submit(), bureau_visit())
REFUSED = (*steps(), confirm(outcome="refused", reason="家庭人均月收入高于标准"))

Spoil = Callable[[list[Record]], Iterator[Record]]


def without(*kinds: type[Fact]) -> Spoil:
    return lambda records: (one for one in records if not isinstance(one.fact, kinds))


def changed(kind: type[Fact], **changes: Any) -> Spoil:
    def spoil(records: list[Record]) -> Iterator[Record]:
        for one in records:
            fact = one.fact
            if isinstance(fact, kind):
                fact = msgspec.structs.replace(fact, **changes)
            yield msgspec.structs.replace(one, fact=fact)

    return spoil


def moved_to_the_end(kind: type[Fact]) -> Spoil:
    def spoil(records: list[Record]) -> Iterator[Record]:
        yield from (one for one in records if not isinstance(one.fact, kind))
        yield from (one for one in records if isinstance(one.fact, kind))

    return spoil


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """`name`: what was done; `spoils`: the steps that fail for it; `code`: of the refusal on the proper road."""

    name: str
    spoil: Spoil
    spoils: set[str]
    code: str
    said: Callable[[str], tuple[Said, ...]]


def _n(need: str) -> str:
    return f"R-1-{need}"


def _but(index: int, *instead: Callable[[str], Said]) -> Callable[[str], tuple[Said, ...]]:
    """The complete case with the step at `index` replaced (or left out), up to the notice; then the grant is asked for."""

    def said(need: str) -> tuple[Said, ...]:
        all_steps = list(steps(need)[:4])
        all_steps[index : index + 1] = [make(need) for make in instead]
        return (*all_steps, post(number=_n(need)))

    return said


MUTATIONS = [
    Mutation(
        name="nobody surveyed",
        spoil=without(HouseholdSurveyed),
        spoils={"investigation_started", "surveyed_by_two", "family_signed"},
        code="survey-missing",
        said=_but(1),
    ),
    Mutation(
        name="one investigator",
        spoil=changed(HouseholdSurveyed, investigators=("investigator:T01-I1",)),
        spoils={"surveyed_by_two"},
        code="survey-missing",
        said=_but(1, lambda need: survey(number=_n(need), investigators=("investigator:T01-I1",))),
    ),
    Mutation(
        name="no family signature",
        spoil=changed(HouseholdSurveyed, family_signed=False),
        spoils={"family_signed"},
        code="survey-missing",
        said=_but(1, lambda need: survey(number=_n(need), family_signed=False)),
    ),
    Mutation(
        name="an investigator as witness",
        spoil=changed(HouseholdSurveyed, family_signed=False, witness="investigator:T01-I1"),
        spoils={"family_signed"},
        code="survey-missing",
        said=_but(1, lambda need: survey(number=_n(need), family_signed=False, witness="investigator:T01-I1")),
    ),
    Mutation(
        name="the investigation began a day late",
        spoil=changed(HouseholdSurveyed, surveyed_on=date(2026, 3, 6)),
        spoils={"investigation_started"},
        code="out-of-order",
        said=_but(1, lambda need: (date(2026, 3, 6), survey(date(2026, 3, 6), _n(need))[1])),
    ),
    Mutation(
        name="no authorisation of one member",
        spoil=changed(InformationCheckRequested, authorised_count=1),
        spoils={"authorised"},
        code="authorisation-missing",
        said=lambda need: (*steps(need)[:2], ask(_n(need), 1)),
    ),
    Mutation(
        name="the check was never asked for",
        spoil=without(InformationCheckRequested, InformationCheckReturned),
        spoils={"authorised", "check_started", "checked"},
        code="check-missing",
        said=lambda need: (*steps(need)[:2], post(number=_n(need))),
    ),
    Mutation(
        name="the check never returned",
        spoil=without(InformationCheckReturned),
        spoils={"checked"},
        code="check-missing",
        said=_but(3),
    ),
    Mutation(
        name="a conflict was left open",
        spoil=changed(InformationCheckReturned, conflicts=("bank",)),
        spoils={"checked"},
        code="conflict-open",
        said=lambda need: (
            *steps(need)[:3],
            returned("bank", number=_n(need)),
            *steps(need)[4:6],
            confirm(number=_n(need)),
        ),
    ),
    Mutation(
        name="nothing was posted",
        spoil=without(NoticePosted, NoticeClosed),
        spoils={"opinion_signed", "noticed_in_full"},
        code="notice-missing",
        said=lambda need: (*steps(need)[:4], confirm(number=_n(need))),
    ),
    Mutation(
        name="nobody signed the opinion",
        spoil=changed(NoticePosted, opinion_signed_by=""),
        spoils={"opinion_signed"},
        code="notice-missing",
        said=lambda need: (*steps(need)[:4], confirm(number=_n(need))),
    ),
    Mutation(
        name="a notice of six days",
        spoil=changed(NoticeClosed, closed_on=ENDS),
        spoils={"noticed_in_full"},
        code="notice-running",
        said=lambda need: (*steps(need)[:5], close(ENDS, _n(need))),
    ),
    Mutation(
        name="decided before the notice was over",
        spoil=moved_to_the_end(NoticeClosed),
        spoils={"noticed_in_full"},
        code="notice-missing",
        said=lambda need: (*steps(need)[:5], confirm(number=_n(need))),
    ),
    Mutation(
        name="surveyed only after the notice hung",
        spoil=lambda records: iter([records[0], *records[2:5], records[1], *records[5:]]),
        spoils={"surveyed_by_two"},
        code="survey-missing",
        said=_but(1),
    ),
    Mutation(
        name="an investigator decided",
        spoil=changed(EligibilityConfirmed, decided_by="bureau:T01-I1"),
        spoils={"decided_by_bureau"},
        code="decided-by-investigator",
        said=lambda need: complete(need),
    ),
    Mutation(
        name="granted from the wrong month",
        spoil=changed(EligibilityConfirmed, from_month=Month(2026, 1)),
        spoils={"granted_from_month"},
        code="case-ended",
        said=lambda need: (*complete(need), confirm(number=_n(need))),
    ),
]


@pytest.mark.parametrize("need", NEEDS)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_what_is_missing_or_spoiled_fails_its_step_and_is_refused(mutation: Mutation, need: str) -> None:
    """Exactly the article that was broken fails in the proof; at the door the same is refused with its code."""
    row = proof(list(mutation.spoil(told(*complete(need)))))
    assert failing(row) == mutation.spoils
    assert row.complete == ({step.state for step in row.steps} <= {"met", "late", "not_required"})
    actor = "bureau:T01-I1" if mutation.code == "decided-by-investigator" else "bureau:B01"
    assert no(*mutation.said(need), actor=actor) == mutation.code


@pytest.mark.parametrize("need", NEEDS[:3])
def test_an_opinion_that_never_reached_the_bureau_fails_article_twenty(need: str) -> None:
    """For what the bureau decides; small sums are the town's own."""
    row = proof(list(without(OpinionSubmitted)(told(*complete(need)))))
    assert failing(row) == {"submitted"}
    assert no(*steps(need)[:6], confirm(number=_n(need))) == "submission-missing"


@pytest.mark.parametrize("near_relative", [True, False])
def test_near_relatives_and_objections_need_the_bureaus_own_visit(near_relative: bool) -> None:
    said = (*steps(near_relative=True), bureau_visit()) if near_relative else OBJECTED
    records = told(*said, confirm())
    assert failing(proof(records)) == set()
    assert failing(proof(list(without(BureauVisited)(records)))) == {"bureau_visited"}
    own = changed(BureauVisited, visitors=("investigator:T01-I1",))
    assert failing(proof(list(own(records)))) == {"bureau_visited"}
    assert no(*said[:-1], confirm()) == "bureau-visit-missing"


def test_a_near_relative_that_was_not_declared_shows_no_duty_to_visit() -> None:
    """What the log was never told it cannot prove; finding undeclared relatives is audit's test, not this proof's."""
    row = proof(told(*complete("dibao_urban")))
    assert {step.step: step.state for step in row.steps}["bureau_visited"] == "not_required"


def test_an_objection_is_answered_by_surveying_again() -> None:
    records = told(*OBJECTED, confirm())
    once = [one for one in records if not (isinstance(one.fact, HouseholdSurveyed) and one.fact.surveyed_on == DOWN)]
    assert failing(proof(once)) == {"objection_answered"}
    assert failing(proof(list(without(NoticeObjected)(records)))) == {"surveyed_by_two"}


def test_days_late_are_counted_from_the_last_day() -> None:
    records = list(changed(EligibilityConfirmed, decided_on=date(2026, 3, 30))(told(*complete("dibao_urban"))))
    row = proof(records)
    (late,) = [step for step in row.steps if step.state == "late"]
    assert (late.step, late.due_on, late.days_late) == ("decided_in_term", date(2026, 3, 27), 3)
    assert row.complete


def test_a_refusal_owes_only_its_decision_and_its_written_notice() -> None:
    """Steps that were not taken are not owed any more; the written notice is, within three working days (art. 21)."""
    early = told(open_case(), confirm(outcome="refused", reason="家庭人均月收入高于标准"))
    assert failing(proof(early)) == {"refusal_in_writing"}
    delivered = told(*REFUSED, deliver(date(2026, 3, 20)))
    (late,) = [step for step in proof(delivered).steps if step.state == "late"]
    assert (late.step, late.days_late) == ("refusal_in_writing", 1)
    assert isinstance(delivered[-1].fact, RefusalDelivered)
    assert isinstance(delivered[-2].fact, EligibilityRefused)


def test_a_withdrawn_case_owes_nothing_more() -> None:
    records = [
        *told(open_case()),
        record(CaseClosed(application_no="R-1-dibao_urban", town="T01", reason="withdrawn"), DOWN, 9),
    ]
    row = proof(records)
    assert (row.outcome, row.complete, failing(row)) == ("withdrawn", True, set())


def test_an_emergency_helped_first_shows_the_papers_it_still_owes() -> None:
    n = "R-1-temporary"
    row = proof(told(open_case("temporary"), confirm(number=n, emergency=True, officer=None)))
    assert {"surveyed_by_two", "checked", "noticed_in_full"} <= failing(row)
    assert not row.complete
