"""The sample district's scripts, and its month played in memory by the services' own decisions, reactions and timers."""

import functools
import hashlib
import operator
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec

from deploy.district import (
    Call,
    District,
    Profile,
    Step,
    generate,
    history_script,
    load_profile,
    month_script,
    opening_script,
    stock_script,
)
from deploy.district.bodies import csv_row
from services.audit.domain.suppression import ProposeSuppression
from services.audit.service import SERVICE as AUDIT
from services.casework.domain.commands import (
    AdjustBenefit,
    CutShare,
    DecideEligibility,
    OpenedMember,
)
from services.casework.domain.delivery.batches import OfflineRecord, VisitBatch, receipt_of
from services.casework.domain.delivery.batches import command_of as command_of_record
from services.casework.domain.filling import filled as casework_filled
from services.casework.domain.state import Household, sealed_income, sealed_property, sealed_spending
from services.casework.service import SERVICE as CASEWORK
from services.contracts.adopting import Packs
from services.contracts.codec import decoder_of, derived_id
from services.contracts.deciding import Command, CommandRejected, Context, Record, Service
from services.contracts.envelope import Envelope
from services.contracts.months import Month
from services.contracts.registry import Fact, kind_of
from services.contracts.rulebook import RuleBook
from services.contracts.sealed import Clear
from services.intake.domain import Alike, NotePerson, Receiving
from services.intake.service import SERVICE as INTAKE
from services.intake.town_events import BadInput, command_of, event_of_row, read
from services.payroll.domain.filling import READ as READ_OF_POSTS
from services.payroll.domain.filling import filled as posts_filled
from services.payroll.domain.pay_inputs import filled
from services.payroll.domain.run import DraftRun
from services.payroll.service import SERVICE as PAYROLL
from services.portal.service import SERVICE as PORTAL
from tests.unit.district_files import municipal_commands, named
from tests.unit.test_district_sample import PLACE, SEED, sample

MARCH = Month(2026, 3)
SERVICES = {service.name: service for service in (INTAKE, CASEWORK, PAYROLL, AUDIT, PORTAL)}


@cache
def stock() -> tuple[Call, ...]:
    return tuple(before_month(sample()))


@cache
def month() -> tuple[Step, ...]:
    return tuple(month_script(sample(), MARCH, SEED))


def before_month(district: District) -> Iterator[Call]:
    """What a district starts with, a year of pay in between: every call at its own instant."""
    yield from opening_script(district)
    for step in history_script(district):
        yield from step.calls
    yield from stock_script(district)


def calls_of(steps: tuple[Step, ...]) -> Iterator[Call]:
    return (call for step in steps for call in step.calls)


def small_profile() -> Profile:
    """Three of the sample's towns with a twentieth of their households, and a month to match."""
    profile = load_profile(PLACE)
    towns = tuple(
        msgspec.structs.replace(town, households={name: n // 20 for name, n in town.households.items()})
        for town in profile.towns
        if town.code in ("T01", "T13", "T15")
    )
    totals = msgspec.structs.replace(
        profile.totals,
        towns=len(towns),
        communities=sum(len(town.communities) for town in towns),
        villages=sum(len(town.villages) for town in towns),
        residents=sum(town.residents for town in towns),
        posts=12,
        households=sum(sum(town.households.values()) for town in towns),
    )
    flow = msgspec.structs.replace(profile.month.flow, invalid_surveys=4, late_surveys=3, conflicts=4)
    # Few referrals in so few requests: what happens to one in twenty of the whole district happens here to more.
    duty = msgspec.structs.replace(
        profile.month.duty, returned_permille=300, unanswered_permille=200, handover_permille=600, declined_permille=300
    )
    wrong = {kind: 1 if kind == "self_approval" else 8 for kind in profile.month.wrong}
    looks = msgspec.structs.replace(
        profile.month.reverification, looks=40, changes=6, deaths=2, member_deaths=2, own_requests=2
    )
    delivery = msgspec.structs.replace(profile.month.delivery, devices=3, ratings=12, handovers=2)
    municipal = msgspec.structs.replace(profile.month.municipal, warnings=8)
    plan = msgspec.structs.replace(
        profile.month, municipal=municipal, requests=160, consultations=60, outreach_consultations=20,
        withdrawals=6, work_records=120, incomplete_permille=900,
        flow=flow, duty=duty, wrong=wrong, reverification=looks, delivery=delivery,
    )  # fmt: skip
    return msgspec.structs.replace(profile, towns=towns, totals=totals, month=plan)


def fingerprint(calls: Iterator[Call]) -> str:
    digest = hashlib.sha256()
    for call in calls:
        digest.update(msgspec.json.encode(call, order="deterministic"))
    return digest.hexdigest()


def name_of(call: Call) -> str:
    """What a call is: a command's name, an event's type, or the road of a device's batch."""
    return str(call.body.get("command") or call.body.get("type") or call.road)


def batch_of(call: Call) -> tuple[VisitBatch, list[OfflineRecord]]:
    batch = decoder_of(VisitBatch).decode(msgspec.json.encode(call.body))
    return batch, [decoder_of(OfflineRecord).decode(bytes(raw)) for raw in batch.records]


def decoded(call: Call) -> Command:
    """The command of a call as its service reads it, by whatever road it comes; of a batch its first one."""
    if call.road == "visit-batch":
        batch, records = batch_of(call)
        return command_of_record(batch, records[0])
    if call.road == "worklist":
        return read_command(call.service, msgspec.json.encode(from_row(call, "p_1", "M-1")))
    if call.road == "municipal":
        return municipal_commands(call, {}, lambda text: f"p_{text}")[-1]
    if call.road == "command":
        return read_command(call.service, msgspec.json.encode(named(call.body, lambda text: f"p_{text}")))
    raw = event_of_row(csv_row(call.body), str(call.key_town or call.town)) if call.road == "csv" else None
    return command_of(read(raw or call.raw or msgspec.json.encode(call.body)), call.at)


def from_row(call: Call, person: str, match_no: str) -> dict[str, Any]:
    """The command of a call once its worklist row was looked up."""
    return {name: value for name, value in call.body.items() if name != "row"} | {
        "person": person, "match_no": match_no
    }  # fmt: skip


@cache
def decoder(service: str) -> msgspec.json.Decoder[Any]:
    union: Any = functools.reduce(operator.or_, SERVICES[service].command_types)
    return decoder_of(union)


def read_command(service: str, raw: str | bytes) -> Command:
    command = decoder(service).decode(raw)
    assert isinstance(command, Command)
    return command


# ---- the month played in memory: the services' own decisions, reactions and timers, without log or database


def pseudonym(text: str) -> str:
    return "p_" + hashlib.sha256(text.encode()).hexdigest()[:20]


@dataclass(kw_only=True)
class World:
    """States by service and subject, a due table, and what became of every command id."""

    states: dict[tuple[str, str], Any] = field(default_factory=dict)
    due: dict[tuple[str, str], Any] = field(default_factory=dict)
    seen: dict[uuid.UUID, bytes] = field(default_factory=dict)
    facts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    books: dict[str, RuleBook] = field(default_factory=dict)
    birthdays: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def send(self, call: Call) -> tuple[str, str]:
        """What becomes of a call (as `Call.expect` has it), and the code of a refusal."""
        if call.road == "visit-batch":
            return self.send_batch(call)
        if call.road == "worklist":
            call = replace(call, road="command", body=from_row(call, *self.match_in(call.body["row"])))
        if call.road == "municipal":
            return self.send_file(call)
        kept = call.road in ("inbox", "csv")
        if call.key_town is not None and call.key_town != call.town:
            return ("quarantined" if kept else "refused"), "wrong-key"
        try:
            command = decoded(replace(call, body=named(call.body, pseudonym)))
        except BadInput as bad:
            return ("quarantined" if kept else "refused"), bad.code
        except msgspec.ValidationError as error:
            return "refused", str(error)
        said = call.id
        content = msgspec.json.encode(call.body)
        if said in self.seen:
            if self.seen[said] == content:
                return "duplicate", ""
            return "refused", "id-taken"
        try:
            self.decide(SERVICES[call.service], command, call.actor, call.role, call.town)
        except CommandRejected as no:
            return "refused", no.code
        self.seen[said] = content
        return "accepted", ""

    def match_in(self, row: dict[str, str]) -> tuple[str, str]:
        """The person and the number of a match, as the worklist shows them."""
        wanted = (row["household"], row["request_no"], row["other_household"])
        for (_, subject), state in self.states.items():
            for match in getattr(state, "matches", ()):
                if (match.household_no, match.request_no, match.other_household) == wanted:
                    return subject.partition(":")[2], match.match_no
        return "p_nobody", "M-none"

    def send_batch(self, call: Call) -> tuple[str, str]:
        """A device's batch as casework's door takes it: every record, then what it brought."""
        batch, records = batch_of(call)
        try:
            for command in (*(command_of_record(batch, one) for one in records), receipt_of(batch, records, [])):
                self.decide(CASEWORK, command, call.actor, call.role, call.town)
        except CommandRejected as no:
            return "refused", no.code
        return "accepted", ""

    def send_file(self, call: Call) -> tuple[str, str]:
        """A file as casework's municipal doors take it: every line, then what it brought."""
        homes = {
            subject.partition(":")[2]: state
            for (name, subject), state in self.states.items()
            if name == "casework" and isinstance(state, Household)
        }
        try:
            for command in municipal_commands(call, homes, pseudonym):
                self.decide(CASEWORK, command, call.actor, call.role, call.town)
        except CommandRejected as no:
            return "refused", no.code
        return "accepted", ""

    def decide(self, service: Service, command: Command, actor: str, role: str, town: str | None) -> None:
        context = Context(
            now=self.now, actor=actor, role=role, town=town, rules=self.rules(service),
            pseudonym=pseudonym,
        )  # fmt: skip
        aggregate = service.aggregate_of(command.subject)
        key = (service.name, command.subject)
        state = self.states.get(key, aggregate.initial)
        facts = aggregate.decide(state, self.filled(state, command), context)
        for fact in facts:
            state = aggregate.evolve(state, fact)
        self.states[key] = state
        if isinstance(state, Packs):
            self.books.pop(service.name, None)
        for fact in facts:
            self.heard(service, command.subject, fact)

    def rules(self, service: Service) -> RuleBook:
        if service.name not in self.books:
            mine = [state for (name, _), state in self.states.items() if name == service.name]
            packs = [pack for state in mine if isinstance(state, Packs) for pack in state.packs]
            self.books[service.name] = RuleBook(tuple(packs))
        return self.books[service.name]

    def filled(self, state: Any, command: Command) -> Command:
        """What the services' edges add to a command before it is decided."""
        if isinstance(command, DecideEligibility | AdjustBenefit | CutShare) and state.groups is not None:
            groups = [msgspec.json.decode(box.text, type=tuple[str, ...]) for box in state.groups.values]
            command = msgspec.structs.replace(command, opened=tuple(OpenedMember(groups=of) for of in groups))
        if isinstance(command, ProposeSuppression):
            finding = self.states.get(("audit", f"finding:{command.finding_no}"))
            return msgspec.structs.replace(command, concerned=(*finding.hands, finding.about) if finding else None)
        if isinstance(command, NotePerson):
            return msgspec.structs.replace(command, receiving=self.receiving(command.person), alike=self.alike(command))
        if isinstance(command, DraftRun):
            return filled(command, {subject: s for (name, subject), s in self.states.items() if name == "payroll"})
        if type(command) in READ_OF_POSTS:
            payroll = {subject: state for (name, subject), state in self.states.items() if name == "payroll"}
            command = posts_filled(command, payroll, pseudonym)
        command = casework_filled(command, _Casework(self.states))
        if isinstance(command, DecideEligibility):
            number = command.application_no
            fields = [sealed(state, number) for sealed in (sealed_income, sealed_spending, sealed_property)]
            income, spending, over = (
                next((msgspec.json.decode(box.text) for box in found.values if isinstance(box, Clear)), None)
                if found
                else None
                for found in fields
            )
            return msgspec.structs.replace(
                command, income_per_head_fen=income, rigid_spending_per_head_fen=spending, property_over=over
            )
        if isinstance(command, AdjustBenefit) and state.verified_income is not None:
            (box,) = state.verified_income.values
            return msgspec.structs.replace(command, income_per_head_fen=int(box.text))
        return command

    def receiving(self, person: str) -> tuple[Receiving, ...]:
        """The households of a person that receive, as intake's edge looks them up."""
        return tuple(
            Receiving(household_no=subject.partition(":")[2], town=state.town)
            for (name, subject), state in self.states.items()
            if name == "casework" and getattr(state, "category", "")
            and person in {member.person for member in getattr(state, "members", ())}
        )  # fmt: skip

    def alike(self, command: NotePerson) -> tuple[Alike, ...]:
        """Whoever asked before with the same birthday and another number: nothing is sealed here, so no name is compared."""
        known = self.birthdays.setdefault(command.keys[:1], {})
        found = tuple(
            Alike(person=person, household_no=home, town=home.partition("-")[0], features=("name", "birth"))
            for person, home in known.items()
            if person != command.person and home != command.household_no
        )
        known.setdefault(command.person, command.household_no)
        return found

    def heard(self, service: Service, subject: str, fact: Fact) -> None:
        self.facts[type(fact).__name__] += 1
        record = Record(partition=0, hash=b"", envelope=_envelope(service, subject, fact, self.now), fact=fact)
        for listener in SERVICES.values():
            for model in listener.models:
                if model.name == "due" and isinstance(fact, model.listens):
                    for key in model.keys(record):
                        self.due[listener.name, key] = model.evolve(self.due.get((listener.name, key)), record, key)
            if isinstance(fact, listener.reacts_to):
                for reaction in listener.react(record):
                    self.issued(listener, reaction.command, f"reaction:{listener.name}")

    def issued(self, service: Service, command: Command, actor: str) -> None:
        try:
            self.decide(service, command, actor, "reaction", None)
        except CommandRejected as no:
            self.refused[f"{type(command).__name__}: {no.code}"] += 1

    def tick(self) -> None:
        """Let the timers fire whose time has come."""
        for key, row in list(self.due.items()):
            if row is not None and row.due_at <= self.now:
                self.due[key] = None
                self.issued(SERVICES[key[0]], read_command(key[0], row.command), f"timer:{key[0]}")


class _Casework(Mapping[str, Any]):
    """casework's states among all the world's, by subject."""

    def __init__(self, states: dict[tuple[str, str], Any]) -> None:
        self._states = states

    def __getitem__(self, subject: str) -> Any:
        return self._states["casework", subject]

    def __iter__(self) -> Iterator[str]:
        return (subject for name, subject in self._states if name == "casework")

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _envelope(service: Service, subject: str, fact: Fact, now: datetime) -> Envelope:
    some = str(derived_id(subject, type(fact).__name__))
    return Envelope(
        specversion="1.0", sequence=1, prevhash="", id=some, source=f"/{service.name}", type=kind_of(type(fact)),
        subject=subject, time=now, recordedtime=now, stream=f"/{service.name}/{subject}", streamversion=1,
        commandid=some, commandhash="", correlationid=some, actor="", data=msgspec.Raw(b"{}"),
    )  # fmt: skip


@cache
def played() -> tuple[World, list[str]]:
    """A small district's stock and March, played; with it, what came to something else than the script expects."""
    district, world = generate(small_profile(), SEED), World()
    surprises: list[str] = []

    def send(call: Call) -> None:
        became, why = world.send(call)
        if became != call.expect:
            name = name_of(call)
            surprises.append(f"{name} {call.wrong or 'right'} by {call.road}: {became} ({why}), not {call.expect}")

    for call in before_month(district):
        world.now = call.at
        send(call)
    for step in month_script(district, MARCH, SEED):
        world.now = step.at
        world.tick()
        for call in step.calls:
            send(call)
    return world, surprises
