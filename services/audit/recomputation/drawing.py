"""The money of a run's lines recomputed: what documents had left when it was drafted, and which pays what; it knows no officer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from services.audit.recomputation.comparing import RECOMPUTED_PAYSLIP, Case, different_charges, unrepeated
from services.audit.recomputation.difference import Difference
from services.audit.recomputation.money import fund_of
from services.audit.recomputation.pay_packs import Packs, PackShelf
from services.audit.recomputation.runs import Draft, Run
from services.audit.recomputation.sources import Document, Left, Shares, Short, charged, in_order
from services.audit.recomputation.told import READING, Told
from services.contracts.audit import Evidence
from services.contracts.months import Month
from services.contracts.payroll import FundBudgeted, FundMovedIn, FundTakenOver, PayslipComputed
from services.contracts.registry import Fact, kind_of


@dataclass
class Drawing:
    """How a draft's lines draw on the documents. The lines are taken as stated: here only their money is recomputed."""

    runs: Mapping[Month, Run]
    funds: Mapping[str, list[Told[Fact]]]
    shelf: PackShelf
    draft: Draft
    _booked: dict[Document, Evidence] = field(default_factory=dict)

    def differences(self, slip: Told[PayslipComputed]) -> Iterator[Difference]:
        """Where the slip's lines are charged otherwise than the order says."""
        if self._shares is not None and self._packs is not None:
            case = Case(slip=slip, draft=self.draft.drafted, officer_facts={}, packs={self._month: self._packs})
            yield from different_charges(case, self._shares[slip.evidence.event_id], self._booked)

    def short(self) -> Iterator[Difference]:
        """Whether the documents could not pay this run at all, as far as anybody could know."""
        if self._shares is None and self._packs is not None and self._current:
            drafted = self.draft.drafted
            yield Difference(
                kind=RECOMPUTED_PAYSLIP,
                about=drafted.subject,
                month=str(self._month),
                line="charges",
                said="足够 / enough",
                recomputed="不足 / short",
                evidence=unrepeated((drafted.evidence, *self._booked.values())),
                zh=f"{self._month} 批次：编制时资金文件余额不足以按规定顺序列支",
                en=f"the run of {self._month}: by the stated order the documents could not pay it when it was drafted",
            )

    @property
    def _month(self) -> Month:
        return Month.parse(self.draft.drafted.number)

    @property
    def _current(self) -> bool:
        """Slips of the first version name no documents; a draft that was read in part cannot be shared out."""
        return self.draft.whole and all(one.evidence.type == kind_of(PayslipComputed) for one in self.draft.slips)

    @cached_property
    def _packs(self) -> Packs | None:
        return self.shelf.stated(self._month, self.draft.drafted.at, self.draft.drafted.fact.pack_version)

    @cached_property
    def _shares(self) -> dict[str, Shares] | None:
        """Each slip's shares, by what was known at the draft's instant, or about then where that agrees."""
        if self._packs is None or not self._current:
            return None
        first: dict[str, Shares] | None = None
        for at in self._instants():
            shares = self._shares_at(at, self._packs.funding.order)
            if shares is not None and self._agrees(shares):
                return shares
            first = first or shares
        return first

    def _instants(self) -> Iterator[datetime]:
        """The draft's own instant first, then every other about then that knew something else of the funds."""
        at = self.draft.drafted.at
        yield at
        about = {one.at for facts in self.funds.values() for one in facts if abs(one.at - at) <= READING}
        about |= {at - READING} if about else set()
        yield from sorted(about, reverse=True)

    def _agrees(self, shares: dict[str, Shares]) -> bool:
        return all(
            {(one.source, one.document): one.amount_fen for one in line.charges if one.amount_fen} == share
            for slip in self.draft.slips
            for line, share in zip(slip.fact.lines, shares[slip.evidence.event_id], strict=True)
        )

    def _shares_at(self, at: datetime, order: tuple[str, ...]) -> dict[str, Shares] | None:
        documents = in_order(self._left(at), order)
        slips = self.draft.slips
        try:
            shares = charged(documents, [one.fact.lines for one in slips])
        except Short:
            return None
        return {one.evidence.event_id: share for one, share in zip(slips, shares, strict=True)}

    def _left(self, at: datetime) -> Iterator[Left]:
        """What each document of the month's year has left, less what approved runs will still ask of it."""
        for number in sorted(self.funds):
            year, _, source = number.partition("-")
            if year != str(self._month.year):
                continue
            known = [one for one in self.funds[number] if one.at <= at]
            money = fund_of(one.fact for one in known)
            for one in known:
                for brought in _brought(one.fact):
                    self._booked.setdefault((source, brought), one.evidence)
            asked = self._asked(source, at, {of for of in self.runs if money.committed_to(str(of))})
            for name, document in money.documents.items():
                left_fen = max(0, document.left_fen - asked.get(name, 0))
                yield Left((source, name), document.purposes, left_fen)

    def _asked(self, source: str, at: datetime, committed: set[Month]) -> dict[str, int]:
        """By document: what approved runs of the year take, as long as the source has not set it aside."""
        found: dict[str, int] = {}
        for month, run in self.runs.items():
            paying = run.approved if month.year == self._month.year and month not in committed else None
            if paying is None or paying.approved is None or month >= self._month or paying.approved.at > at:
                continue
            for slip in paying.slips:
                if not run.was_taken_back(slip.fact.officer, at):
                    for charge in (charge for line in slip.fact.lines for charge in line.charges):
                        if charge.source == source and charge.amount_fen > 0:
                            found[charge.document] = found.get(charge.document, 0) + charge.amount_fen
        return found


def _brought(fact: Fact) -> tuple[str, ...]:
    """The documents that came into a source with a fact."""
    match fact:
        case FundBudgeted() | FundTakenOver():
            return (fact.document,)
        case FundMovedIn():
            return tuple(one.document for one in fact.documents)
        case _:
            return ()
