"""Irregularities on posts, in recruitment and in appraisals: held twice, over the number, chosen unscored, settled by oneself."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.contracts.casework import ContractSigned, ContractStaffAssigned, ContractStaffReleased
from services.contracts.months import Month
from services.contracts.payroll import (
    AllottedPosts,
    AppointmentException,
    AppraisalConfirmed,
    AppraisalContested,
    AppraisalProposed,
    AppraisalRuled,
    AppraisalSettled,
    CandidateRegistered,
    CandidateScored,
    CandidatesSelected,
    OfficerAppointed,
    OfficerTakenOver,
    PassedOver,
    PostFilled,
    PostsAllotted,
    PostsEstablished,
    PostVacated,
    RankedCandidate,
    RankingPosted,
)
from tests.contract.golden import made
from tests.fraud.corpus import Corpus
from tests.fraud.forging import at, pair, replace, said

POSTS = "posts:district"
# Long before the log's own posts are established, so that the forged ones are not counted among them …
EARLY = at(date(2025, 3, 1))
# … and after everything else, where they are.
LATE = at(date(2026, 4, 2))


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody on a post."""

    number: str
    post_no: str

    @property
    def subject(self) -> str:
        return f"officer:{self.number}"


def filled(
    corpus: Corpus, from_on: date, *, post_no: str = "", person: str = "", number: str = "", town: str = "T90",
    when: datetime = EARLY,
) -> Stay:  # fmt: skip
    number = number or f"O{6000 + corpus.number()}"
    post_no = post_no or f"{town}-{number}"
    fact = made(
        PostFilled, post_no=post_no, town=town, officer=number, person=person or f"p_{number}", from_on=from_on, how="appointed"
    )  # fmt: skip
    corpus.add(POSTS, fact, at=when)
    return Stay(number, post_no)


def vacated(corpus: Corpus, stay: Stay, free_from_on: date, when: datetime = EARLY) -> None:
    fact = made(PostVacated, post_no=stay.post_no, town="T90", officer=stay.number, free_from_on=free_from_on)
    corpus.add(POSTS, fact, at=when)


@pair("officer_on_two_posts")
def two_posts(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """One officer, or one person by another number, on a second post. Innocent: the first ended the day before; moved."""
    day = date(2025, 1, 1) + timedelta(days=rng.randrange(50))
    first = filled(corpus, day)
    again = filled(
        corpus,
        day + timedelta(days=rng.randrange(9)),
        person=f"p_{first.number}",
        number=rng.choice(("", first.number)),
        town="T91",
    )
    before = filled(corpus, day)
    vacated(corpus, before, day + timedelta(days=5))
    moved = filled(corpus, day + timedelta(days=5), person=f"p_{before.number}", number=before.number, town="T91")
    return again.subject, moved.subject


@pair("post_held_twice")
def one_post(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """A post filled while somebody holds it. Innocent: free since that day."""
    day = date(2025, 1, 1) + timedelta(days=rng.randrange(50))
    first = filled(corpus, day)
    second = filled(corpus, day + timedelta(days=rng.randint(0, 30)), post_no=first.post_no)
    gone = filled(corpus, day)
    vacated(corpus, gone, day + timedelta(days=10))
    return second.subject, filled(corpus, day + timedelta(days=10), post_no=gone.post_no).subject


@pair("posts_over_establishment")
def too_many(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """More allotted, or filled, than a document established. Innocent: exactly as many."""

    def district(count: int, over: int) -> str:
        subject = f"posts:F{corpus.number()}"
        town = AllottedPosts(town="T01", post_count=count, proposed_count=count, figures=())
        fills = [
            made(PostFilled, post_no=f"P{n}", town="T01", officer=f"{subject}{n}", person=f"p{n}") for n in range(count)
        ]
        more = made(PostFilled, post_no="P-more", town="T01", officer=f"{subject}-more", person="p-more")
        wrong = rng.choice(([made(PostsAllotted, towns=(replace(town, post_count=count + over),))], [more]))
        said(
            corpus, subject, EARLY, made(PostsEstablished, post_count=count), made(PostsAllotted, towns=(town,)), *fills
        )
        said(corpus, subject, EARLY + timedelta(days=1), *(wrong if over else ()))
        return subject

    return district(rng.randint(1, 5), rng.randint(1, 3)), district(rng.randint(1, 5), 0)


@pair("posts_over_allotment")
def town_over(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """One post more of a town than was allotted to it. Innocent: the last of its posts; one filled again after it was vacated."""
    subject, count = f"posts:F{corpus.number()}", rng.randint(1, 4)
    towns = (AllottedPosts(town="T01", post_count=count, proposed_count=count, figures=()),)
    names = [f"O{5000 + corpus.number()}" for _ in range(count + 1)]
    fills = [
        made(PostFilled, post_no=f"P{n}", town="T01", officer=name, person=f"p_{name}") for n, name in enumerate(names)
    ]
    vacant = made(PostVacated, post_no="P0", town="T01", officer=names[0])
    successor = f"O{5000 + corpus.number()}"
    again = replace(fills[0], officer=successor, person=f"p_{successor}")
    said(corpus, subject, EARLY, made(PostsAllotted, towns=towns), *fills[:-1], vacant, again, fills[-1])
    return f"officer:{names[-1]}", f"officer:{successor}", f"officer:{names[-2]}"


@pair("town_hire_on_post")
def town_hire(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """On a town's own contract and on a post. Innocent: on the bureau's contract; released before the post began."""
    day = date(2025, 1, 1) + timedelta(days=rng.randrange(40))
    own, bureau = f"HT-F{corpus.number()}", f"HT-F{corpus.number()}"
    contractor = f"contractor:K{corpus.number():03d}"

    def hire(stay: Stay, contract_no: str) -> ContractStaffAssigned:
        return made(
            ContractStaffAssigned, contract_no=contract_no, staff_no=stay.number, person=f"p_{stay.number}", from_on=day
        )  # fmt: skip

    guilty, of_bureau = filled(corpus, day), filled(corpus, day)
    later = filled(corpus, day + timedelta(days=30))
    released = made(ContractStaffReleased, contract_no=own, staff_no=later.number, until_on=day + timedelta(days=29))
    said(
        corpus, contractor, EARLY,
        made(ContractSigned, contract_no=own, town="T01"), made(ContractSigned, contract_no=bureau, town=""),
        hire(guilty, own), hire(of_bureau, bureau), hire(later, own), released,
    )  # fmt: skip
    return guilty.subject, of_bureau.subject, later.subject


# ── recruitment

POSTED_ON = date(2025, 6, 2)
CHOSEN_ON = POSTED_ON + timedelta(days=8)


def a_round(
    corpus: Corpus,
    *,
    scored: int = 3,
    days: int = 7,
    selected: tuple[str, ...] = ("K1",),
    passed_over: tuple[PassedOver, ...] = (),
    selected_on: date = CHOSEN_ON,
    posted: bool = True,
    ranked: int = 3,
) -> str:
    """A round of three candidates for one town, ranked by number; the subject."""
    number = f"XP-F{corpus.number()}"
    candidates = [f"K{n}" for n in (1, 2, 3)]
    ranking = tuple(
        RankedCandidate(candidate_no=one, town="T01", rank=n, score_hundredths=9000 - n, preferred=False)
        for n, one in enumerate(candidates[:ranked], 1)
    )
    facts = (
        *(made(CandidateRegistered, round_no=number, candidate_no=one, person=f"p_{number}_{one}") for one in candidates),
        *(made(CandidateScored, round_no=number, candidate_no=one) for one in candidates[:scored]),
        *((
            made(
                RankingPosted, round_no=number, ranking=ranking, posted_on=POSTED_ON,
                last_day_on=POSTED_ON + timedelta(days=days),
            ),
        ) if posted else ()),
    )  # fmt: skip
    said(corpus, f"recruitment:{number}", at(POSTED_ON), *facts)
    choice = made(
        CandidatesSelected, round_no=number, selected=selected, passed_over=passed_over, selected_on=selected_on
    )
    corpus.add(f"recruitment:{number}", choice, at=at(selected_on))
    return f"recruitment:{number}"


@pair("selection_without_posting")
def unposted(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Never posted, for too few days, or chosen before the last day was over. Innocent: the day after it."""
    days = rng.randint(1, 6)
    fault = rng.randrange(3)
    if fault == 0:
        guilty = a_round(corpus, posted=False)
    elif fault == 1:
        guilty = a_round(corpus, days=days)
    else:
        guilty = a_round(corpus, selected_on=POSTED_ON + timedelta(days=days + 1))
    return guilty, a_round(corpus)


@pair("selection_without_score")
def unscored(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Without a score, or not on the ranking. Innocent: somebody else has no score."""
    reasons = tuple(PassedOver(candidate_no=one, selected="K3", preferred=False, reason="考察") for one in ("K1", "K2"))
    scored, ranked = rng.choice(((0, 3), (2, 3), (3, 1), (3, 2)))
    guilty = a_round(corpus, selected=("K3",), passed_over=reasons, scored=scored, ranked=ranked)
    return guilty, a_round(corpus, scored=2)


@pair("passed_over_unsaid")
def passed_over(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """The better ranked left out without a reason, or with an empty one. Innocent: with one; the first was chosen."""
    chosen = rng.choice(("K2", "K3"))
    reasons = tuple(
        PassedOver(candidate_no=one, selected=chosen, preferred=False, reason="考察认定")
        for one in ("K1", "K2")
        if one < chosen
    )
    empty = (replace(reasons[0], reason=" "), *reasons[1:])
    guilty = a_round(corpus, selected=(chosen,), passed_over=rng.choice((reasons[1:], empty)))
    return guilty, a_round(corpus, selected=(chosen,), passed_over=reasons), a_round(corpus)


def appointed(corpus: Corpus, **changes: object) -> str:
    number = f"O{4000 + corpus.number()}"
    ordinary: dict[str, object] = {
        "officer": number, "town": "T01", "education": "本科", "exceptions": (), "appointed_on": date(2025, 7, 1),
        "person": f"p_{number}", "bank_account_pseudonym": f"p_account_{number}", "phone_pseudonym": f"p_phone_{number}",
    }  # fmt: skip
    corpus.add(f"officer:{number}", made(OfficerAppointed, **(ordinary | changes)), at=LATE)
    return f"officer:{number}"


def _exception(rule: str, document: str = "示例批复") -> tuple[AppointmentException, ...]:
    return (AppointmentException(rule=rule, reason="示例", document=document),)


@pair("appointed_below_diploma")
def low_diploma(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Below a college diploma, or by an exception without document. Innocent: exactly a college diploma; an exception on record."""
    low = rng.choice(("初中", "高中", "中专"))
    exceptions = rng.choice(((), _exception("diploma", ""), _exception("recruitment")))
    return (
        appointed(corpus, education=low, exceptions=exceptions),
        appointed(corpus, education="大专"),
        appointed(corpus, education=low, exceptions=_exception("diploma")),
    )


@pair("appointed_outside_round")
def outside_round(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Whom no round chose or this one did not, another person, or from before the choice. Innocent: chosen; by an exception."""
    chosen = a_round(corpus).partition(":")[2]
    right: dict[str, object] = {"round_no": chosen, "candidate_no": "K1", "person": f"p_{chosen}_K1"}
    wrong = rng.choice(
        (
            {"round_no": ""}, {"candidate_no": "K2", "person": f"p_{chosen}_K2"}, {"person": "p_cousin"},
            {"appointed_on": CHOSEN_ON - timedelta(days=1)},
        )
    )  # fmt: skip
    return (
        appointed(corpus, **(right | wrong)),
        appointed(corpus, **right, appointed_on=CHOSEN_ON),
        appointed(corpus, round_no="", exceptions=_exception("recruitment")),
    )


# ── appraisals


@dataclass(frozen=True, slots=True)
class Appraised:
    """A quarter of an officer that no plant shares."""

    number: str

    @property
    def subject(self) -> str:
        return f"officer:{self.number}"

    @property
    def quarter(self) -> str:
        return f"appraisal:{self.number}-2025Q2"


def appraised(corpus: Corpus) -> Appraised:
    return Appraised(f"O{3000 + corpus.number()}")


def _of(who: Appraised) -> dict[str, object]:
    return {"officer": who.number, "year": 2025, "quarter": 2}


def proposed(who: Appraised) -> AppraisalProposed:
    return made(AppraisalProposed, **_of(who), town="T01", proposed_by="bureau:B01")


def settled(
    who: Appraised, by: str = "bureau-leader:L1", grade: str = "good", permille: int = 1000
) -> AppraisalSettled:
    return made(
        AppraisalSettled, **_of(who), town="T01", grade=grade, coefficient_permille=permille, settled_by=by
    )  # fmt: skip


def ruled(who: Appraised, by: str = "bureau-leader:L1", *, upheld: bool = True) -> AppraisalRuled:
    return made(AppraisalRuled, **_of(who), point="visits", upheld=upheld, ruled_by=by)


@pair("appraisal_own_cause")
def own_cause(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Settled or ruled on by the proposer or the officer, or confirmed by the officer. Innocent: by somebody else."""
    guilty, right = appraised(corpus), appraised(corpus)
    by = rng.choice(("bureau:B01", "bureau-leader:B01", guilty.subject))
    when = at(date(2025, 7, rng.randint(1, 28)))
    fault = rng.randrange(3)
    if fault == 2:
        confirmed = made(AppraisalConfirmed, **_of(guilty), confirmed_by=guilty.subject)
        corpus.add(guilty.subject, confirmed, at=when)
    else:
        said(corpus, guilty.quarter, when, proposed(guilty), settled(guilty, by) if fault else ruled(guilty, by))
    said(corpus, right.quarter, when, proposed(right), settled(right), ruled(right))
    return guilty.subject, right.subject


@pair("appraisal_changed_afterwards")
def changed_afterwards(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Another grade after settlement, without a ruling or with one that upheld nothing. Innocent: by an upheld objection."""
    guilty, right, same = appraised(corpus), appraised(corpus), appraised(corpus)
    when = at(date(2025, 7, rng.randint(1, 28)))
    between = (ruled(guilty, upheld=False),) if rng.random() < 0.5 else ()
    better = settled(guilty, grade="excellent", permille=1200)
    said(corpus, guilty.quarter, when, proposed(guilty), settled(guilty), *between, better)
    said(
        corpus,
        right.quarter,
        when,
        proposed(right),
        settled(right),
        ruled(right),
        replace(better, officer=right.number),
    )
    said(corpus, same.quarter, when, proposed(same), settled(same), settled(same))
    return guilty.subject, right.subject, same.subject


@pair("appraisal_objection_unheard")
def unheard(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Settled over an open objection. Innocent: ruled on before, whatever the ruling."""
    guilty, right = appraised(corpus), appraised(corpus)
    when = at(date(2025, 7, rng.randint(1, 28)))
    contested = made(AppraisalContested, **_of(guilty), point="visits", contested_by=guilty.subject)
    said(corpus, guilty.quarter, when, proposed(guilty), contested, settled(guilty))
    answered = ruled(right, upheld=rng.random() < 0.5)
    said(
        corpus, right.quarter, when, proposed(right), replace(contested, officer=right.number), answered, settled(right)
    )
    return guilty.subject, right.subject


@pair("appraisal_pay_differs")
def pay_differs(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Pay by a higher coefficient than was settled, or by one a clerk stated. Innocent: the settled one; a quarter of before."""
    guilty, right, old = appraised(corpus), appraised(corpus), appraised(corpus)
    when = at(date(2025, 7, rng.randint(1, 28)))
    for who, permille in ((guilty, 1000 + rng.randint(1, 400)), (right, 1000)):
        said(corpus, who.quarter, when, proposed(who), settled(who))
        paid = made(AppraisalConfirmed, **_of(who), coefficient_permille=permille, confirmed_by="bureau-leader:L1")
        corpus.add(who.subject, paid, at=when + timedelta(hours=1))
    of_old = made(AppraisalConfirmed, **_of(old), coefficient_permille=1200, confirmed_by="bureau-leader:L1")
    corpus.add(old.subject, of_old, at=when)
    return guilty.subject, right.subject, old.subject


@pair("appraisal_pay_differs")
def stated_by_hand(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """A quarter since the take-over stated by a clerk. Innocent: one the officer came with; by the bureau's leader."""
    guilty, before, leader = appraised(corpus), appraised(corpus), appraised(corpus)
    when = at(date(2025, 7, rng.randint(1, 28)))
    for who, through, by in ((guilty, 2, "bureau:B01"), (before, 6, "bureau:B01"), (leader, 2, "bureau-leader:L1")):
        came = made(
            OfficerTakenOver, officer=who.number, person=f"p_{who.number}", bank_account_pseudonym=f"p_account_{who.number}",
            paid_through_month=Month(2025, through), appointed_on=date(2020, 5, 1),
        )  # fmt: skip
        said(corpus, who.subject, when, came, made(AppraisalConfirmed, **_of(who), confirmed_by=by))
    return guilty.subject, before.subject, leader.subject
