"""Proves that over the whole sample district, 198 officers for a year, no test objects but to what the sample really holds."""

from collections import Counter

import pytest

from services.audit.automatic.sweep import sweep
from services.contracts.casework import BenefitLinesListed
from services.contracts.payroll import PayslipComputed
from tests.fraud.corpus import whole_district

# What the sample's month really holds, by its plan or its chance, whatever the services say of it: accounts that two
# households share, terms that ran out, requests granted before their match was decided, a visit to somebody dead.
HELD = {
    "account_of_several", "complaint_unanswered", "discovery_unfollowed", "emergency_without_papers", "match_undecided",
    "reassessment_late", "referral_unanswered", "refusal_undelivered", "step_overdue", "visit_after_death",
}  # fmt: skip


@pytest.mark.slow
def test_a_year_of_198_officers_has_no_false_alarm() -> None:
    """At most one in a thousand officer-months is asked for; there are 2,376, and none."""
    corpus = whole_district()
    assert len(corpus.of(PayslipComputed)) > 2_000
    found = Counter(finding.test for finding in sweep(corpus.records(), corpus.rules))
    assert set(found) <= HELD
    shared = {line.account for of in corpus.of(BenefitLinesListed) for line in of.fact.lines if line.shared_by > 1}  # type: ignore[attr-defined]
    assert 0 < len(shared) <= found["account_of_several"]
