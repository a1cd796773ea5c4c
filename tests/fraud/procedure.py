"""Irregularities in the steps of a case: skipped, doubled, late, or not as they were posted."""

import random
from datetime import timedelta

from services.contracts.casework import (
    BenefitTerminated,
    BureauVisited,
    CaseClosed,
    CaseOpened,
    CommunityReviewed,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdSurveyed,
    HouseholdTakenOver,
    InformationCheckRequested,
    InformationCheckReturned,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    OpinionSubmitted,
    StepOverdue,
    TerminationPosted,
)
from services.contracts.intake import ApplicationWithdrawn
from services.contracts.money import Fen
from services.contracts.months import Month
from tests.fraud.corpus import Corpus
from tests.fraud.planting import DIBAO, Planted, fact_of, first, found, grant, plants


@plants("survey_by_one")
def survey_by_one(corpus: Corpus, rng: random.Random) -> Planted:
    """The second investigator was never there. Innocent: one person's survey that casework itself calls invalid."""
    alone = corpus.take(rng, HouseholdSurveyed, lambda fact: fact.valid)
    corpus.change(alone, investigators=fact_of(alone, HouseholdSurveyed).investigators[:1] * 2)
    honest = corpus.take(rng, HouseholdSurveyed, lambda fact: fact.valid)
    one = fact_of(honest, HouseholdSurveyed).investigators[:1]
    corpus.change(honest, investigators=one, valid=False, missed_points=("investigators",))
    return found("survey_by_one", alone.subject, honest.subject)


@plants("grant_without_survey")
def grant_without_survey(corpus: Corpus, rng: random.Random) -> Planted:
    """No survey at all. Innocent: an emergency, which is helped first."""
    line, _fact = grant(corpus, rng)
    for survey in [one for one in corpus.about(line.subject) if isinstance(one.fact, HouseholdSurveyed)]:
        corpus.drop(survey)
    helped = corpus.take(rng, EligibilityConfirmed, lambda one: one.emergency)
    return found("grant_without_survey", line.subject, helped.subject)


@plants("grant_without_survey")
def grant_on_invalid_survey(corpus: Corpus, rng: random.Random) -> Planted:
    """Nobody of the family signed and no witness did. Innocent: an uninvolved witness signed in the family's place."""
    line, fact = grant(corpus, rng)
    surveyed = first(corpus, line.subject, HouseholdSurveyed, fact.application_no)
    for one in corpus.about(line.subject):
        if isinstance(one.fact, HouseholdSurveyed):
            corpus.change(one, family_signed=False, witness=None)
    other, its = grant(corpus, rng)
    corpus.change(
        first(corpus, other.subject, HouseholdSurveyed, its.application_no), family_signed=False, witness="committee:M1"
    )
    return found("grant_without_survey", surveyed.subject, other.subject)


@plants("notice_cut_short")
def notice_cut_short(corpus: Corpus, rng: random.Random) -> Planted:
    """Taken down a day early. Innocent: seven full days to the day."""
    early = corpus.take(rng, NoticeClosed)
    corpus.change(early, closed_on=fact_of(early, NoticeClosed).posted_on + timedelta(days=7))
    exact = corpus.take(rng, NoticeClosed)
    corpus.change(exact, closed_on=fact_of(exact, NoticeClosed).posted_on + timedelta(days=8))
    return found("notice_cut_short", early.subject, exact.subject)


@plants("grant_without_notice")
def grant_without_notice(corpus: Corpus, rng: random.Random) -> Planted:
    """Never posted, or decided while it hung. Innocent: an emergency, which is helped first."""
    line, fact = grant(corpus, rng)
    if rng.random() < 0.5:
        corpus.drop(first(corpus, line.subject, NoticePosted, fact.application_no))
    corpus.drop(first(corpus, line.subject, NoticeClosed, fact.application_no))
    helped = corpus.take(rng, EligibilityConfirmed, lambda one: one.emergency)
    return found("grant_without_notice", line.subject, helped.subject)


@plants("amount_above_ceiling")
def amount_above_ceiling(corpus: Corpus, rng: random.Random) -> Planted:
    """A fen more than standard × members. Innocent: exactly the standard × members, with the top-up beside it."""
    (over, its), (full, whole) = grant(corpus, rng), grant(corpus, rng)
    for line, fact, more in ((over, its, 1), (full, whole, 0)):
        ceiling = fact.standard_fen * fact.covered_members
        corpus.change(line, monthly_amount_fen=ceiling + more + fact.top_up_fen + fact.care_fee_fen)
    return found("amount_above_ceiling", over.subject, full.subject)


@plants("grant_without_acceptance")
def grant_without_acceptance(corpus: Corpus, rng: random.Random) -> Planted:
    """There never was a case. Innocent: stock taken over, for which no procedure is claimed."""
    line, fact = grant(corpus, rng)
    corpus.drop(first(corpus, line.subject, CaseOpened, fact.application_no))
    stock = corpus.take(rng, HouseholdTakenOver)
    return found("grant_without_acceptance", line.subject, stock.subject)


@plants("grant_without_check")
def grant_without_check(corpus: Corpus, rng: random.Random) -> Planted:
    """The check never came back, or was never asked for. Innocent: an emergency granted before it came back."""
    line, _fact = grant(corpus, rng)
    for returned in [one for one in corpus.about(line.subject) if isinstance(one.fact, InformationCheckReturned)]:
        corpus.drop(returned)
    if rng.random() < 0.5:
        for asked in [one for one in corpus.about(line.subject) if isinstance(one.fact, InformationCheckRequested)]:
            corpus.drop(asked)
    helped = corpus.take(rng, EligibilityConfirmed, lambda one: one.emergency)
    return found("grant_without_check", line.subject, helped.subject)


@plants("conflict_unresolved")
def conflict_unresolved(corpus: Corpus, rng: random.Random) -> Planted:
    """The bank contradicts the household and it is granted all the same. Innocent: the bank was asked again and agrees."""
    line, _fact = grant(corpus, rng)
    returned = [one for one in corpus.about(line.subject) if isinstance(one.fact, InformationCheckReturned)][-1]
    corpus.change(returned, conflicts=("bank",))
    other, its = grant(corpus, rng)
    answer = first(corpus, other.subject, InformationCheckReturned, its.application_no)
    corpus.change(answer, conflicts=("bank",))
    again = fact_of(answer, InformationCheckReturned)
    corpus.add(
        other.subject,
        type(again)(
            application_no=again.application_no, town=again.town, conflicts=(), returned_on=again.returned_on,
            check_no=again.check_no, registers=("bank",),
        ),
        at=answer.at + timedelta(minutes=1),
    )  # fmt: skip
    return found("conflict_unresolved", line.subject, other.subject)


@plants("grant_without_submission")
def grant_without_submission(corpus: Corpus, rng: random.Random) -> Planted:
    """The town never sent its opinion. Innocent: a temporary help, whose procedure owes none."""
    line, fact = grant(corpus, rng)
    corpus.drop(first(corpus, line.subject, OpinionSubmitted, fact.application_no))
    small = corpus.take(rng, EligibilityConfirmed, lambda one: one.need == "temporary" and not one.emergency)
    return found("grant_without_submission", line.subject, small.subject)


@plants("bureau_visit_missing")
def bureau_visit_missing(corpus: Corpus, rng: random.Random) -> Planted:
    """An objection came and the bureau did not go. Innocent: it went after the objection."""
    pair = []
    for visited in (False, True):
        line, fact = grant(corpus, rng)
        closed = first(corpus, line.subject, NoticeClosed, fact.application_no)
        said = NoticeObjected(application_no=fact.application_no, town=fact.town, objection_no="Y-forged")
        corpus.add(line.subject, said, at=closed.at - timedelta(hours=1))
        for old in [one for one in corpus.about(line.subject) if isinstance(one.fact, BureauVisited)]:
            corpus.drop(old)
        if visited:
            visit = BureauVisited(
                application_no=fact.application_no, town=fact.town, visitors=("bureau:B91", "bureau:B92"),
                visited_on=closed.at.date(), form_sha256=f"{corpus.number():064x}",
            )  # fmt: skip
            corpus.add(line.subject, visit, at=closed.at)
        pair.append(line.subject)
    return found("bureau_visit_missing", *pair)


@plants("tekun_unassessed")
def tekun_unassessed(corpus: Corpus, rng: random.Random) -> Planted:
    """Recognised with nobody assessed. Innocent: assessed by two, as it stands."""
    guilty, honest = (corpus.take(rng, EligibilityConfirmed, lambda one: one.need == "tekun") for _ in range(2))
    for one in corpus.about(guilty.subject):
        if type(one.fact).__name__ == "AbilityAssessed":
            corpus.drop(one)
    return found("tekun_unassessed", guilty.subject, honest.subject)


@plants("covered_above_members")
def covered_above_members(corpus: Corpus, rng: random.Random) -> Planted:
    """One person more than the household has. Innocent: every member covered."""
    (line, fact), (other, its) = grant(corpus, rng), grant(corpus, rng)
    for one, grown, more in ((line, fact, 1), (other, its, 0)):
        opened = fact_of(first(corpus, one.subject, CaseOpened, grown.application_no), CaseOpened)
        corpus.change(one, covered_members=opened.member_count + more)
    return found("covered_above_members", line.subject, other.subject)


@plants("grant_from_wrong_month")
def grant_from_wrong_month(corpus: Corpus, rng: random.Random) -> Planted:
    """Paid from the month of the decision already. Innocent: a single sum, which is paid in the month itself."""
    line, fact = grant(corpus, rng)
    corpus.change(line, from_month=Month.of(fact.decided_on))
    small = corpus.take(rng, EligibilityConfirmed, lambda one: one.one_off)
    return found("grant_from_wrong_month", line.subject, small.subject)


@plants("noticed_amount_differs")
def noticed_amount_differs(corpus: Corpus, rng: random.Random) -> Planted:
    """A hundred yuan less was posted than granted. Innocent: less granted than posted."""
    pair = []
    for posted in (-10_000, 10_000):
        line, fact = grant(corpus, rng, lambda one: one.monthly_amount_fen > 20_000)
        notice = first(corpus, line.subject, NoticePosted, fact.application_no)
        corpus.change(notice, proposed_amount_fen=Fen(fact.monthly_amount_fen + posted))
        pair.append(line.subject)
    return found("noticed_amount_differs", *pair)


@plants("decided_twice")
def decided_twice(corpus: Corpus, rng: random.Random) -> Planted:
    """Help where refusal was due: refused, then granted after all. Innocent: refused, and refused another need later."""
    line, fact = grant(corpus, rng)
    no = EligibilityRefused(
        application_no=fact.application_no, need=fact.need, town=fact.town, reason="收入高于标准（示例）",
        written_notice_by=fact.decided_on + timedelta(days=3), decided_on=fact.decided_on, decided_by="bureau:B90",
        pack_version=fact.pack_version, remedies=("复议",),
    )  # fmt: skip
    corpus.add(line.subject, no, at=line.at - timedelta(minutes=5))
    refused = corpus.take(rng, EligibilityRefused)
    other = fact_of(refused, EligibilityRefused)
    another = type(other)(
        application_no=f"{other.application_no}-other", need=other.need, town=other.town, reason=other.reason,
        written_notice_by=other.written_notice_by, decided_on=other.decided_on, decided_by=other.decided_by,
        pack_version=other.pack_version, remedies=other.remedies,
    )  # fmt: skip
    corpus.add(refused.subject, another, at=refused.at + timedelta(minutes=5))
    return found("decided_twice", line.subject, refused.subject)


@plants("case_closed_unasked")
def case_closed_unasked(corpus: Corpus, rng: random.Random) -> Planted:
    """Closed as withdrawn, and nobody withdrew. Innocent: somebody did."""
    guilty, honest = (corpus.take(rng, CaseClosed, lambda one: one.reason == "withdrawn") for _ in range(2))
    corpus.drop(first(corpus, guilty.subject, ApplicationWithdrawn))
    return found("case_closed_unasked", guilty.subject, honest.subject)


@plants("step_overdue")
def step_overdue(corpus: Corpus, rng: random.Random) -> Planted:
    """A clock ran out. Innocent: it ran to its last day."""
    pair = [corpus.take(rng, CaseOpened) for _ in range(2)]
    fact = fact_of(pair[0], CaseOpened)
    overdue = StepOverdue(
        application_no=fact.application_no, town=fact.town, clock=rng.choice(("investigation", "check_start")),
        due_on=fact.investigate_by, responsible=fact.responsible,
    )  # fmt: skip
    corpus.add(pair[0].subject, overdue, at=pair[0].at + timedelta(days=5))
    return found("step_overdue", pair[0].subject, pair[1].subject)


@plants("review_by_too_few")
def review_by_too_few(corpus: Corpus, rng: random.Random) -> Planted:
    """Six people, and yet valid. Innocent: six people, and said to be invalid."""
    guilty, honest = (corpus.take(rng, CommunityReviewed, lambda one: one.valid) for _ in range(2))
    corpus.change(guilty, participants_count=6)
    corpus.change(honest, participants_count=6, valid=False, missed_points=("participants",))
    return found("review_by_too_few", guilty.subject, honest.subject)


@plants("termination_without_notice")
def termination_without_notice(corpus: Corpus, rng: random.Random) -> Planted:
    """Ended with no notice. Innocent: ended after one, or by a death."""
    pair = []
    for how in ("income", rng.choice(("death", "posted"))):
        stock = corpus.take(rng, HouseholdTakenOver, lambda one: one.category == "tekun")
        fact, at = fact_of(stock, HouseholdTakenOver), stock.at + timedelta(days=30)
        if how == "posted":
            notice = TerminationPosted(
                town=fact.town, category="tekun", reason="income", posted_on=at.date(), ends_on=at.date(),
                proof_sha256=f"{corpus.number():064x}", pack_version="",
            )  # fmt: skip
            corpus.add(stock.subject, notice, at=at - timedelta(days=10))
        ended = BenefitTerminated(
            town=fact.town, category="tekun", reason="death" if how == "death" else "income",
            from_month=Month.of(at.date()).plus(1), decided_on=at.date(), decided_by="bureau:B90", pack_version="",
        )  # fmt: skip
        corpus.add(stock.subject, ended, at=at)
        pair.append(stock.subject)
    return found("termination_without_notice", *pair)


def is_dibao(fact: HouseholdTakenOver) -> bool:
    """Stock that receives dibao."""
    return fact.category in DIBAO
