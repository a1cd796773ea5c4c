"""The folder as casework binds it: all forms of every case in their order, then those of the benefit; no SQL and no HTTP."""

from typing import Final

from services.casework.forms.benefit import (
    CHANGE,
    REVERIFICATION,
    TAKEN_OVER,
    TERMINATION,
    TERMINATION_POSTED,
    benefit_sheets,
)
from services.casework.forms.bundle import Bundle, CaseBundle
from services.casework.forms.decision import CARE, DECISION, REFUSAL, care_sheets, decision_sheet, refusal_sheet
from services.casework.forms.investigation import (
    ABILITY,
    HELP_LETTER,
    NOTICE,
    REVIEW,
    SURVEY,
    ability_sheet,
    ability_sheets,
    authorisation_sheet,
    help_sheets,
    notice_sheets,
    review_sheets,
    survey_sheets,
)
from services.casework.forms.proof import PROOF, proof_body
from services.contracts.authorisation import AUTHORISATION
from services.contracts.casework import AbilityAssessed
from services.contracts.folders import Form, Sheet, said

FORMS: Final[tuple[Form, ...]] = (
    TAKEN_OVER, AUTHORISATION, HELP_LETTER, SURVEY, ABILITY, REVIEW, NOTICE, DECISION, REFUSAL, CARE, PROOF, REVERIFICATION, CHANGE,
    TERMINATION_POSTED, TERMINATION,
)  # fmt: skip


def sheets_of(bundle: Bundle) -> tuple[Sheet, ...]:
    """Every form of the household with its state, in the order in which they are bound."""
    reassessed = [one for one in said(bundle.facts, AbilityAssessed) if not one.fact.application_no]
    return (
        *(sheet for case in bundle.cases() for sheet in _of_case(case)),
        *(ability_sheet(bundle, bundle.household_no, one) for one in reassessed),
        *benefit_sheets(bundle),
    )


def _of_case(case: CaseBundle) -> tuple[Sheet, ...]:
    return (
        authorisation_sheet(case),
        *help_sheets(case),
        *survey_sheets(case),
        *ability_sheets(case),
        *review_sheets(case),
        *notice_sheets(case),
        decision_sheet(case),
        refusal_sheet(case),
        *care_sheets(case),
        *_proof(case),
    )


def _proof(case: CaseBundle) -> tuple[Sheet, ...]:
    """The proof of procedure as it stands: of a case that runs on, or that skipped a step, it says so."""
    row = case.whole.proofs.get(case.number)
    if row is None:
        return ()
    why = "" if row.complete else "程序未完备 not complete"
    return (
        Sheet(
            form=PROOF, of=case.number, state="present", why=why, body=proof_body(case.number, row),
            article=case.article("accepted", "whole_in_term"),
        ),
    )  # fmt: skip
