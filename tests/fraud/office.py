"""Irregularities of the bureau itself: reasons left out, records left behind, rules changed after the fact, unusual shares."""

import random
from datetime import UTC, datetime, timedelta

import msgspec

from services.contracts import audit, casework, intake, payroll
from services.contracts.casework import (
    CaseOpened,
    CheckExported,
    ClockExtended,
    EligibilityConfirmed,
    MunicipalExported,
    PaymentFileExported,
    PersonalFieldRead,
)
from services.contracts.months import Month
from tests.fraud.corpus import Corpus
from tests.fraud.planting import Planted, fact_of, found, plants

AT = datetime(2026, 3, 20, 2, tzinfo=UTC)


@plants("read_without_reason")
def read_without_reason(corpus: Corpus, rng: random.Random) -> Planted:
    """No reason, or one of three characters. Innocent: one of four, or an export that unsealed nothing."""
    number = corpus.number()
    guilty, honest = f"household:T01-F{number}", f"household:T13-F{number}"
    short, enough = rng.choice(("", "   ", "工作需")), "入户核实"
    how = rng.choice(("read", "check", "list", "file"))
    for subject, reason in ((guilty, short), (honest, enough)):
        town = subject.partition(":")[2][:3]
        if how == "read":
            corpus.add(subject, PersonalFieldRead(field="phone", reason=reason, reader_role="officer"), at=AT)
        elif how == "check":
            export = CheckExported(
                application_no="R-F", town=town, check_no="K", register="bank", person_count=1, reason=reason,
                reader_role="bureau",
            )  # fmt: skip
            corpus.add(subject, export, at=AT)
        elif how == "list":
            paid = PaymentFileExported(
                town=town, month=Month(2026, 3), file_no=1, line_count=1, reason=reason, reader_role="bureau-finance"
            )
            corpus.add(subject.replace("household", "benefit_list"), paid, at=AT)
        else:
            file = MunicipalExported(
                export_no=f"X{number}", town=town, table="households", selection="", until_cursor="", format="csv",
                encoding="utf-8", row_count=1, household_count=1, reason=short, exported_by="bureau:B1",
                personal=("name",) if subject == guilty else (), file_sha256=f"{number:064x}", pack_version="",
            )  # fmt: skip
            corpus.add(subject.replace("household", "exchange"), file, at=AT)
    kind = {"list": "benefit_list", "file": "exchange"}.get(how, "household")
    return found("read_without_reason", guilty.replace("household", kind), honest.replace("household", kind))


@plants("reads_a_day")
def reads_a_day(corpus: Corpus, rng: random.Random) -> Planted:
    """Forty-one fields unmasked by one person on a day. Innocent: forty, and forty more the day after."""
    guilty, honest = f"bureau:F{corpus.number()}", f"bureau:F{corpus.number()}"
    for actor, count, days in ((guilty, 41, 1), (honest, 40, 2)):
        for day in range(days):
            for n in range(count):
                read = PersonalFieldRead(field="phone", reason="入户核实", reader_role="bureau")
                subject = f"household:T01-F{rng.randrange(1000)}"
                corpus.add(subject, read, at=AT + timedelta(days=day, seconds=n), actor=actor)
    return found("reads_a_day", guilty, honest)


@plants("record_discarded")
def record_discarded(corpus: Corpus, rng: random.Random) -> Planted:
    """A record was left behind. Innocent: a person gave an input up, which is no record."""
    number = corpus.number()
    service, subject = rng.choice((intake, casework, payroll, audit)), f"parked:F{number}"
    corpus.add(subject, service.ParkedDiscarded(partition=3, sequence=number, reason="无法读取"), at=AT)
    given_up = intake.InputReleased(place=f"inbox/F{number}", outcome="discarded", reason="重复")
    corpus.add(f"town:F{number}", given_up, at=AT)
    return found("record_discarded", subject, f"town:F{number}")


@plants("pack_adopted_afterwards")
def pack_adopted_afterwards(corpus: Corpus, rng: random.Random) -> Planted:
    """A standard that holds from the day before. Innocent: one that holds from the day itself."""
    pair = []
    for days in (1, 0):
        name = f"rules:forged_{corpus.number()}"
        for version, at in (("1", AT - timedelta(days=50)), ("2", AT)):
            pack = casework.RulePackAdopted(
                name=name.partition(":")[2], version=version, valid_from=(at - timedelta(days=days)).date(),
                citation="示例", sample=True, content={},
            )  # fmt: skip
            corpus.add(name, pack, at=at)
        pair.append(name)
    return found("pack_adopted_afterwards", *pair)


@plants("audit_weakened")
def audit_weakened(corpus: Corpus, rng: random.Random) -> Planted:
    """A version of audit's pack without one of its tests. Innocent: one with a test more."""
    ours = next(
        line for line in corpus.of(audit.RulePackAdopted) if fact_of(line, audit.RulePackAdopted).name == "audit_tests"
    )
    fact = fact_of(ours, audit.RulePackAdopted)
    number = corpus.number()
    content = fact.content | {"tests": dict(fact.content["tests"])}
    more = content | {"tests": content["tests"] | {f"another_{number}": content["tests"]["survey_by_one"]}}
    at = AT + timedelta(seconds=2 * number)
    for version, told, seconds in ((f"more-{number}", more, 0), (f"less-{number}", content, 1)):
        pack = msgspec.structs.replace(fact, version=version, valid_from=at.date(), content=told)
        corpus.add(ours.subject, pack, at=at + timedelta(seconds=seconds))
    return found("audit_weakened", ours.subject)


@plants("special_term_share")
def special_term_share(corpus: Corpus, rng: random.Random) -> Planted:
    """Seven of a town's thirty-four cases extended. Innocent: seven of thirty-five, or all of twenty-nine."""
    model = fact_of(corpus.of(CaseOpened)[0], CaseOpened)
    pair = []
    for cases, extended in ((34, 7), rng.choice(((35, 7), (29, 29)))):
        town = f"F{corpus.number()}"
        for n in range(cases):
            subject = f"household:{town}-H{n:05d}"
            opened = msgspec.structs.replace(model, application_no=f"R-{town}-{n}", town=town, responsible="window:W1")
            corpus.add(subject, opened, at=AT)
            if n < extended:
                longer = ClockExtended(
                    application_no=f"R-{town}-{n}", town=town, clock="outer", cause="special_circumstances", article="",
                    extension_days=0, special_days=45, due_before=opened.decide_by,
                    due_on=opened.decide_by + timedelta(days=25), paper_sha256="", responsible="window:W1", pack_version="",
                )  # fmt: skip
                corpus.add(subject, longer, at=AT + timedelta(minutes=1))
        pair.append(f"town:{town}")
    return found("special_term_share", *pair)


@plants("emergency_share")
def emergency_share(corpus: Corpus, rng: random.Random) -> Planted:
    """Twenty-five of a town's forty temporary grants were emergencies. Innocent: twenty-four, or all of twenty-nine."""
    model = fact_of(corpus.of(EligibilityConfirmed, lambda one: one.emergency)[0], EligibilityConfirmed)
    pair = []
    for cases, emergencies in ((40, 25), rng.choice(((40, 24), (29, 29)))):
        town = f"F{corpus.number()}"
        for n in range(cases):
            helped = msgspec.structs.replace(
                model, application_no=f"R-{town}-{n}", town=town, emergency=n < emergencies, reserve_fund=f"{town}-BYJ"
            )
            corpus.add(f"household:{town}-H{n:05d}", helped, at=AT)
        pair.append(f"town:{town}")
    return found("emergency_share", *pair)
