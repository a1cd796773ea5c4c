"""Proves that a person is erased by an order of two people alone, not before the law allows it, once, and what is kept is named."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from services.contracts import codec
from services.contracts.audit import FindingContestDecided, FindingOpened, FindingRecurred
from services.contracts.casework import RecoveryClaimed, RecoveryReceived
from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import CommandRejected, Context
from services.contracts.erasure_words import AGAINST
from services.contracts.intake import (
    ApplicationWithdrawn,
    ErasureApproved,
    ErasureDone,
    ErasureRefused,
    ErasureRequested,
)
from services.contracts.payroll import ExitWithdrawn, OfficerLeft, OfficerTakenOver
from services.contracts.registry import Fact, kind_of
from services.eventlog.deciding import NotLevel
from services.eventlog.following import EvolveFailed, execute_all
from services.intake import store
from services.intake.domain import (
    ERASURE,
    ApproveErasure,
    CarryOutErasure,
    Erasure,
    Holding,
    RefuseErasure,
    RequestErasure,
)
from services.intake.projections import DUE, ERASURES, MATTERS, TIES
from services.intake.projections.erasures import _CLOSES, _OPENS
from services.intake.service import SERVICE
from tests.contract.golden import files_of
from tests.unit.test_intake_models import fold, received, record
from tests.unit.test_intake_window import BOOK, pseudonym, resident_id

TODAY = date(2037, 1, 5)
ID = resident_id("51021219600101001")
PERSON = pseudonym(ID)
ALL = ("identity", "retention", "sensitive")
FREE = Holding(groups=ALL, last_on=date(2026, 3, 2))
REQUEST = RequestErasure(
    erasure_no="SC-1", resident_id=ID, ground="purpose_achieved", document_sha256="a" * 64, received_on=TODAY, holding=FREE
)  # fmt: skip
APPROVE = ApproveErasure(erasure_no="SC-1", holding=FREE)
REFUSE = RefuseErasure(erasure_no="SC-1", reason="仍在享受低保", holding=FREE)
DEED = CarryOutErasure(erasure_no="SC-1", erased=True)


def golden(kind: type[Fact], **changes: Any) -> Fact:
    """A fact as its newest golden record has it, with changes."""
    envelope = codec.decode(files_of(kind_of(kind))[-1].read_bytes())
    return msgspec.structs.replace(codec.body(envelope), **changes)


def by(actor: str, today: date = TODAY) -> Context:
    now = datetime(today.year, today.month, today.day, 2, tzinfo=UTC)
    role = actor.partition(":")[0]
    return Context(now=now, actor=actor, role=role, town=None, rules=BOOK, pseudonym=pseudonym)


def ordered(*commands: Any, leader: str = "bureau-leader:L1", today: date = TODAY) -> tuple[Erasure, tuple[Fact, ...]]:
    """The order after commands, requests by the bureau's B1 and the rest by its leader, and the facts of the last one."""
    state, facts = ERASURE.initial, ()
    for command in commands:
        actor = "bureau:B1" if isinstance(command, RequestErasure) else leader
        facts = ERASURE.decide(state, command, by(actor, today))
        for fact in facts:
            state = ERASURE.evolve(state, fact)
    return state, facts


def refused(*commands: Any, **how: Any) -> CommandRejected:
    with pytest.raises(CommandRejected) as no:
        ordered(*commands, **how)
    return no.value


def held(**changes: Any) -> Holding:
    return Holding(**({"groups": ALL, "last_on": date(2026, 3, 2)} | changes))


def test_an_order_is_asked_for_approved_by_another_and_done_once() -> None:
    state, (requested,) = ordered(REQUEST)
    assert isinstance(requested, ErasureRequested)
    assert (requested.person, requested.against, requested.not_before) == (PERSON, (), None)
    assert ID not in str(requested)
    _, (approved,) = ordered(REQUEST, APPROVE)
    assert approved == ErasureApproved(
        erasure_no="SC-1", person=PERSON, groups=("identity", "sensitive"), kept_groups=("retention",),
        kept_until=date(2057, 1, 1), approved_by="bureau-leader:L1", pack_version="retention@2026-1",
    )  # fmt: skip
    _, (done,) = ordered(REQUEST, APPROVE, DEED)
    assert done == ErasureDone(
        erasure_no="SC-1", person=PERSON, groups=("identity", "sensitive"), key_count=2, kept_groups=("retention",),
        kept_until=date(2057, 1, 1),
    )  # fmt: skip
    assert ordered(REQUEST, APPROVE, DEED, DEED)[1] == ()
    assert ordered(DEED)[1] == ()
    assert state.status == "requested"


def test_two_people_stand_behind_an_erasure_whatever_their_roles() -> None:
    for command in (APPROVE, REFUSE):
        assert refused(REQUEST, command, leader="bureau-leader:B1").code == "same-person"


@pytest.mark.parametrize("what", sorted(set(AGAINST) - {"retention"}))
def test_whatever_is_open_bars_it_and_is_named_with_the_first_day(what: str) -> None:
    """Ten years after the year in which it ends, at the earliest in this one; the request is on record all the same."""
    barred = held(open=(what,))
    _, (requested,) = ordered(RequestErasure(**{**_fields(REQUEST), "holding": barred}))
    assert isinstance(requested, ErasureRequested)
    assert (requested.against, requested.not_before) == ((what,), date(2048, 1, 1))
    no = refused(REQUEST, ApproveErasure(erasure_no="SC-1", holding=barred))
    assert no.code == "erasure-barred"
    assert AGAINST[what][0] in no.zh
    assert AGAINST[what][1] in no.en
    assert "2048-01-01" in no.zh
    assert "2048-01-01" in no.en
    _, (told,) = ordered(REQUEST, RefuseErasure(erasure_no="SC-1", reason="见所列事项", holding=barred))
    assert isinstance(told, ErasureRefused)
    assert (told.against, told.not_before) == ((what,), date(2048, 1, 1))


def _fields(command: RequestErasure) -> dict[str, Any]:
    return {name: getattr(command, name) for name in command.__struct_fields__}


@pytest.mark.parametrize(
    ("today", "barred"),
    [(date(2036, 12, 31), True), (date(2037, 1, 1), False)],
    ids=["last day kept", "first day free"],
)
def test_files_are_kept_for_whole_years_after_the_year_of_the_last_fact(today: date, barred: bool) -> None:
    request = RequestErasure(**{**_fields(REQUEST), "received_on": today})
    _, (requested,) = ordered(request, today=today)
    assert isinstance(requested, ErasureRequested)
    assert requested.against == (("retention",) if barred else ())
    assert requested.not_before == (date(2037, 1, 1) if barred else None)
    if barred:
        assert refused(request, APPROVE, today=today).code == "erasure-barred"
    else:
        ordered(request, APPROVE, today=today)


def test_what_vouchers_rest_on_goes_once_its_own_term_is_over() -> None:
    left = held(groups=("retention",))
    last = ApproveErasure(erasure_no="SC-1", holding=left)
    assert refused(REQUEST, last).code == "only-vouchers"
    _, (approved,) = ordered(REQUEST, last, today=date(2057, 1, 1))
    assert isinstance(approved, ErasureApproved)
    assert (approved.groups, approved.kept_groups, approved.kept_until) == (("retention",), (), None)


def test_an_order_that_cannot_be_is_refused_with_its_code() -> None:
    again = RequestErasure(**{**_fields(REQUEST), "holding": held(groups=())})
    unseen = RequestErasure(**{**_fields(REQUEST), "holding": held(last_on=None)})
    bad = RequestErasure(**{**_fields(REQUEST), "resident_id": ID[:-1] + ("0" if ID[-1] != "0" else "1")})
    late = RequestErasure(**{**_fields(REQUEST), "received_on": date(2037, 1, 6)})
    for commands, code in (
        ((REQUEST, REQUEST), "erasure-repeated"), ((again,), "person-unknown"), ((unseen,), "person-not-visible-yet"),
        ((bad,), "resident-id-invalid"), ((late,), "time-in-future"), ((APPROVE,), "erasure-unknown"),
        ((REQUEST, REFUSE, APPROVE), "erasure-decided"), ((REQUEST, APPROVE, APPROVE), "erasure-decided"),
        ((REQUEST, RefuseErasure(erasure_no="SC-1", reason=" ", holding=FREE)), "reason-missing"),
        ((REQUEST, RefuseErasure(erasure_no="SC-1", reason=f"本人 {ID}", holding=FREE)), "personal-in-text"),
    ):  # fmt: skip
        no = refused(*commands)
        assert no.code == code
        assert ID not in no.zh + no.en


def test_who_came_back_between_approval_and_deed_is_not_erased() -> None:
    came_back = CarryOutErasure(erasure_no="SC-1", holding=held(open=("application",)))
    state, (told,) = ordered(REQUEST, APPROVE, came_back)
    assert isinstance(told, ErasureRefused)
    assert told.against == ("application",)
    assert state.status == "refused"
    assert ordered(REQUEST, APPROVE, came_back, DEED)[1] == ()


def test_an_approval_sets_the_clock_that_carries_it_out_and_the_deed_stops_it() -> None:
    """By the clock and no reaction: a reaction runs before the models have the record it follows, so it can wait for none."""
    (requested,), (approved,) = ordered(REQUEST)[1], ordered(REQUEST, APPROVE)[1]
    told = [record("erasure:SC-1", fact) for fact in (requested, approved)]
    assert [reaction for one in told for reaction in SERVICE.react(one)] == []
    assert fold(DUE, told[:1]) == {}
    (row,) = fold(DUE, told).values()
    assert decoder_of(CarryOutErasure).decode(row.command) == CarryOutErasure(erasure_no="SC-1")
    assert row.due_at <= told[1].envelope.time
    came_back = CarryOutErasure(erasure_no="SC-1", holding=held(open=("application",)))
    for deed in (DEED, came_back):
        (ended,) = ordered(REQUEST, APPROVE, deed)[1]
        assert fold(DUE, [*told, record("erasure:SC-1", ended)]) == {}


class _Stores:
    """A database that holds an approved order and models some way behind the log, and the keyring beside it."""

    def __init__(self, *applied: int) -> None:
        self.applied, self.erased = applied, 0
        self.state = encoder.encode(ordered(REQUEST, APPROVE)[0])

    async def fetchval(self, *_: object) -> bytes:
        return self.state

    async def fetch(self, query: str, *_: object) -> list[dict[str, int]]:
        if "intake.cursor" not in query:
            assert self.applied == (7, 9), "looked at what is held before the models were level"
            return []
        return [{"partition": n, "sequence": at, "sealed": (7, 9)[n]} for n, at in enumerate(self.applied)]

    def groups_of(self, person: str) -> tuple[str, ...]:
        assert person == PERSON
        return ALL

    def erase(self, _: str, groups: tuple[str, ...]) -> int:
        self.erased += len(groups)
        return len(groups)


async def test_no_key_is_deleted_while_a_partition_is_behind_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the models have not read yet may be that the person came back; the clock comes again."""
    monkeypatch.setattr(store, "LEVEL_SECONDS", 0.0)
    deed = CarryOutErasure(erasure_no="SC-1")
    for behind in ((7, 8), (6, 9), (0, 0)):
        stores: Any = _Stores(*behind)
        with pytest.raises(NotLevel):
            await store.carry_out(deed, stores, stores)
        assert stores.erased == 0
    level: Any = _Stores(7, 9)
    assert (await store.carry_out(deed, level, level)).erased
    assert level.erased == 2


@pytest.mark.parametrize(
    ("outcomes", "raised"),
    [([NotLevel("behind")], NotLevel), ([NotLevel("behind"), ValueError("a bug")], EvolveFailed)],
    ids=["waits", "a bug beside it is told"],
)
async def test_a_command_that_waits_for_the_models_is_no_bug(
    outcomes: list[Exception], raised: type[Exception]
) -> None:
    class Deciding:
        service = SERVICE

        async def execute(self, _: object) -> list[Exception]:
            return outcomes

    deciding: Any = Deciding()
    incoming: Any = outcomes
    with pytest.raises(raised):
        await execute_all(deciding, incoming)


def test_a_person_is_tied_to_whatever_seals_anything_of_theirs() -> None:
    ties = fold(TIES, [received(1, "tekun"), received(2, "tekun")])
    assert {key for key, _ in ties} == {"p_1/household:T01-H00001", "p_1/household:T01-H00002"}
    assert {row.last_on for row in ties.values()} == {date(2026, 3, 2)}


def test_a_matter_is_open_from_its_first_fact_to_its_last() -> None:
    """Each application by itself; what every opening fact opens some fact closes."""
    ended = ApplicationWithdrawn(application_no="R-1-tekun", town="T01", reason="")
    rows = fold(MATTERS, [received(1, "tekun", "medical"), record("household:T01-H00001", ended)])
    assert {key: (row.about, row.open) for (key, _), row in rows.items()} == {
        "application/R-1-tekun": ("household:T01-H00001", False),
        "application/R-1-medical": ("household:T01-H00001", True),
    }
    assert set(_OPENS.values()) == set(_CLOSES.values()) == set(AGAINST) - {"retention"}


def test_a_finding_a_debt_and_an_officer_bar_until_they_really_end() -> None:
    """An objection that was rejected and a part of the money end nothing; an officer's last day may lie ahead."""
    about = record("finding:F-1", golden(FindingOpened, about="household:T01-H00001"))
    rejected, upheld = (
        record("finding:F-1", golden(FindingContestDecided, outcome=outcome)) for outcome in ("rejected", "upheld")
    )
    (row,) = fold(MATTERS, [about, rejected]).values()
    assert (row.what, row.about, row.open) == ("finding", "household:T01-H00001", True)
    (row,) = fold(MATTERS, [about, upheld]).values()
    assert not row.open
    again = record("finding:F-1", golden(FindingRecurred, reopened=True))
    (row,) = fold(MATTERS, [about, upheld, again]).values()
    assert (row.open, row.about) == (True, "household:T01-H00001")
    claimed = record("household:T01-H00001", golden(RecoveryClaimed))
    part, whole = (record("household:T01-H00001", golden(RecoveryReceived, left_fen=left)) for left in (5, 0))
    assert [row.open for row in fold(MATTERS, [claimed, part]).values()] == [True]
    assert [row.open for row in fold(MATTERS, [claimed, part, whole]).values()] == [False]
    served = record("officer:O001", golden(OfficerTakenOver))
    left = record("officer:O001", golden(OfficerLeft, last_day_on=date(2026, 6, 30)))
    (row,) = fold(MATTERS, [served, left]).values()
    assert (row.about, row.open, row.last_on) == ("officer:O001", False, date(2026, 6, 30))
    stayed = record("officer:O001", golden(ExitWithdrawn))
    (row,) = fold(MATTERS, [served, left, stayed]).values()
    assert (row.what, row.about, row.open) == ("service", "officer:O001", True)


def test_the_register_tells_where_an_order_stands_and_no_name() -> None:
    facts = [
        fact
        for commands in ((REQUEST,), (REQUEST, APPROVE), (REQUEST, APPROVE, DEED))
        for fact in ordered(*commands)[1]
    ]
    (row,) = fold(ERASURES, [record("erasure:SC-1", fact) for fact in facts]).values()
    assert (row.status, row.person, row.decided_by) == ("done", PERSON, "bureau-leader:L1")
    assert (row.groups, row.kept_groups, row.kept_until) == (
        ("identity", "sensitive"),
        ("retention",),
        date(2057, 1, 1),
    )
    assert row.done_on == date(2026, 3, 2)
