"""A log as years of the sample district would leave it: real facts, real codec, real chain; made up, the same every time."""

import base64
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Final

from deploy.cli import SAMPLE, SAMPLE_SEED
from deploy.district import District, generate, load_profile
from deploy.district.district import Household
from services.contracts import casework as said
from services.contracts import codec, intake
from services.contracts.codec import Draft
from services.contracts.envelope import PARTITIONS, ZERO_HASH, partition_of, record_hash
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.contracts.sealed import KeyGroup, Sealed
from services.eventlog.journal import Row

BEGIN: Final = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
# Shares of a month's facts in the sample: visits, work records; the rest are steps of cases.
VISITS_PERCENT: Final = 52
WORK_PERCENT: Final = 22
STOCK_SHARE: Final = 40  # one fact in forty takes a household over, until all are
OPEN_CASES: Final = 60
SECONDS_APART: Final = 7
_SHA: Final = "a0c7176026d702b648988b98e5a9d3470e63fb64f86d722026ddb347d0b39c33"
_HMAC: Final = "ca2a154a8547c0409f55d7fac0dcca8c8dcff50d4ae4ec43a9f8bcfce41f4147"


@cache
def district() -> District:
    """The sample district: 26 towns, 198 officers, 25,000 households."""
    return generate(load_profile(SAMPLE), SAMPLE_SEED)


class _Author:
    """Writes drafts into a chain per partition."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.at = BEGIN
        self._heads = dict.fromkeys(range(PARTITIONS), (0, ZERO_HASH))
        self._versions: dict[str, int] = {}

    def id(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def sealed(self, event_id: str, field: str, person: str, group: KeyGroup, length_bytes: int) -> Sealed:
        """A box of the size AES-256-GCM would give it; its content is noise."""
        box = base64.b64encode(self.random.randbytes(length_bytes + 28)).decode()
        return Sealed(person=person, group=group, at=f"{event_id}/{field}", box=box)

    def row(self, owner: str, subject: str, fact: Fact, event_id: str, actor: str) -> Row:
        self.at += timedelta(seconds=SECONDS_APART)
        stream = f"{owner}/{subject}"
        version = self._versions[stream] = self._versions.get(stream, 0) + 1
        command = uuid.UUID(int=self.random.getrandbits(128), version=4)
        draft = Draft(
            id=event_id, owner=owner, subject=subject, streamversion=version, time=self.at, recordedtime=self.at,
            commandid=str(command), commandhash=_HMAC, correlationid=str(command), actor=actor, fact=fact,
            traceparent=f"00-{self.random.getrandbits(128):032x}-{self.random.getrandbits(64):016x}-01",
        )  # fmt: skip
        partition = partition_of(subject)
        sequence, prevhash = self._heads[partition]
        value = codec.seal(codec.body_bytes(draft), sequence + 1, prevhash)
        digest = record_hash(value)
        self._heads[partition] = (sequence + 1, digest)
        return Row(partition, sequence + 1, command, subject, value, digest, int(self.at.timestamp() * 1000))


def rows(count: int, seed: int = 1) -> Iterator[Row]:
    """`count` records in log order, as the journal holds them."""
    author, homes = _Author(seed), district().households
    stock = iter(homes)
    cases = [_case(author, number) for number in range(OPEN_CASES)]
    case_count = OPEN_CASES
    for number in range(count):
        home = next(stock, None) if number % STOCK_SHARE == 0 else None
        if home is not None:
            yield _taken_over(author, home)
            continue
        draw = author.random.randrange(100)
        if draw < VISITS_PERCENT:
            yield _visit(author, author.random.choice(homes), number)
        elif draw < VISITS_PERCENT + WORK_PERCENT:
            yield _work(author, author.random.choice(homes), number)
        else:
            place = number % OPEN_CASES
            step = next(cases[place], None)
            if step is None:
                cases[place] = _case(author, case_count)
                case_count += 1
                step = next(cases[place])
            yield step


def open_cases(count: int, seed: int = 2) -> Iterator[Row]:
    """`count` open cases of as many households over all towns, their clocks running out over three months."""
    author, homes = _Author(seed), district().households
    for number in range(count):
        place = homes[number * 7919 % len(homes)]
        accepted_on = BEGIN.date() + timedelta(days=number % 90)
        by = {"investigate_by": accepted_on + timedelta(days=3), "decide_by": accepted_on + timedelta(days=42)}
        due = {"check_started": by["investigate_by"], "investigation_started": by["investigate_by"]}
        names = ("check_started", "investigation_started", "noticed_in_full", "decided_in_term", "whole_in_term")
        opened = said.CaseOpened(
            application_no=f"A-{place.town}-{number:07d}-dibao", need="dibao_urban", town=place.town,
            committee=place.committee, member_count=2, near_relative_declared=False, accepted_on=accepted_on, **by,
            responsible=f"window:{place.town}-W1", pack_version="procedure@2025-1",
            procedure=tuple(
                said.ProcedureStep(step=name, article="民发〔2021〕57号", due_on=due.get(name)) for name in names
            ),
        )  # fmt: skip
        yield author.row(
            "casework", f"household:{place.town}-H{1_000_000 + number}", opened, author.id(), "reaction:casework"
        )


def _member(author: _Author, event_id: str, number: int, person: str) -> said.HouseholdMember:
    at = f"members.{number}."
    return said.HouseholdMember(
        person=person, relation="本人" if number == 0 else "子女", priority=number == 0,
        name=author.sealed(event_id, f"{at}name", person, "identity", 9),
        resident_id=author.sealed(event_id, f"{at}resident_id", person, "identity", 18),
        groups=author.sealed(event_id, f"{at}groups", person, "sensitive", 6),
    )  # fmt: skip


def _person(home: Household, number: int) -> str:
    return f"p_{home.number.lower().replace('-', '')}{number:016d}"[:28]


def _taken_over(author: _Author, home: Household) -> Row:
    event_id = author.id()
    fact = said.HouseholdTakenOver(
        household_no=home.number, town=home.town, committee=home.committee, category=home.category,
        members=tuple(_member(author, event_id, i, _person(home, i)) for i in range(len(home.members))),
        address=author.sealed(event_id, "address", _person(home, 0), "identity", 60),
        monthly_amount_fen=Fen(home.monthly_amount_fen), benefit_from_month=home.benefit_from_month, officer=home.officer,
        visits_per_month=home.visits_per_month, source="市级系统导出", document=home.document, reverify_by=home.reverify_by,
    )  # fmt: skip
    return author.row("casework", f"household:{home.number}", fact, event_id, "bureau:B02")


def _visit(author: _Author, home: Household, number: int) -> Row:
    event_id, met = author.id(), author.random.random() < 0.93
    fact = said.VisitCompleted(
        visit_no=f"V-2026-{home.officer}-{number:07d}", service="regular_visit", officer=home.officer, town=home.town,
        committee=home.committee, started_at=author.at - timedelta(minutes=40), ended_at=author.at,
        person_seen="本人", co_signed=met, evidence_sha256=(_SHA,),
        notes=author.sealed(event_id, "notes", _person(home, 0), "sensitive", 130), standard_met=met,
        missed_points=() if met else ("co_signature",), pack_version="service_standard@2025-1",
    )  # fmt: skip
    return author.row("casework", f"household:{home.number}", fact, event_id, f"officer:{home.officer}")


def _work(author: _Author, home: Household, number: int) -> Row:
    fact = said.WorkRecorded(
        work_no=f"W-2026-{home.officer}-{number:07d}", work=author.random.choice(("screening", "survey", "entry")),
        benefit="dibao_urban", officer=home.officer, town=home.town, committee=home.committee, quantity=3, minutes=45,
        worked_on=author.at.date(),
    )  # fmt: skip
    return author.row("casework", f"officer:{home.officer}", fact, author.id(), f"officer:{home.officer}")


def _case(author: _Author, number: int) -> Iterator[Row]:
    """One application from the window to the grant, a step at a time."""
    place = author.random.choice(district().households)
    household, application = f"{place.town}-H{900_000 + number:06d}", f"A-{place.town}-{number:06d}-dibao"
    subject, actor, day = f"household:{household}", f"window:{place.town}-W1", author.at.date()
    of = {"application_no": application, "town": place.town}
    person = f"p_{number:026d}"
    event_id = author.id()
    member = intake.Member(
        person=person, relation="本人", name=author.sealed(event_id, "members.0.name", person, "identity", 9),
        resident_id=author.sealed(event_id, "members.0.resident_id", person, "identity", 18),
    )  # fmt: skip
    received = intake.RequestReceived(
        request_no=f"R-{number:06d}", town=place.town, committee=place.committee, channel="window", first_asked=actor,
        needs=("dibao_urban",), materials=("id_card", "authorisation"), members=(member,), near_relative_declared=False,
        phone=author.sealed(event_id, "phone", person, "identity", 11), delegated=False, received_on=day,
    )  # fmt: skip
    yield author.row("intake", subject, received, event_id, actor)
    terms = {"investigate_by": day + timedelta(days=5), "decide_by": day + timedelta(days=40), "responsible": actor}
    opened = {**of, **terms, "need": "dibao_urban", "committee": place.committee, "member_count": 1}
    opened |= {"near_relative_declared": False, "accepted_on": day}
    accepted = intake.ApplicationAccepted(**opened, request_no=f"R-{number:06d}", pack_version="procedure@2025-1")
    yield author.row("intake", subject, accepted, author.id(), actor)
    for fact, event_id in _steps(author, of, opened, place, person, day):
        yield author.row("casework", subject, fact, event_id, actor)


def _steps(
    author: _Author, of: dict[str, str], opened: dict[str, object], place: Household, person: str, day: date
) -> Iterator[tuple[Fact, str]]:
    yield said.CaseOpened(**opened), author.id()  # type: ignore[arg-type]
    event_id = author.id()
    yield said.HouseholdSurveyed(
        **of, investigators=("officer:O001", "officer:O002"), family_signed=True, witness=None, surveyed_on=day,
        income_per_head=author.sealed(event_id, "income_per_head", person, "sensitive", 5), form_sha256=_SHA, valid=True,
        missed_points=(), pack_version="procedure@2025-1", members=(_member(author, event_id, 0, person),),
    ), event_id  # fmt: skip
    registers = ("bank", "vehicle", "property")
    yield said.InformationCheckRequested(**of, registers=registers, authorised_count=1), author.id()
    yield said.InformationCheckReturned(**of, conflicts=(), returned_on=day), author.id()
    yield said.NoticePosted(
        **of, committee=place.committee, posted_on=day, ends_on=day + timedelta(days=7), proof_sha256=_SHA,
        proposed_amount_fen=Fen(73_500), opinion_signed_by="town-leader:L1", pack_version="procedure@2025-1",
    ), author.id()  # fmt: skip
    yield said.NoticeClosed(**of, posted_on=day, closed_on=day + timedelta(days=8), objection_count=0), author.id()
    yield said.EligibilityConfirmed(
        **of, need="dibao_urban", committee=place.committee, monthly_amount_fen=Fen(73_500), one_off=False,
        standard_fen=Fen(73_500), covered_members=1, from_month=Month.of(day).plus(1), decided_on=day,
        decided_by="bureau:B02", pack_version="dibao_standard@2025-1",
    ), author.id()  # fmt: skip
    yield said.ServicePlanned(
        town=of["town"], committee=place.committee, officer=place.officer, visits_per_month=1,
        pack_version="service_plan@2025-1",
    ), author.id()  # fmt: skip
