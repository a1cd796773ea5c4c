"""Early warnings (低收入人口监测预警): a line of the list becomes somebody's task, or is linked to what is in hand; and what came of it."""

from services.casework.domain.commands.municipal import HandleWarning, OpenWarning, ReadWarnedPerson
from services.casework.domain.guards import no_personal_number, not_before, not_in_future, rejected_unless
from services.casework.domain.municipal.state import Task
from services.casework.rules.municipal import EarlyWarning
from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import WarnedPersonRead, WarningHandled, WarningLinked, WarningOpened
from services.contracts.deciding import CommandRejected, Context
from services.contracts.registry import Fact
from services.contracts.resident_ids import normal_id, resident_id_fault
from services.contracts.sealed import Clear

_PACK = "early_warning"


def warning_task_no(town: str, person: str) -> str:
    """A person's warnings in a town are one task at a time, whatever numbers they come under."""
    return f"{town}-W-{person}"


def here(there: bool) -> None:
    """Nothing new is given to an officer who is leaving, away, or on duty in another town (四(二))."""
    rejected_unless(
        there,
        "officer-leaving",
        "该低保员即将离岗、不在岗或不在该镇街",
        "this officer is leaving, away, or in another town",
    )


def open_warning(state: Task, command: OpenWarning, context: Context) -> tuple[Fact, ...]:
    """One person, one task: a second line is linked to the first, and so is one about a household that receives (不重复派单)."""
    if command.warning_no in state.warning_nos:
        return ()
    no_personal_number(command.warning_no)
    town = command.task_no.partition("-")[0]
    rejected_unless(
        command.committee.startswith(f"{town}-"),
        "wrong-committee",
        "村（居）不属于该镇街",
        "the committee does not belong to the town",
    )
    not_in_future("warned_on", command.warned_on, context)
    number = normal_id(command.resident_id)
    fault = resident_id_fault(number, context.today)
    if fault is not None:
        raise CommandRejected("resident-id-invalid", f"resident_id：{fault[0]}", f"resident_id: {fault[1]}")
    person = context.pseudonym(number)
    rejected_unless(
        command.task_no == warning_task_no(town, person),
        "task-of-another",
        "任务编号与人员不符",
        "the task's number is not this person's",
    )
    pack = context.rule_on(_PACK, context.today, EarlyWarning)
    rejected_unless(
        command.kind in pack.kinds.values(),
        "kind-unknown",
        "预警类型不在目录中",
        "this kind of warning is not on the list",
    )
    if state.open or command.receiving:
        return (_linked(state, command, person),)
    here(not command.officer_away)
    return (_opened(command, number, person, pack, context),)


def _linked(state: Task, command: OpenWarning, person: str) -> WarningLinked:
    return WarningLinked(
        task_no=command.task_no,
        warning_no=command.warning_no,
        town=command.task_no.partition("-")[0],
        committee=command.committee,
        kind=command.kind,
        person=person,
        household_no=command.household_no,
        responsible=state.responsible if state.open else command.responsible,
        because="open_task" if state.open else "receiving",
        warned_on=command.warned_on,
    )


def _opened(command: OpenWarning, number: str, person: str, pack: EarlyWarning, context: Context) -> WarningOpened:
    """Its term runs from the day the list came in, in working days (国办发〔2023〕39号; the figure is the pack's)."""
    calendar = context.rule_on("calendar", context.today, WorkingCalendar)
    return WarningOpened(
        task_no=command.task_no,
        warning_no=command.warning_no,
        town=command.task_no.partition("-")[0],
        committee=command.committee,
        kind=command.kind,
        person=person,
        name=Clear(person=person, group="identity", text=command.name),
        resident_id=Clear(person=person, group="identity", text=number),
        contact=Clear(person=person, group="identity", text=command.contact),
        household_no=command.household_no,
        responsible=command.responsible,
        warned_on=command.warned_on,
        received_on=context.today,
        visit_by=calendar.plus_workdays(context.today, pack.visit_workdays),
        article=pack.article,
        pack_version=context.rules.version_on(_PACK, context.today),
    )


def handle_warning(state: Task, command: HandleWarning, context: Context) -> WarningHandled:
    """Somebody went or called; what it led to is named, and who could not be reached was tried often enough."""
    for day in command.attempted_on:
        not_in_future("attempted_on", day, context)
        not_before("attempted_on", day, "received_on", state.began_on)
    referred = bool(command.request_no or command.discovery_no)
    rejected_unless(
        referred == (command.outcome == "applied"),
        "request-missing",
        "已申请的须填申请编号或主动发现编号，其他结果不填",
        "`applied` names its request or discovery, other outcomes none",
    )
    pack = context.rule_on(_PACK, context.today, EarlyWarning)
    rejected_unless(
        command.outcome != "unreachable" or len(set(command.attempted_on)) >= pack.attempts_min,
        "attempts-too-few",
        f"须在 {pack.attempts_min} 个不同日期联系未果，方可登记为联系不上",
        f"only after attempts on {pack.attempts_min} days does somebody count as unreachable",
    )
    rejected_unless(
        command.outcome != "no_need" or bool(command.evidence_sha256),
        "evidence-missing",
        "走访后无需救助的须有走访凭证",
        "a visit that found no need has its evidence",
    )
    return WarningHandled(
        task_no=command.task_no,
        town=state.town,
        kind=state.kind,
        household_no=state.household_no,
        outcome=command.outcome,
        attempted_on=tuple(sorted(command.attempted_on)),
        request_no=command.request_no,
        discovery_no=command.discovery_no,
        evidence_sha256=command.evidence_sha256,
        handled_on=max(command.attempted_on),
        handled_by=context.actor,
        due_on=state.due_on,
    )


def read_person(state: Task, command: ReadWarnedPerson, context: Context) -> WarnedPersonRead:
    """Whoever shall visit must know whom; that somebody looked is itself a fact (DOMAIN §8)."""
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明查看理由", "reading needs a reason")
    no_personal_number(command.reason)
    if state.whom is None:
        raise CommandRejected("task-unknown", "没有这条预警任务", "there is no task of such a warning")
    return WarnedPersonRead(town=state.town, reason=command.reason, reader_role=context.role)
