"""The clock ledger (限时办理, 四(一)): what a clock is, when it is overdue, what moves it, who held it; the one definition.

A deadline is a date that a fact stated. It moves by a fact alone – a pause that ended, an extension – never because a
calendar was adopted later; the calendar in force is asked only when such a fact is decided.
"""

from datetime import date, timedelta
from typing import Any, Final, Literal, Protocol

import msgspec

from services.contracts.calendar import WorkingCalendar, notice_last_day
from services.contracts.deciding import CommandRejected, Context
from services.contracts.every_service import ClockExtended, ClockPaused, ClockResumed

_DAY: Final = timedelta(days=1)
# Working days; calendar days, moved on from a day off; the full days that a public notice (公示) hangs or a recognition is
# valid, which end of themselves and cannot be late.
Counting = Literal["workdays", "days", "full_days"]
Status = Literal["waiting", "running", "paused", "stopped"]


def overdue(due_on: date | None, day: date) -> bool:
    """Whether a clock has run out on `day`: its last day is over. The one answer everywhere; None is no clock that runs."""
    return due_on is not None and day > due_on


def days_late(due_on: date | None, done_on: date) -> int:
    """Calendar days after the last day on which a step was taken; 0 in time."""
    return (done_on - due_on).days if due_on is not None and overdue(due_on, done_on) else 0


def last_day(calendar: WorkingCalendar, counting: Counting, start: date, n: int) -> date:
    """The last day of a term of `n`, the starting day excluded, the last one included (限时办理)."""
    match counting:
        case "workdays":
            return calendar.plus_workdays(start, n)
        case "days":
            return calendar.deadline_in_days(start, n)
        case "full_days":
            return notice_last_day(start, n)


def days_left(calendar: WorkingCalendar, counting: Counting, due_on: date, day: date) -> int:
    """How many days are left after `day`, in the days the clock counts; below 0 the days since it ran out."""
    if overdue(due_on, day):
        return -days_left(calendar, counting, day, due_on)
    if counting != "workdays":
        return (due_on - day).days
    return sum(calendar.is_workday(day + n * _DAY) for n in range(1, (due_on - day).days + 1))


# ---- what may move a clock


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """A cause that the law names: what it does to which clocks. `days_max`: the longest extension, in the clock's days.

    `terms`: the whole special term by need, in the clock's days from its beginning, that takes the ordinary one's place.
    """

    effect: Literal["pause", "extend"]
    article: str
    clocks: frozenset[str]
    days_max: int = 0
    terms: dict[str, int] = {}


class ClockCauses(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``clock_causes``: nothing else pauses or extends a clock."""

    causes: dict[str, Cause]


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A clock as a decision knows it: its last day, how it counts, since when it stands still, what extended it.

    `since`: it began, or was resumed last; days before it count no second time. `began_on` and `ordinary_due_on`: the
    ordinary term of this `need`, before anything moved it; None where no special term can take its place.
    """

    due_on: date
    since: date
    counting: Counting = "workdays"
    paused_on: date | None = None
    overdue: bool = False
    extended_for: tuple[str, ...] = ()
    need: str = ""
    began_on: date | None = None
    ordinary_due_on: date | None = None


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """By how many of its days a clock is extended, for what, and until when; `special_days`: of a whole special term."""

    cause: Cause
    days: int
    due_on: date
    special_days: int = 0


def running_until(term: Term) -> date | None:
    """The last day of a clock that runs; None while it stands still, so that it cannot become overdue."""
    return None if term.paused_on is not None else term.due_on


def pause_for(term: Term, clock: str, cause: str, day: date, context: Context) -> Cause:
    """The cause that lets `clock` stand still from `day` on; refused for any other, or when the clock does not run."""
    found = _legal(clock, cause, "pause", day, context)
    _unless_paused(term)
    _within(term, day, context)
    return found


def resumed_until(term: Term, day: date, context: Context) -> date:
    """The last day of a clock whose pause ends on `day`: what was left after the pausing day is left after `day`."""
    if term.paused_on is None:
        raise CommandRejected("clock-not-paused", "该时限未中止", "this clock is not paused")
    if not term.paused_on <= day <= context.today:
        raise CommandRejected(
            "out-of-order", "恢复日不在中止日与今日之间", "the day lies before the pause or in the future"
        )
    calendar = context.rule_on("calendar", day, WorkingCalendar)
    left = days_left(calendar, term.counting, term.due_on, term.paused_on)
    # A calendar adopted meanwhile may count fewer days up to the old last day: a pause shortens nothing.
    ends_on = last_day(calendar, term.counting, day, left)
    return max(term.due_on, ends_on if left else calendar.next_workday(ends_on))


def extension_of(term: Term, clock: str, cause: str, days: int, context: Context) -> Extension:
    """How `cause` extends `clock` today: by `days`, or to the pack's special term; only while it runs, once for each cause."""
    found = _legal(clock, cause, "extend", context.today, context)
    _unless_paused(term)
    _within(term, context.today, context)
    if cause in term.extended_for:
        raise CommandRejected("extended-already", "该时限已因此延长", "this clock was extended for this cause already")
    calendar = context.rule_on("calendar", context.today, WorkingCalendar)
    if found.terms:
        return _special(term, found, days, calendar)
    if not 0 < days <= found.days_max:
        raise CommandRejected(
            "extension-too-long",
            f"最多延长 {found.days_max} 日",
            f"it may be extended by at most {found.days_max} days",
        )
    return Extension(cause=found, days=days, due_on=last_day(calendar, term.counting, term.due_on, days))


def _special(term: Term, cause: Cause, days: int, calendar: WorkingCalendar) -> Extension:
    """The special term in the ordinary one's place (民发〔2021〕57号 art. 22); what a pause gave is not lost by it."""
    if days:
        raise CommandRejected(
            "special-term-fixed", "特别程序的时限由规则包规定，不填天数", "the pack sets the special term; name no days"
        )
    whole = cause.terms.get(term.need, 0)
    if term.began_on is None or term.ordinary_due_on is None or not whole:
        raise CommandRejected("no-special-term", "该事项没有特别程序时限", "this need has no special term")
    more = whole - days_left(calendar, term.counting, term.ordinary_due_on, term.began_on)
    if more <= 0:
        raise CommandRejected("no-special-term", "特别程序时限不长于一般时限", "the special term is not longer")
    due_on = last_day(calendar, term.counting, term.due_on, more)
    return Extension(cause=cause, days=more, due_on=due_on, special_days=whole)


# ---- what is stated of a clock that is moved: the same fields in whichever service


class Matter(Protocol):
    """What a clock is about, and who answers for it."""

    @property
    def application_no(self) -> str: ...

    @property
    def town(self) -> str: ...

    @property
    def responsible(self) -> str: ...


class Pausing(Protocol):
    """A command to let a clock stand still."""

    @property
    def clock(self) -> str: ...

    @property
    def cause(self) -> str: ...

    @property
    def paused_on(self) -> date: ...

    @property
    def paper_sha256(self) -> str: ...


class Extending(Protocol):
    """A command to extend a clock, by days or (0) to the cause's special term."""

    @property
    def clock(self) -> str: ...

    @property
    def cause(self) -> str: ...

    @property
    def days(self) -> int: ...

    @property
    def paper_sha256(self) -> str: ...


def pause_of(term: Term, command: Pausing, matter: Matter, context: Context) -> dict[str, Any]:
    """The fields of a `ClockPaused`: only by a cause that the pack names with its article."""
    legal = pause_for(term, command.clock, command.cause, command.paused_on, context)
    return _of(matter, command.clock) | {
        "cause": command.cause,
        "article": legal.article,
        "paused_on": command.paused_on,
        "due_on": term.due_on,
        "paper_sha256": command.paper_sha256,
        "pack_version": context.rules.version_on("clock_causes", command.paused_on),
    }


def resumption_of(term: Term, clock: str, resumed_on: date, matter: Matter, context: Context) -> dict[str, Any]:
    """The fields of a `ClockResumed`: the deadline moves by this fact and by nothing else."""
    due_on = resumed_until(term, resumed_on, context)
    return _of(matter, clock) | {
        "paused_on": term.paused_on,
        "resumed_on": resumed_on,
        "due_before": term.due_on,
        "due_on": due_on,
        "pack_version": context.rules.version_on("calendar", resumed_on),
    }


def extension_stated(term: Term, command: Extending, matter: Matter, context: Context) -> dict[str, Any]:
    """The fields of a `ClockExtended`."""
    extension = extension_of(term, command.clock, command.cause, command.days, context)
    return _of(matter, command.clock) | {
        "cause": command.cause,
        "article": extension.cause.article,
        "extension_days": extension.days,
        "due_before": term.due_on,
        "due_on": extension.due_on,
        "paper_sha256": command.paper_sha256,
        "pack_version": context.rules.version_on("clock_causes", context.today),
        "special_days": extension.special_days,
    }


def _of(matter: Matter, clock: str) -> dict[str, Any]:
    return {
        "application_no": matter.application_no, "town": matter.town, "clock": clock, "responsible": matter.responsible,
    }  # fmt: skip


def _legal(clock: str, cause: str, effect: str, day: date, context: Context) -> Cause:
    found = context.rule_on("clock_causes", day, ClockCauses).causes.get(cause)
    if found is None or found.effect != effect or clock not in found.clocks:
        raise CommandRejected(
            "cause-not-legal",
            "没有规定因该事由中止或延长该时限",
            "no rule lets this clock be paused or extended for this cause",
        )
    return found


def _unless_paused(term: Term) -> None:
    if term.paused_on is not None:
        raise CommandRejected("clock-paused", "该时限已中止", "this clock is paused")


def _within(term: Term, day: date, context: Context) -> None:
    if day > context.today:
        raise CommandRejected("time-in-future", "日期在将来", "the day lies in the future")
    if day < term.since:
        raise CommandRejected("out-of-order", "早于时限起始日", "the day lies before the clock began")
    if term.overdue or overdue(term.due_on, day):
        raise CommandRejected("clock-run-out", "时限已届满", "the clock has run out")


# ---- the ledger itself


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Who had the matter in hand from a day on."""

    who: str
    from_on: date


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What moved a clock: a pause (`until_on` None while it lasts) or an extension; `by` is the id of the fact."""

    cause: str
    article: str
    from_on: date
    until_on: date | None = None
    due_before: date
    due_on: date
    by: str


class ClockRow(msgspec.Struct, frozen=True, kw_only=True):
    """One clock, keyed ``<town>/<application or household>/<clock>``; open while `status` is running or paused.

    Complaints and reassessments, of which a household may have several, have their own number before the clock.
    `status` ``waiting``: its start has not come. `started_by`, `stopped_by`: ids of facts. `overdue`: stated by its timer.
    `held` is everybody who had the matter in hand, `held_by` the last of them; `with_whom` a department that has it.
    `open_until` is `due_on` of a clock that runs or is paused, None for others.
    """

    town: str
    household: str
    application_no: str
    clock: str
    article: str
    counting: Counting
    status: Status
    held_by: str
    held: tuple[Held, ...]
    started_on: date | None = None
    started_by: str = ""
    due_on: date | None = None
    with_whom: str = ""
    moved: tuple[Moved, ...] = ()
    overdue: bool = False
    stopped_on: date | None = None
    stopped_by: str = ""
    days_late: int = 0
    open_until: date | None = None


_change: Final = msgspec.structs.replace


def _with(row: ClockRow, **changes: object) -> ClockRow:
    """The row changed, and `open_until` with it: the last day of a clock that runs or is paused, by which it is listed."""
    changed = _change(row, **changes)
    return _change(changed, open_until=changed.due_on if changed.status in ("running", "paused") else None)


def started(row: ClockRow, on: date, due_on: date, by: str) -> ClockRow:
    """A clock that begins, or begins anew: then nothing that moved it before counts."""
    return _with(
        row, status="running", started_on=on, started_by=by, due_on=due_on, moved=(), overdue=False, stopped_on=None,
        stopped_by="", days_late=0,
    )  # fmt: skip


def held(row: ClockRow, who: str, on: date) -> ClockRow:
    """Somebody else has the matter in hand from `on`; a clock that stopped stays with whom it was."""
    if row.status == "stopped" or who == row.held_by:
        return row
    return _with(row, held_by=who, held=(*row.held, Held(who=who, from_on=on)))


def stopped(row: ClockRow, on: date, by: str) -> ClockRow | None:
    """The step was taken or is owed no more; a clock that never began leaves no row."""
    if row.status == "waiting":
        return None
    if row.status == "stopped":
        return row
    late = 0 if row.counting == "full_days" or row.status == "paused" else days_late(row.due_on, on)
    return _with(row, status="stopped", stopped_on=on, stopped_by=by, days_late=late)


def moved(row: ClockRow, fact: ClockPaused | ClockResumed | ClockExtended, on: date, by: str) -> ClockRow:
    """A pause begins or ends, or an extension was granted, as the fact states it."""
    match fact:
        case ClockPaused():
            pause = Moved(
                cause=fact.cause, article=fact.article, from_on=fact.paused_on, due_before=fact.due_on,
                due_on=fact.due_on, by=by,
            )  # fmt: skip
            return _with(row, status="paused", moved=(*row.moved, pause))
        case ClockResumed():
            moves = tuple(
                _change(one, until_on=fact.resumed_on, due_on=fact.due_on)
                if one.until_on is None and one.from_on == fact.paused_on
                else one
                for one in row.moved
            )
            return _with(row, status="running", due_on=fact.due_on, moved=moves)
        case ClockExtended():
            extension = Moved(
                cause=fact.cause, article=fact.article, from_on=on, until_on=on, due_before=fact.due_before,
                due_on=fact.due_on, by=by,
            )  # fmt: skip
            return _with(row, due_on=fact.due_on, moved=(*row.moved, extension))


def marked_overdue(row: ClockRow) -> ClockRow:
    """Its timer stated that the clock ran out."""
    return _with(row, overdue=True)


def holder_on(row: ClockRow, day: date) -> str:
    """Who had the matter in hand on a day: whoever took it last up to then; empty before anybody did."""
    return next((one.who for one in reversed(row.held) if one.from_on <= day), "")


class OpenClock(msgspec.Struct, frozen=True, kw_only=True):
    """A clock that has not stopped, as of a day: `days_left` in the days it counts, below 0 the days since it ran out.

    A paused clock is not overdue, whatever its day; nor is a public notice or a recognition, which only end.
    """

    key: str
    clock: ClockRow
    days_left: int
    overdue: bool


def as_of(key: str, row: ClockRow, calendar: WorkingCalendar, day: date) -> OpenClock:
    """How an open clock stands on a day."""
    assert row.due_on is not None, "a clock that runs has a last day"
    runs = row.status == "running" and row.counting != "full_days"
    left = days_left(calendar, row.counting, row.due_on, day)
    return OpenClock(key=key, clock=row, days_left=left, overdue=runs and overdue(row.due_on, day))
