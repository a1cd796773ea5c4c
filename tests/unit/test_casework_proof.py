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
from services.contracts.deciding import CHINA, CommandRejected, Record
from services.contracts.envelope import Envelope
from services.contracts.months import Month
from services.contracts.registry import Fact, kind_of
from tests.unit.casework_steps import (
    BOOK,
    DECIDED,
    DOWN,
    ENDS,
    NEEDS,
    RETURNED,
    A,
    H,
    Said,
    ask,
    bureau_visit,
    close,
    complaint,
    confirm,
    contest,
    context,
    deliver,
    no,
    objection,
    open_case,
    papers,
    post,
    returned,
    steps,
    submit,
    survey,
)

(MODEL,) = (model for model in SERVICE.models if model.name == "procedure_proofs")


T = "R-1-temporary"


def number_of(records: list[Record]) -> str:
    fact: Any = records[0].fact
    number: str = fact.application_no
    return number


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
    rows = [
        proof(told(*said))
        for said in (
            (*OBJECTED, confirm()),
            (*REFUSED, deliver(DECIDED)),
            complete("tekun"),
            complete("near_dibao_urban"),
            CONTESTED,
            EMERGENCY,
        )
    ]
    assert {step.step for row in rows for step in row.steps if step.state == "met"} == set(STEPS)


OBJECTED = (*steps()[:5], objection(), close(), survey(DOWN), submit(), bureau_visit())
REFUSED = (*steps(), confirm(outcome="refused", reason="家庭人均月收入高于标准"))
CONTESTED = (*steps()[:4], contest(), ask(A, 2, registers=("bank",)), returned(registers=("bank",)))
EMERGENCY = (
    open_case("temporary"),
    confirm(date(2026, 3, 2), T, emergency=True, officer=None),
    *steps("temporary")[1:],
    papers(),
)

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
        spoils={"authorised", "supporters_authorised", "check_started", "checked"},
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
        name="a conflict was passed over by asking another register again",
        spoil=lambda records: [
            *changed(InformationCheckReturned, conflicts=("bank",))(records[:4]),
            record(
                InformationCheckRequested(
                    application_no=number_of(records),
                    town="T01",
                    registers=("vehicle",),
                    authorised_count=2,
                    no_supporter=True,
                ),
                RETURNED,
                90,
            ),
            record(
                InformationCheckReturned(
                    application_no=number_of(records),
                    town="T01",
                    registers=("vehicle",),
                    conflicts=(),
                    returned_on=RETURNED,
                ),
                RETURNED,
                91,
            ),
            *records[4:],
        ].__iter__(),
        spoils={"checked"},
        code="conflict-open",
        said=lambda need: (
            *steps(need)[:3],
            returned("bank", number=_n(need)),
            (RETURNED, ask(_n(need), registers=("vehicle",))[1]),
            returned(number=_n(need), registers=("vehicle",)),
            *steps(need)[4:6],
            confirm(number=_n(need)),
        ),
    ),
    Mutation(
        name="no legal supporter authorised, and nobody declared that there is none",
        spoil=changed(InformationCheckRequested, no_supporter=False),
        spoils={"supporters_authorised"},
        code="supporter-authorisation-missing",
        said=lambda need: (*steps(need)[:2], ask(_n(need), no_supporter=False)),
    ),
    Mutation(
        name="surveyed by telephone outside an emergency",
        spoil=changed(HouseholdSurveyed, mode="phone"),
        spoils={"surveyed_by_two"},
        code="survey-missing",
        said=_but(1, lambda need: survey(number=_n(need), mode="phone")),
    ),
    Mutation(
        name="recognised for longer than a year",
        spoil=changed(EligibilityConfirmed, valid_until=date(2027, 3, 16)),
        spoils={"valid_in_term"},
        code="case-ended",
        said=lambda need: (*complete(need), confirm(number=_n(need))),
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


def owed(need: str) -> set[str]:
    return set(BOOK.on("procedure", DECIDED, Procedure).needs[need].steps)


@pytest.mark.parametrize(
    ("mutation", "need"),
    [(mutation, need) for mutation in MUTATIONS for need in NEEDS if mutation.spoils & owed(need)],
    ids=lambda one: one.name if isinstance(one, Mutation) else one,
)
def test_what_is_missing_or_spoiled_fails_its_step_and_is_refused(mutation: Mutation, need: str) -> None:
    """Exactly the article that was broken fails in the proof; at the door the same is refused with its code."""
    row = proof(list(mutation.spoil(told(*complete(need)))))
    assert failing(row) == mutation.spoils & owed(need)
    assert row.complete == ({step.state for step in row.steps} <= {"met", "late", "not_required"})
    actor = "bureau:T01-I1" if mutation.code == "decided-by-investigator" else "bureau:B01"
    assert no(*mutation.said(need), actor=actor) == mutation.code


def test_every_step_of_every_pack_is_spoiled_by_some_mutation_or_has_a_test_of_its_own() -> None:
    """So that a step added to a pack is not forgotten here."""
    apart = {
        "accepted", "contest_answered", "objection_answered", "submitted", "bureau_visited", "decided_in_term",
        "whole_in_term", "papers_completed", "refusal_in_writing", "remedies_named",
        "ability_assessed", "care_arranged",
    }  # fmt: skip
    assert {step for mutation in MUTATIONS for step in mutation.spoils} == set(STEPS) - apart


@pytest.mark.parametrize("need", [need for need in NEEDS if "submitted" in owed(need)])
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
    """Steps that were not taken are not owed any more; the written notice with its remedies is, in three working days."""
    early = told(open_case(), confirm(outcome="refused", reason="家庭人均月收入高于标准"))
    assert failing(proof(early)) == {"refusal_in_writing", "remedies_named"}
    delivered = told(*REFUSED, deliver(date(2026, 3, 20)))
    (late,) = [step for step in proof(delivered).steps if step.state == "late"]
    assert (late.step, late.days_late) == ("refusal_in_writing", 1)
    assert isinstance(delivered[-1].fact, RefusalDelivered)
    assert isinstance(delivered[-2].fact, EligibilityRefused)


def test_a_refusal_that_names_no_remedies_fails_articles_36_to_38() -> None:
    silent = changed(RefusalDelivered, remedies=())(told(*REFUSED, deliver(DECIDED)))
    assert failing(proof(list(silent))) == {"remedies_named"}


def test_a_contested_check_that_was_not_answered_again_fails_article_eighteen() -> None:
    """And nothing is posted or granted meanwhile; asked and answered again, it is settled."""
    assert failing(proof(told(*CONTESTED))) >= {"noticed_in_full"}
    assert "contest_answered" not in failing(proof(told(*CONTESTED)))
    assert "contest_answered" in failing(proof(told(*CONTESTED[:-1])))
    assert no(*CONTESTED[:5], post()) == "contest-open"
    complete_again = told(*CONTESTED, *steps()[4:], confirm())
    assert failing(proof(complete_again)) == set()
    late = contest(date(2026, 3, 13))
    assert no(*steps(), late, confirm()) == "contest-open"
    unanswered = told(*steps(), late)
    assert "contest_answered" in failing(proof([*unanswered, *told(*complete("dibao_urban"))[-2:]]))


@pytest.mark.parametrize("need", NEEDS)
def test_a_complaint_about_an_open_case_needs_the_bureaus_visit_after_it(need: str) -> None:
    """A visit of before the complaint answers nothing (arts. 20, 36-38)."""
    n = _n(need)
    said = (*steps(need), bureau_visit(number=n), complaint(number=n))
    assert no(*said, confirm(number=n)) == "bureau-visit-missing"
    visited = told(*said, bureau_visit(DECIDED, n), confirm(number=n))
    assert failing(proof(visited)) == set()
    only_before = [
        one for one in visited if not (isinstance(one.fact, BureauVisited) and one.fact.visited_on == DECIDED)
    ]
    assert failing(proof(only_before)) == {"bureau_visited"}


def test_a_withdrawn_case_owes_nothing_more() -> None:
    records = [
        *told(open_case()),
        record(CaseClosed(application_no="R-1-dibao_urban", town="T01", reason="withdrawn"), DOWN, 9),
    ]
    row = proof(records)
    assert (row.outcome, row.complete, failing(row)) == ("withdrawn", True, set())


def test_an_emergency_helped_first_shows_the_papers_it_still_owes() -> None:
    row = proof(told(open_case("temporary"), confirm(number=T, emergency=True, officer=None)))
    assert {"surveyed_by_two", "checked", "noticed_in_full", "papers_completed"} <= failing(row)
    assert not row.complete


def test_an_emergency_is_complete_once_its_papers_are() -> None:
    """Helped first, everything else after it, in the term of the pack (fifteen working days, sample)."""
    row = proof(told(*EMERGENCY))
    assert (row.outcome, row.complete, failing(row)) == ("confirmed", True, set())
    by_name = {step.step: step for step in row.steps}
    assert (by_name["papers_completed"].due_on, by_name["papers_completed"].state) == (date(2026, 3, 23), "met")
    assert failing(proof(told(*EMERGENCY[:-1]))) == {"papers_completed"}


@pytest.mark.parametrize(
    ("left_out", "code", "fails"),
    [
        (2, "survey-missing", {"investigation_started", "surveyed_by_two", "family_signed"}),
        (3, "check-not-requested", {"authorised", "check_started", "checked"}),
        (4, "check-missing", {"checked"}),
        (5, "notice-not-posted", {"opinion_signed"}),
    ],
)
def test_papers_of_an_emergency_are_not_complete_without_each_of_them(
    left_out: int, code: str, fails: set[str]
) -> None:
    kinds = (HouseholdSurveyed, InformationCheckRequested, InformationCheckReturned, NoticePosted)
    gone: tuple[type[Fact], ...] = kinds[left_out - 2 : left_out - 1]
    if left_out == 3:
        gone = kinds[1:3]
    assert failing(proof(list(without(*gone)(told(*EMERGENCY))))) == fails
    assert first_refusal(*(one for place, one in enumerate(EMERGENCY) if place != left_out)) == code


def first_refusal(*said: Said) -> str:
    """The code of the first command that is refused on the way."""
    for end in range(1, len(said) + 1):
        try:
            told(*said[:end])
        except CommandRejected as refused:
            return refused.code
    return ""
