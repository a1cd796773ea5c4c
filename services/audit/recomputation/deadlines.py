"""Every last day that a service stated, counted again: terms from their start, pauses, extensions, and what ran out.

Own arithmetic on the facts' days and the packs' words; a difference names the fact that says a day and those it follows from.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final

from services.audit.domain import DISTRICT, evidence_of
from services.audit.recomputation.clocks import CLOCK_FACTS, Running, overdue_said, stops
from services.audit.recomputation.difference import CannotTell, Difference, Outcome
from services.audit.recomputation.packs import PACK_FACTS, Adopted, Packs
from services.audit.recomputation.terms import STATE_TERMS, Term, day_of, terms_of
from services.audit.recomputation.working_days import Days, month_end, same_day
from services.contracts import audit, casework
from services.contracts.audit import Evidence
from services.contracts.clock_words import clock_name
from services.contracts.deciding import Record
from services.contracts.every_service import ClockExtended, ClockPaused, ClockResumed
from services.contracts.registry import Fact

RECOMPUTED_DEADLINE: Final = "recomputed_deadline"
_DAY: Final = timedelta(days=1)
# A timer states what ran out the day after; a log that ends before it fired says nothing wrong.
UNSTATED_DAYS_MIN: Final = 3


@dataclass(frozen=True, slots=True)
class _Kept:
    """A record's own part of what is counted: nothing personal, and no bytes."""

    fact: Fact
    owner: str
    at: datetime
    day: date
    evidence: Evidence
    terms: tuple[Term, ...]


@dataclass(slots=True)
class Deadlines:
    """Counts again all that was read, by subject, once every pack is known."""

    listens: ClassVar[tuple[type[Fact], ...]] = (*PACK_FACTS, *STATE_TERMS, *CLOCK_FACTS)
    packs: Packs = field(default_factory=Packs)
    _kept: dict[str, list[_Kept]] = field(default_factory=dict)
    _needs: dict[str, str] = field(default_factory=dict)
    _now: date = date.min

    def read(self, record: Record) -> None:
        day = day_of(record)
        self._now = max(self._now, day)
        if self.packs.read(record):
            return
        fact: Any = record.fact
        if isinstance(fact, casework.CaseOpened):
            self._needs[fact.application_no] = fact.need
        elif isinstance(fact, audit.FindingAssigned):
            self._needs[fact.finding_no] = fact.severity
        kept = _Kept(
            fact, record.envelope.owner, record.envelope.recordedtime, day, evidence_of(record),
            tuple(terms_of(record, self._needs)),
        )  # fmt: skip
        self._kept.setdefault(record.envelope.subject, []).append(kept)

    def ended(self) -> Outcome:
        counting = _Counting(self.packs, self._now)
        for subject in sorted(self._kept):
            counting.subject(subject, self._kept[subject])
        return Outcome(
            of="deadlines",
            equal=counting.equal,
            different=len(counting.differences),
            differences=tuple(counting.differences),
            cannot_tell=tuple(counting.cannot_tell),
        )


@dataclass(slots=True)
class _Counting:
    """One pass over all that was kept."""

    packs: Packs
    now: date
    equal: int = 0
    differences: list[Difference] = field(default_factory=list)
    cannot_tell: list[CannotTell] = field(default_factory=list)
    _days: dict[str, Days] = field(default_factory=dict)

    def subject(self, subject: str, records: list[_Kept]) -> None:
        """All clocks of one subject, in the order of its facts."""
        running: dict[tuple[str, str], Running] = {}
        steps: dict[str, int] = {}
        for kept in records:
            for name in stops(kept.fact, running):
                running.pop(name, None)
            self._moved(subject, kept, running)
            self._overdue(subject, kept, running)
            self._escalated(subject, kept, steps)
            for term in kept.terms:
                self._term(subject, kept, term)
                if not term.runs:
                    continue
                needs = term.path[1] if term.path[0] == "needs" else ""
                running[term.clock, term.of] = Running(
                    due_on=term.said, ordinary_due_on=term.said, began_on=term.start, need=needs,
                    counting=term.counting, evidence=(kept.evidence,), town=term.town,
                )  # fmt: skip
            self._gradual_exit(kept, running)
            _contested_earlier(kept.fact, running)
        for (clock, of), one in running.items():
            self._unstated(subject, clock, of, one)

    def _days_on(self, owner: str, day: date, at: datetime) -> tuple[Days, Evidence] | None:
        pack = self.packs.in_force(owner, "calendar", day, at)
        if pack is None:
            return None
        return self._days.setdefault(f"{owner}/{pack.version}", Days(pack.content)), pack.evidence

    def _term(self, subject: str, kept: _Kept, term: Term) -> None:
        """A term from its start: the figure of the pack in force, counted on the calendar in force."""
        pack = self.packs.in_force(term.owner, term.pack, term.day or term.start, kept.at)
        days = self._days_on(term.owner, term.start, kept.at) or self._days_on(kept.owner, term.start, kept.at)
        figure = None if pack is None else _figure(pack, term, kept.fact)
        if pack is None or figure is None or (days is None and term.counting in ("workdays", "days", "months")):
            self._unknown(subject, kept, term.clock, "没有生效的规则或日历", "no rule or calendar was in force")
            return
        calendar = days[0] if days else Days({"off_days": (), "make_up_days": ()})
        due_on = _last_day(calendar, term, figure)
        if due_on != term.said and _earlier_of_age(term, kept.fact, due_on):
            self._sealed(subject, kept, term)
            return
        evidence = (kept.evidence, pack.evidence, *((days[1],) if days else ()))
        self._compare(subject, term.clock, term.of, term.said, due_on, evidence, town=term.town)

    def _compare(
        self, subject: str, clock: str, of: str, said: date, due_on: date, evidence: tuple[Evidence, ...], *, town: str
    ) -> None:
        if said == due_on:
            self.equal += 1
            return
        zh, en = (f"{name} {of}".strip() for name in clock_name(clock))
        self._differs(
            subject, clock, str(said), str(due_on), evidence, town,
            f"{subject} 的时限 {zh} 载明至 {said}，重算应至 {due_on}",
            f"the clock {en} of {subject} was said to end on {said}; counted again it ends on {due_on}",
        )  # fmt: skip

    def _differs(
        self, subject: str, line: str, said: str, recomputed: str, evidence: tuple[Evidence, ...], town: str, zh: str,
        en: str,
    ) -> None:  # fmt: skip
        self.differences.append(
            Difference(
                kind=RECOMPUTED_DEADLINE, about=subject, line=line, said=said, recomputed=recomputed,
                evidence=evidence, zh=zh, en=en, month=said, town=town or DISTRICT,
            )
        )  # fmt: skip

    def _unknown(self, subject: str, kept: _Kept, clock: str, zh: str, en: str) -> None:
        name_zh, name_en = clock_name(clock)
        self.cannot_tell.append(
            CannotTell(
                about=subject, why="not_recomputable", zh=f"时限 {name_zh}：{zh}", en=f"the clock {name_en}: {en}",
                evidence=(kept.evidence,),
            )
        )  # fmt: skip

    def _sealed(self, subject: str, kept: _Kept, term: Term) -> None:
        zh, en = clock_name(term.clock)
        self.cannot_tell.append(
            CannotTell(
                about=subject, why="sealed", zh=f"时限 {zh}：因未成年人年龄提前，出生日期已加密",
                en=f"the clock {en} ends earlier for a minor's age, which is sealed", evidence=(kept.evidence,),
            )
        )  # fmt: skip

    # ---- what moves a clock

    def _moved(self, subject: str, kept: _Kept, running: dict[tuple[str, str], Running]) -> None:
        fact = kept.fact
        if not isinstance(fact, ClockPaused | ClockResumed | ClockExtended):
            return
        name = (fact.clock, fact.application_no)
        one = running.get(name)
        if one is None:
            self._unknown(subject, kept, fact.clock, "日志上没有该时限的开始", "the log holds no beginning of it")
            return
        evidence = (kept.evidence, *one.evidence)
        if isinstance(fact, ClockPaused):
            self._compare(subject, fact.clock, fact.application_no, fact.due_on, one.due_on, evidence, town=fact.town)
            running[name] = one.paused(fact.paused_on, kept.evidence)
            return
        on = fact.resumed_on if isinstance(fact, ClockResumed) else kept.day
        days = self._days_on(kept.owner, on, kept.at)
        if days is None:
            self._unknown(subject, kept, fact.clock, "没有生效的日历", "no calendar was in force")
            return
        due_on = (
            one.after_pause(days[0], fact.resumed_on)
            if isinstance(fact, ClockResumed)
            else one.extended(days[0], *self._extension(kept, fact))
        )
        self._compare(
            subject, fact.clock, fact.application_no, fact.due_on, due_on, (*evidence, days[1]), town=fact.town
        )
        running[name] = one.moved_to(fact.due_on, kept.evidence)

    def _extension(self, kept: _Kept, fact: ClockExtended) -> tuple[int, int]:
        """The days a cause gives, and the whole special term in the ordinary one's place (民发〔2021〕57号 art. 22)."""
        pack = self.packs.in_force(kept.owner, "clock_causes", kept.day, kept.at)
        cause = pack.figure("causes", fact.cause) if pack is not None else None
        most = int((cause or {}).get("days_max", 0))
        whole = dict((cause or {}).get("terms", {})).values() if fact.special_days else ()
        if fact.special_days:
            return 0, fact.special_days if fact.special_days in whole else 0
        return min(fact.extension_days, most), 0

    def _overdue(self, subject: str, kept: _Kept, running: dict[tuple[str, str], Running]) -> None:
        """What was stated as run out had run out: it was that last day, the clock ran, and the day was over."""
        said = overdue_said(kept.fact)
        if said is None:
            return
        clock, of, due_on, town = said
        one = running.get((clock, of))
        if one is None:
            self._unknown(subject, kept, clock, "日志上没有该时限的开始", "the log holds no beginning of it")
            return
        running[clock, of] = one.stated_overdue()
        evidence = (kept.evidence, *one.evidence)
        if kept.day <= one.due_on or one.paused_on is not None:
            zh, en = clock_name(clock)
            self._differs(
                subject, clock, str(due_on), str(one.due_on), evidence, town,
                f"{subject} 的时限 {zh} 于 {kept.day} 被记为逾期，重算未届满（至 {one.due_on}）",
                f"the clock {en} of {subject} was stated overdue on {kept.day}; it had not run out (until {one.due_on})",
            )  # fmt: skip
            return
        self._compare(subject, clock, of, due_on, one.due_on, evidence, town=town)

    def _escalated(self, subject: str, kept: _Kept, steps: dict[str, int]) -> None:
        """An overdue task goes up step by step, each with a term of its own, as long as the pack names one."""
        fact = kept.fact
        if isinstance(fact, casework.DifferenceFound | casework.WarningOpened | casework.ChangeTaskOpened):
            steps.pop(fact.task_no, None)
        if not isinstance(fact, casework.MunicipalTaskOverdue):
            return
        step = steps.get(fact.task_no, 0)
        steps[fact.task_no] = step + 1
        name = "municipal_exchange" if fact.task == "difference" else "early_warning"
        pack, days = (
            self.packs.in_force("casework", name, kept.day, kept.at),
            self._days_on("casework", kept.day, kept.at),
        )
        ladder = list(pack.figure("escalation") or ()) if pack is not None else []
        if pack is None or days is None or not ladder:
            self._unknown(subject, kept, "escalation", "没有生效的规则或日历", "no rule or calendar was in force")
            return
        step = min(step, len(ladder) - 1)
        wanted = days[0].last_day("workdays", kept.day, ladder[step]["workdays"]) if step + 1 < len(ladder) else None
        if wanted == fact.next_by:
            self.equal += 1
            return
        self._differs(
            subject, "escalation", str(fact.next_by), str(wanted), (kept.evidence, pack.evidence), fact.town,
            f"{subject} 逾期提级的下一时限载明 {fact.next_by}，重算为 {wanted}",
            f"the next step of {subject} was said to be due on {fact.next_by}; counted again {wanted}",
        )  # fmt: skip

    def _gradual_exit(self, kept: _Kept, running: dict[tuple[str, str], Running]) -> None:
        """The months of a gradual exit put off the next look to their end; a household taken over brings its own day."""
        fact = kept.fact
        if isinstance(fact, casework.GradualExitGranted):
            due_on, began = fact.until_month.last_day, fact.decided_on
        elif isinstance(fact, casework.HouseholdTakenOver):
            due_on, began = fact.reverify_by, kept.day
        else:
            return
        running["reverification", ""] = Running(
            due_on=due_on, ordinary_due_on=due_on, began_on=began, need=fact.category, counting="days",
            evidence=(kept.evidence,), town=fact.town,
        )  # fmt: skip

    def _unstated(self, subject: str, clock: str, of: str, one: Running) -> None:
        """A clock that ran out while nobody did the step, and whose timer never said so."""
        if not one.can_be_overdue(clock):
            return
        if (self.now - one.due_on).days < UNSTATED_DAYS_MIN:
            return
        zh, en = clock_name(clock)
        self._differs(
            subject, clock, "", str(one.due_on), one.evidence, one.town,
            f"{subject} 的时限 {zh} {of} 于 {one.due_on} 届满而未办，亦未登记逾期",
            f"the clock {en} {of} of {subject} ran out on {one.due_on} undone, and nothing says so",
        )  # fmt: skip


def _contested_earlier(fact: Fact, running: dict[tuple[str, str], Running]) -> None:
    """The clock of what is contested runs to the earliest day that is open, and on to the next one's (57号 art. 18)."""
    match fact:
        case casework.CheckContested():
            due_on = fact.clock_by
        case casework.InformationCheckReturned():
            due_on = fact.recheck_by
        case _:
            return
    name = ("recheck", fact.application_no)
    if due_on is not None and name in running:
        running[name] = replace(running[name], due_on=due_on, overdue=False)


def _figure(pack: Adopted, term: Term, fact: Any) -> int | None:
    """The number of a term; of a referral that of the road to the department, of a grant that of its first class."""
    if term.path[0] == "departments":
        needs: dict[str, Any] = pack.figure("needs") or {}
        roads = [needs.get(fact.need, {}), *needs.values()]
        found: dict[str, Any] = next(
            (one for one in roads if one.get("road") == "refer" and one.get("department") == term.path[1]), {}
        )
        figure = found.get("answer_workdays")
    elif term.path[0] == "first":
        figure = pack.figure("cadences", str(pack.figure(*term.path)))
    else:
        figure = pack.figure(*term.path)
    return figure if isinstance(figure, int) else None


def _last_day(calendar: Days, term: Term, figure: int) -> date:
    match term.counting:
        case "month_end":
            return month_end(term.start, figure)
        case "months":
            return calendar.first_worked_from(same_day(term.start, figure))
        case "validity":
            reached = same_day(term.start, figure)
            return reached - _DAY if reached.day == term.start.day else reached
        case "plain_days":
            return term.start + timedelta(days=figure)
        case "workdays" | "days" | "full_days":
            return calendar.last_day(term.counting, term.start, figure)


def _earlier_of_age(term: Term, fact: Fact, due_on: date) -> bool:
    """Whether a look comes earlier because a minor with tekun comes of age: at the end of a month, by a sealed birthday."""
    category = getattr(fact, "need", "") or getattr(fact, "category", "")
    is_month_end = (term.said + _DAY).day == 1
    return term.clock == "reverification" and category == "tekun" and term.said < due_on and is_month_end
