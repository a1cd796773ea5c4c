"""Proves that what is on the log can be read for ever: golden bytes of every fact, old versions, nothing in clear."""

import subprocess
import sys
from typing import Any

import msgspec
import pytest

from deploy.installation import SERVICES
from services.contracts import codec
from services.contracts.codec import Draft, UnreadableRecord
from services.contracts.deciding import Record
from services.contracts.envelope import ZERO_HASH, record_hash
from services.contracts.registry import REGISTRY, Fact, FactType
from services.contracts.sealed import personal_fields
from tests.contract.golden import FOLDER, example, files_of
from tests.contract.golden.shape import fields_of_contract, fields_of_record

FILES = sorted(FOLDER.glob("*.json"))
PERSONAL = [declared for declared in REGISTRY.values() if personal_fields(declared.body)]


def written_today(value: bytes) -> bytes:
    """A record taken apart by today's codec and put together again."""
    envelope = codec.decode(value)
    names = set(Draft.__struct_fields__) - {"owner", "fact"}
    fields = {name: getattr(envelope, name) for name in names}
    draft = Draft(owner=envelope.owner, fact=stored_body(value), **fields)
    return codec.seal(codec.body_bytes(draft), envelope.sequence, bytes.fromhex(envelope.prevhash))


def stored_body(value: bytes) -> Fact:
    """The body as it was written, before any upcast."""
    envelope = codec.decode(value)
    return codec.decoder_of(REGISTRY[envelope.type].body).decode(envelope.data)


def differing(old: Any, new: Any) -> list[str]:
    """Where `new` says something else than `old`; fields that `old` lacks are no difference."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [f"{name}{rest}" for name in old for rest in differing(old[name], new.get(name, "(absent)"))]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [f"[{i}]{rest}" for i, pair in enumerate(zip(old, new, strict=True)) for rest in differing(*pair)]
    return [] if old == new else [f": {old!r} reads as {new!r}"]


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_every_fact_has_golden_bytes_with_every_field(kind: str) -> None:
    files = files_of(kind)
    assert files, f"a new fact: write its golden bytes with `python -m tests.contract.golden`, commit {kind}.json"
    shown = fields_of_record(files[-1].read_bytes())
    missing = fields_of_contract(REGISTRY[kind].body) - shown
    assert not missing, f"new fields {sorted(missing)}: `python -m tests.contract.golden` adds a record that shows them"


def test_no_fact_was_ever_taken_back() -> None:
    for path in FILES:
        kind = codec.decode(path.read_bytes()).type
        assert kind in REGISTRY, f"{kind} is on logs for ever; its contract must stay"
        assert path in files_of(kind), path.name


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_todays_codec_writes_the_same_bytes(kind: str) -> None:
    """The newest record byte by byte; older ones (from before a field was added) in every field they have."""
    *older, newest = files_of(kind)
    assert written_today(newest.read_bytes()) == newest.read_bytes()
    for path in older:
        then, now = (msgspec.json.decode(value) for value in (path.read_bytes(), written_today(path.read_bytes())))
        assert differing(then, now) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden_bytes_read_as_the_fact_they_state(path: Any) -> None:
    value = path.read_bytes()
    envelope = codec.decode(value)
    declared = REGISTRY[envelope.type]
    assert (envelope.specversion, envelope.owner, envelope.stream) == (
        "1.0", declared.owner, f"/{declared.owner}/{envelope.subject}",
    )  # fmt: skip
    assert isinstance(codec.body(envelope), Fact)
    said = msgspec.json.decode(codec.encoder.encode(stored_body(value)))
    assert differing(msgspec.json.decode(envelope.data), said) == []


def test_a_sample_is_the_same_whenever_it_is_made() -> None:
    for declared in REGISTRY.values():
        assert example(declared) == example(declared)


def test_every_fold_takes_every_fact_ever_written_first_and_last() -> None:
    """`evolve` is total: no aggregate and no read model fails on any golden fact, in any state one of them made."""
    records = []
    for path in FILES:
        envelope = codec.decode(path.read_bytes())
        records.append(
            Record(partition=0, hash=record_hash(path.read_bytes()), envelope=envelope, fact=codec.body(envelope))
        )
    for service in SERVICES:
        for aggregate in service.aggregates:
            mine = [
                r
                for r in records
                if r.envelope.owner == service.name and r.envelope.subject.startswith(aggregate.prefix)
            ]
            for first in [None, *mine]:
                state = aggregate.evolve(aggregate.initial, first.fact) if first else aggregate.initial
                for record in records:
                    aggregate.evolve(state, record.fact)
        for model in service.models:
            heard = [record for record in records if isinstance(record.fact, model.listens)]
            for first in heard:
                for second in heard:
                    for key in model.keys(first):
                        model.evolve(model.evolve(None, first, key), second, key)


# ---- nothing personal in clear


def test_facts_with_personal_fields_are_known() -> None:
    assert len(PERSONAL) >= 6


@pytest.mark.parametrize("declared", PERSONAL, ids=lambda declared: declared.kind)
def test_a_value_in_clear_never_becomes_bytes(declared: FactType) -> None:
    """Each personal field of each fact, put in clear, is refused by the codec; and so is a record that holds one."""
    value = files_of(declared.kind)[-1].read_bytes()
    sealed = sealed_places(msgspec.json.decode(value)["data"])
    assert sealed
    for place in sealed:
        forged = msgspec.json.decode(value)
        put(forged["data"], place, {"s": "0", "person": "p_x", "group": "identity", "text": "张三"})
        envelope = codec.decode(msgspec.json.encode(forged))
        fact = codec.decoder_of(declared.body).decode(envelope.data)
        draft = Draft(
            id="e", owner=declared.owner, subject=envelope.subject, streamversion=1, time=envelope.time,
            recordedtime=envelope.time, commandid="c", commandhash="", correlationid="c", actor="a", fact=fact,
        )  # fmt: skip
        with pytest.raises(AssertionError, match="would reach the log in clear") as refused:
            codec.body_bytes(draft)
        assert "张三" not in str(refused.value)
        with pytest.raises(UnreadableRecord, match="stands in clear") as unread:
            codec.body(envelope)
        assert "张三" not in str(unread.value)


Place = tuple[str | int, ...]


def sealed_places(value: Any, under: Place = ()) -> list[Place]:
    """Where the sealed values of a decoded body stand."""
    if isinstance(value, dict):
        if "s" in value:
            return [under]
        return [place for name, item in value.items() for place in sealed_places(item, (*under, name))]
    if isinstance(value, list):
        return [place for i, item in enumerate(value) for place in sealed_places(item, (*under, i))]
    return []


def put(value: Any, place: Place, item: object) -> None:
    for step in place[:-1]:
        value = value[step]
    value[place[-1]] = item


def test_the_closed_list_of_personal_fields() -> None:
    """What is sealed, in full: a field comes onto this list, or leaves it, only here and on purpose."""
    found = {
        f"{declared.kind.split('.', 1)[1]}: {path}" for declared in PERSONAL for path in personal_paths(declared.body)
    }
    assert found == {
        "casework.ability_assessed.v1: failed_items",
        "casework.care_arranged.v1: carer",
        "casework.contract_staff_assigned.v1: name",
        "casework.contract_staff_assigned.v1: resident_id",
        "casework.household_surveyed.v1: income_per_head",
        "casework.household_surveyed.v1: members.groups",
        "casework.household_surveyed.v1: members.name",
        "casework.household_surveyed.v1: members.resident_id",
        "casework.household_surveyed.v1: property_over",
        "casework.household_surveyed.v1: rigid_spending_per_head",
        "casework.household_taken_over.v1: account.holder_name",
        "casework.household_taken_over.v1: account.number",
        "casework.household_taken_over.v1: address",
        "casework.household_taken_over.v1: members.groups",
        "casework.household_taken_over.v1: members.name",
        "casework.household_taken_over.v1: members.resident_id",
        "casework.household_reverified.v1: income_per_head",
        "casework.household_reverified.v1: members.groups",
        "casework.household_reverified.v1: members.name",
        "casework.household_reverified.v1: members.resident_id",
        "casework.information_check_requested.v1: persons.name",
        "casework.information_check_requested.v1: persons.resident_id",
        "casework.payout_account_recorded.v1: account.holder_name",
        "casework.payout_account_recorded.v1: account.number",
        "casework.visit_completed.v1: notes",
        "casework.warning_opened.v1: contact",
        "casework.warning_opened.v1: name",
        "casework.warning_opened.v1: resident_id",
        "intake.input_quarantined.v1: payload",
        "intake.need_discovered.v1: contact",
        "intake.need_discovered.v1: name",
        "intake.need_discovered.v1: resident_id",
        "intake.need_discovered.v1: situation",
        "intake.request_received.v1: address",
        "intake.request_received.v1: delegate.name",
        "intake.request_received.v1: members.name",
        "intake.request_received.v1: members.resident_id",
        "intake.request_received.v1: phone",
        "payroll.bank_account_changed.v1: bank_account",
        "payroll.candidate_registered.v1: name",
        "payroll.candidate_registered.v1: resident_id",
        "payroll.certificate_recorded.v1: number",
        "payroll.officer_appointed.v1: bank_account",
        "payroll.officer_appointed.v1: name",
        "payroll.officer_appointed.v1: phone",
        "payroll.officer_appointed.v1: resident_id",
        "payroll.officer_phone_changed.v1: phone",
        "payroll.officer_taken_over.v1: bank_account",
        "payroll.officer_taken_over.v1: certificates.number",
        "payroll.officer_taken_over.v1: name",
        "payroll.officer_taken_over.v1: phone",
        "payroll.officer_taken_over.v1: resident_id",
        "payroll.payslip_contest_answered.v1: answer",
        "payroll.payslip_contested.v1: statement",
    }


def personal_paths(body: type[msgspec.Struct]) -> set[str]:
    """Paths of sealed values: the fields that have the attributes of a box under them."""
    paths = fields_of_contract(body)
    return {path.removesuffix(".box") for path in paths if path.endswith(".box")}


# ---- who may say it


def test_a_fact_of_another_owner_or_about_another_subject_never_becomes_bytes() -> None:
    value = (FOLDER / "assist.casework.case_closed.v1.json").read_bytes()
    envelope = codec.decode(value)

    def draft(owner: str, subject: str) -> Draft:
        return Draft(
            id="e", owner=owner, subject=subject, streamversion=1, time=envelope.time, recordedtime=envelope.time,
            commandid="c", commandhash="", correlationid="c", actor="a", fact=codec.body(envelope),
        )  # fmt: skip

    assert codec.body_bytes(draft("casework", "household:T01-H00001"))
    with pytest.raises(AssertionError, match="stated by casework, not by payroll"):
        codec.body_bytes(draft("payroll", "household:T01-H00001"))
    with pytest.raises(AssertionError, match="about officer:O001"):
        codec.body_bytes(draft("casework", "officer:O001"))


# ---- old versions

# In a process of its own: the registry is for ever, and a fact declared for a test would stay in it.
TWO_VERSIONS = """
from services.contracts import codec
from services.contracts.deciding import Model, Service
from services.contracts import audit as facts
from services.contracts.envelope import record_hash
from services.contracts.registry import Fact, fact, upcast
from services.eventlog.folding import Folds
from services.eventlog.following import Delivered
from services.eventlog.refolding import Refold, Refolder
import msgspec
from datetime import UTC, datetime


@fact("audit", "toy_weighed", subject="finding")
class WeighedInJin(Fact, frozen=True, kw_only=True):
    jin: int


@fact("audit", "toy_weighed", subject="finding", version=2)
class Weighed(Fact, frozen=True, kw_only=True):
    grams: int
    scale: str


@upcast("assist.audit.toy_weighed.v1")
def in_grams(old):
    return Weighed(grams=old.jin * 500, scale="unknown")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    grams: int = 0
    records: int = 0


def weigh(row, record, key):
    row = row or Row()
    return Row(grams=row.grams + record.fact.grams, records=row.records + 1)


service = Service(
    name="audit", aggregates=(),
    models=(Model(name="weights", row=Row, listens=(Weighed,), keys=lambda r: ("all",), evolve=weigh),),
    refused=facts.CommandRefused, rule_pack_adopted=facts.RulePackAdopted, parked_discarded=facts.ParkedDiscarded,
    reacts_to=(Weighed,),
)
now = datetime(2026, 3, 2, tzinfo=UTC)
previous, log = bytes(32), []
for n, said in enumerate((WeighedInJin(jin=3), Weighed(grams=7, scale="K1")), 1):
    draft = codec.Draft(
        id=f"e{n}", owner="audit", subject="finding:F1", streamversion=n, time=now, recordedtime=now, commandid=f"c{n}",
        commandhash="", correlationid="", actor="a", fact=said,
    )
    value = codec.seal(codec.body_bytes(draft), n, previous)
    previous = record_hash(value)
    log.append(Delivered(n - 1, value, 0))
assert b'"jin":3' in log[0].value and codec.body(codec.decode(log[0].value)) == Weighed(grams=1500, scale="unknown")
refold = Refold(0)
Refolder(service).take(refold, log)
assert refold.parked == [], refold.parked
print(refold.rows["weights", "all"].grams, refold.rows["weights", "all"].records, *sorted(service.listens))
"""


def test_an_older_version_reads_as_its_successor_and_reaches_its_listeners() -> None:
    """A listener to version 2 gets the records of version 1 upcast; the old bytes stay as they are."""
    ran = subprocess.run([sys.executable, "-c", TWO_VERSIONS], capture_output=True, text=True, timeout=60, check=False)
    assert ran.stderr == ""
    assert ran.stdout.split() == ["1507", "2", "assist.audit.toy_weighed.v1", "assist.audit.toy_weighed.v2"]


def test_the_first_record_of_a_partition_follows_the_zero_hash() -> None:
    for path in FILES:
        link = codec.link(path.read_bytes())
        assert (link.sequence, link.prevhash) == (1, ZERO_HASH.hex())
