"""Proves the proof of procedure: a complete case is complete, and whatever is missing or spoiled fails just its article.

Each row of `MUTATIONS` says what was done to a complete case, which steps of the proof that spoils, and with what code
the next command on the proper road is refused. The facts are spoiled as somebody would who bypassed the doors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from services.casework.domain import GivenMember
from services.casework.rules import STEPS, Procedure
from services.contracts.casework import (
    BureauVisited,
    EligibilityConfirmed,
    HouseholdSurveyed,
    InformationCheckRequested,
    InformationCheckReturned,
    NoticeClosed,
    NoticePosted,
    OpinionSubmitted,
)
from services.contracts.months import Month
from tests.unit.casework_proofs import (
    CONTESTED,
    EMERGENCY,
    OBJECTED,
    REFUSED,
    Spoil,
    changed,
    complete,
    failing,
    moved_to_the_end,
    number,
    number_of,
    owed,
    proof,
    record,
    told,
    without,
)
from tests.unit.casework_steps import (
    APPLICANT,
    BOOK,
    DECIDED,
    ENDS,
    NEEDS,
    RETURNED,
    SPOUSE,
    Said,
    ask,
    bureau_visit,
    close,
    confirm,
    deliver,
    no,
    open_case,
    person,
    post,
    returned,
    steps,
    survey,
)


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


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """`name`: what was done; `spoils`: the steps that fail for it; `code`: of the refusal on the proper road."""

    name: str
    spoil: Spoil
    spoils: set[str]
    code: str
    said: Callable[[str], tuple[Said, ...]]


def _but(index: int, *instead: Callable[[str], Said]) -> Callable[[str], tuple[Said, ...]]:
    """The complete case with the step at `index` replaced (or left out), up to the notice; then the grant is asked for."""

    def said(need: str) -> tuple[Said, ...]:
        all_steps = list(steps(need)[:4])
        all_steps[index : index + 1] = [make(need) for make in instead]
        return (*all_steps, post(number=number(need)))

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
        said=_but(1, lambda need: survey(number=number(need), investigators=("investigator:T01-I1",))),
    ),
    Mutation(
        name="one investigator in two roles",
        spoil=changed(HouseholdSurveyed, investigators=("officer:T01-I1", "window:T01-I1")),
        spoils={"surveyed_by_two"},
        code="survey-missing",
        said=_but(1, lambda need: survey(number=number(need), investigators=("officer:T01-I1", "window:T01-I1"))),
    ),
    Mutation(
        name="no family signature",
        spoil=changed(HouseholdSurveyed, family_signed=False),
        spoils={"family_signed"},
        code="survey-missing",
        said=_but(1, lambda need: survey(number=number(need), family_signed=False)),
    ),
    Mutation(
        name="an investigator as witness",
        spoil=changed(HouseholdSurveyed, family_signed=False, witness="investigator:T01-I1"),
        spoils={"family_signed"},
        code="survey-missing",
        said=_but(1, lambda need: survey(number=number(need), family_signed=False, witness="investigator:T01-I1")),
    ),
    Mutation(
        name="an investigator as witness in another role",
        spoil=changed(HouseholdSurveyed, family_signed=False, witness="committee:T01-I1"),
        spoils={"family_signed"},
        code="survey-missing",
        said=_but(1, lambda need: survey(number=number(need), family_signed=False, witness="committee:T01-I1")),
    ),
    Mutation(
        name="the investigation began a day late",
        spoil=changed(HouseholdSurveyed, surveyed_on=date(2026, 3, 6)),
        spoils={"investigation_started"},
        code="out-of-order",
        said=_but(1, lambda need: (date(2026, 3, 6), survey(date(2026, 3, 6), number(need))[1])),
    ),
    Mutation(
        name="no authorisation of one member",
        spoil=changed(InformationCheckRequested, authorised_count=1),
        spoils={"authorised"},
        code="authorisation-missing",
        said=lambda need: (*steps(need)[:2], ask(number(need), 1)),
    ),
    Mutation(
        name="the check was never asked for",
        spoil=without(InformationCheckRequested, InformationCheckReturned),
        spoils={"authorised", "supporters_authorised", "check_started", "checked"},
        code="check-missing",
        said=lambda need: (*steps(need)[:2], post(number=number(need))),
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
            returned("bank", number=number(need)),
            *steps(need)[4:6],
            confirm(number=number(need)),
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
            returned("bank", number=number(need)),
            (RETURNED, ask(number(need), registers=("vehicle",))[1]),
            returned(number=number(need), registers=("vehicle",)),
            *steps(need)[4:6],
            confirm(number=number(need)),
        ),
    ),
    Mutation(
        name="no legal supporter authorised, and nobody declared that there is none",
        spoil=changed(InformationCheckRequested, no_supporter=False),
        spoils={"supporters_authorised"},
        code="supporter-authorisation-missing",
        said=lambda need: (*steps(need)[:2], ask(number(need), no_supporter=False)),
    ),
    Mutation(
        name="surveyed by telephone outside an emergency",
        spoil=changed(HouseholdSurveyed, mode="phone"),
        spoils={"surveyed_by_two"},
        code="survey-missing",
        said=_but(1, lambda need: survey(number=number(need), mode="phone")),
    ),
    Mutation(
        name="recognised for longer than a year",
        spoil=changed(EligibilityConfirmed, valid_until=date(2027, 3, 16)),
        spoils={"valid_in_term"},
        code="case-ended",
        said=lambda need: (*complete(need), confirm(number=number(need))),
    ),
    Mutation(
        name="nothing was posted",
        spoil=without(NoticePosted, NoticeClosed),
        spoils={"opinion_signed", "noticed_in_full"},
        code="notice-missing",
        said=lambda need: (*steps(need)[:4], confirm(number=number(need))),
    ),
    Mutation(
        name="nobody signed the opinion",
        spoil=changed(NoticePosted, opinion_signed_by=""),
        spoils={"opinion_signed"},
        code="notice-missing",
        said=lambda need: (*steps(need)[:4], confirm(number=number(need))),
    ),
    Mutation(
        name="a notice of six days",
        spoil=changed(NoticeClosed, closed_on=ENDS),
        spoils={"noticed_in_full"},
        code="notice-running",
        said=lambda need: (*steps(need)[:5], close(ENDS, number(need))),
    ),
    Mutation(
        name="decided before the notice was over",
        spoil=moved_to_the_end(NoticeClosed),
        spoils={"noticed_in_full"},
        code="notice-missing",
        said=lambda need: (*steps(need)[:5], confirm(number=number(need))),
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
        said=lambda need: (*complete(need), confirm(number=number(need))),
    ),
]


CHILD = GivenMember(resident_id="510212201503030031", name="示例丙", relation="子女")


def test_whoever_the_survey_found_beside_those_who_applied_has_authorised_the_check_too() -> None:
    """As the notice's own guard (57号 arts. 9, 17): found before or after the check was asked for, until one names them."""
    found = survey(members=(APPLICANT, SPOUSE, CHILD))
    named = ask(persons=tuple(person(one) for one in (APPLICANT, SPOUSE, CHILD)))
    for said in ((open_case(), found, ask()), (open_case(), ask(), found)):
        records = told(*said, returned())
        (step,) = (one for one in proof(records).steps if one.step == "authorised")
        assert (step.state, step.why) == ("failed", "authorisations")
        assert no(*said, returned(), post()) == "authorisation-missing"
        again = told(*said, returned(), named, returned())
        assert "authorised" not in failing(proof(again))


def test_an_investigator_in_another_role_is_not_the_bureaus_own_visitor() -> None:
    seen = (*steps(near_relative=True), bureau_visit(), confirm())
    assert failing(proof(told(*seen))) == set()
    spoiled = changed(BureauVisited, visitors=("bureau:T01-I1",))(told(*seen))
    assert failing(proof(list(spoiled))) == {"bureau_visited"}


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
    assert no(*steps(need)[:6], confirm(number=number(need))) == "submission-missing"
