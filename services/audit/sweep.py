"""All automatic tests over a whole log in one pass; it reads nothing itself and opens nothing that is already open."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from services.audit import tests_benefits, tests_pay, tests_visits
from services.audit.domain import OpenFinding
from services.contracts.audit import FindingOpened
from services.contracts.deciding import Record
from services.contracts.rulebook import RuleBook


@dataclass(slots=True)
class Sweep:
    """One pass over a log: keeps a little per household and run, every visit, and what was found."""

    rules: RuleBook
    procedures: dict[str, tests_benefits.Procedures] = field(default_factory=dict)
    known_households: set[str] = field(default_factory=set)
    runs: dict[str, tests_pay.Run] = field(default_factory=dict)
    visits: list[tests_visits.Visit] = field(default_factory=list)
    found: dict[str, OpenFinding] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)

    def read(self, record: Record) -> None:
        """Take in one effective record; each partition in its order, partitions interleaved at will."""
        if isinstance(record.fact, FindingOpened):
            self.opened.add(record.fact.finding_no)
            return
        prefix = record.envelope.subject.partition(":")[0]
        if prefix == "household":
            self._household(record)
        elif prefix == "run":
            self._run(record)

    def _household(self, record: Record) -> None:
        subject = record.envelope.subject
        procedures = self.procedures.get(subject, tests_benefits.Procedures())
        known = subject in self.known_households
        self._keep(tests_benefits.survey_by_one(record))
        self._keep(tests_benefits.grant_without_survey(procedures, record, self.rules))
        self._keep(tests_benefits.notice_cut_short(procedures, record, self.rules))
        self._keep(tests_benefits.grant_without_notice(procedures, record, self.rules))
        self._keep(tests_benefits.amount_above_ceiling(record, self.rules))
        self._keep(tests_visits.visit_without_case(known, record))
        if tests_visits.follow(known, record):
            self.known_households.add(subject)
        if visit := tests_visits.visit_of(record):
            self.visits.append(visit)
        if (after := tests_benefits.follow(procedures, record)) is not procedures:
            self.procedures[subject] = after

    def _run(self, record: Record) -> None:
        subject = record.envelope.subject
        run = self.runs.setdefault(subject, tests_pay.Run())
        drafted_by = run.draft.prepared_by if run.draft else None
        self._keep(tests_pay.run_self_approved(record, drafted_by))
        self._keep(tests_pay.payslip_sum(record))
        self._keep(tests_pay.payslip_tax(record, self.rules))
        self._keep(tests_pay.officer_uninsured(record))
        self._keep(tests_pay.run_totals(run, record))
        self._keep(tests_pay.payment_outside_run(run, record))
        tests_pay.follow(run, record)

    def _keep(self, finding: OpenFinding | None) -> None:
        if finding is not None:
            self.found.setdefault(finding.finding_no, finding)

    def objections(self) -> Iterator[OpenFinding]:
        """What objects to all that was read and is not open yet, in order of number; ask once, when all was read."""
        for run in self.runs.values():
            for finding in tests_pay.account_shared(run):
                self._keep(finding)
        for finding in tests_visits.visits_overlap(self.visits):
            self._keep(finding)
        for finding_no in sorted(self.found):
            if finding_no not in self.opened:
                yield self.found[finding_no]


def sweep(records: Iterable[Record], rules: RuleBook) -> Iterator[OpenFinding]:
    """Every objection of every test in a whole log that no `FindingOpened` in it states yet, in order of number.

    `records`: effective records, each partition in its order; partitions may be interleaved at will, the result is
    the same. Tests are held against the packs of audit's own `rules`. Nothing is yielded before all was read, for
    visits of one officer lie in many partitions.
    """
    one_pass = Sweep(rules=rules)
    for record in records:
        one_pass.read(record)
    yield from one_pass.objections()
