"""The information check of a case: asked, given out, answered per register, contested, its conflicts settled by a person."""

from typing import assert_never

from services.casework.domain.cases import Case
from services.casework.domain.commands import (
    ContestCheck,
    ExportCheck,
    RecordInformationCheck,
    RequestInformationCheck,
    ResolveConflict,
)
from services.casework.domain.guards import (
    case_of,
    no_personal_number,
    not_before,
    not_by_investigator,
    not_in_future,
    rejected_unless,
)
from services.casework.domain.members import persons_of
from services.casework.domain.state import Household
from services.casework.rules import Procedure, steps_of
from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import (
    CheckContested,
    CheckExported,
    ConflictResolved,
    InformationCheckRequested,
    InformationCheckReturned,
)
from services.contracts.deciding import CommandRejected, Context
from services.contracts.registry import Fact

CheckCommand = RequestInformationCheck | RecordInformationCheck | ExportCheck | ContestCheck | ResolveConflict


def decide_check(state: Household, command: CheckCommand, context: Context) -> Fact:
    match command:
        case RequestInformationCheck():
            return _request_check(state, command, context)
        case RecordInformationCheck():
            return _return_check(state, command, context)
        case ExportCheck():
            return _export_check(state, command, context)
        case ContestCheck():
            return _contest_check(state, command, context)
        case ResolveConflict():
            return _resolve_conflict(state, command, context)
        case _:
            assert_never(command)


def _request_check(state: Household, command: RequestInformationCheck, context: Context) -> InformationCheckRequested:
    """Every member must have authorised it (民发〔2021〕57号 arts. 9, 17); a contested answer is asked for again."""
    case = case_of(state, command.application_no)
    rejected_unless(case.check != "requested", "check-running", "核对尚未反馈", "the check has not returned yet")
    _known(command.registers, context)
    persons = persons_of(command.persons, context)
    members = sum(not person.supporter for person in persons)
    rejected_unless(
        members >= case.member_count,
        "authorisation-missing",
        f"{case.member_count} 名家庭成员须全部授权，现有 {members} 份",
        f"all {case.member_count} members must authorise the check, {members} did",
    )
    supporters = any(person.supporter for person in persons)
    rejected_unless(
        not (supporters and command.no_supporter),
        "supporters-contradict",
        "既声明无赡养抚养扶养义务人，又列有义务人",
        "it is declared that there is no supporter, and yet one is named",
    )
    if "supporters_authorised" in steps_of(context, case.need, context.today).steps:
        rejected_unless(
            supporters or command.no_supporter,
            "supporter-authorisation-missing",
            "法定赡养、抚养、扶养义务人须授权核对，没有的须声明",
            "the legal supporters must authorise the check; where there are none, that is declared",
        )
    return InformationCheckRequested(
        application_no=case.application_no,
        town=case.town,
        registers=command.registers,
        authorised_count=members,
        check_no=f"{case.application_no}-K{case.check_count + 1}",
        requested_on=context.today,
        persons=persons,
        no_supporter=command.no_supporter,
    )


def _known(registers: tuple[str, ...], context: Context) -> None:
    unknown = set(registers) - context.rule_on("procedure", context.today, Procedure).registers
    rejected_unless(not unknown, "register-unknown", "核对项目不在目录中", "a register is not on the list")
    rejected_unless(
        len(set(registers)) == len(registers), "register-repeated", "核对项目重复", "a register is named twice"
    )


def _return_check(state: Household, command: RecordInformationCheck, context: Context) -> InformationCheckReturned:
    case = case_of(state, command.application_no)
    rejected_unless(case.check == "requested", "check-not-requested", "未发起核对", "no check is under way")
    rejected_unless(
        command.check_no in (None, case.check_no), "check-unknown", "不是本次核对的编号", "another check is under way"
    )
    not_in_future("returned_on", command.returned_on, context)
    not_before("returned_on", command.returned_on, "accepted_on", case.accepted_on)
    silent = frozenset(command.unanswered)
    rejected_unless(
        not silent or bool(command.reason.strip()),
        "reason-missing",
        "未反馈的须说明理由",
        "a register without an answer needs a reason",
    )
    no_personal_number(command.reason)
    # Whoever names only those that give no answer waits for the others still.
    answered = tuple(dict.fromkeys((*command.registers, *command.unanswered))) or case.registers
    spoke = set(answered) - silent
    left = [by for register, by in case.recheck_dues.items() if register not in spoke]
    # Silence takes nothing back and settles no contest: a person decides on what the register had said (art. 18).
    stays = tuple(one for one in command.unanswered if one in (*case.conflicts, *case.contested))
    rejected_unless(
        set(answered) <= set(case.registers) and set(command.conflicts) <= spoke,
        "register-unknown",
        "不在本次待反馈的核对项目中",
        "a register was not asked, or has answered already",
    )
    rejected_unless(
        set(command.conflict_persons) <= {person.person for person in case.persons},
        "person-unknown",
        "不在本次核对人员中",
        "somebody is named who is not checked",
    )
    return InformationCheckReturned(
        application_no=case.application_no,
        town=case.town,
        conflicts=(*command.conflicts, *stays),
        returned_on=command.returned_on,
        check_no=case.check_no,
        registers=answered,
        unanswered=command.unanswered,
        unanswered_reason=command.reason if silent else "",
        conflict_persons=command.conflict_persons,
        settles_contest=bool(case.contested) and set(case.contested) <= spoke,
        recheck_by=min(left) if left and min(left) != case.recheck_by else None,
    )


def _export_check(state: Household, command: ExportCheck, context: Context) -> CheckExported:
    """Names leave the district only for a register that is asked, and each time as a fact (PIPL; DOMAIN §8)."""
    case = case_of(state, command.application_no)
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明导出理由", "an export needs a reason")
    no_personal_number(command.reason)
    rejected_unless(
        command.register in case.registers and bool(case.persons),
        "check-not-requested",
        "该项目没有待反馈的核对",
        "this register has nothing to answer",
    )
    return CheckExported(
        application_no=case.application_no,
        town=case.town,
        check_no=case.check_no,
        register=command.register,
        person_count=len(case.persons),
        reason=command.reason,
        reader_role=context.role,
    )


def _contest_check(state: Household, command: ContestCheck, context: Context) -> CheckContested:
    """A contested answer is asked for again, in a term of its own (民发〔2021〕57号 art. 18); it moves no earlier one's."""
    case = case_of(state, command.application_no)
    rejected_unless(
        command.contest_no not in case.contest_nos, "contest-repeated", "该异议已登记", "it is registered already"
    )
    not_in_future("contested_on", command.contested_on, context)
    not_before("contested_on", command.contested_on, "accepted_on", case.accepted_on)
    rejected_unless(
        set(command.registers) <= set(case.checked_registers) - set(case.registers),
        "check-missing",
        "该项目尚未反馈，无从异议",
        "a register has not answered yet; there is nothing to contest",
    )
    steps = steps_of(context, case.need, command.contested_on)
    calendar = context.rule_on("calendar", command.contested_on, WorkingCalendar)
    own = calendar.plus_workdays(command.contested_on, steps.recheck_workdays)
    earlier = min(case.recheck_dues.values(), default=own)
    return CheckContested(
        application_no=case.application_no,
        town=case.town,
        contest_no=command.contest_no,
        registers=command.registers,
        contested_on=command.contested_on,
        recheck_by=own,
        pack_version=context.rules.version_on("procedure", command.contested_on),
        clock_by=earlier if earlier < own else None,
    )


def _resolve_conflict(state: Household, command: ResolveConflict, context: Context) -> ConflictResolved:
    """Somebody who did not investigate settles it, with reason and document (民发〔2021〕57号 art. 18)."""
    case = case_of(state, command.application_no)
    rejected_unless(
        command.register in case.conflicts, "no-conflict", "该项目没有未决的不一致", "no conflict is open there"
    )
    not_by_investigator(case.investigators, context)
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明核实理由", "settling it needs a reason")
    no_personal_number(command.reason)
    return ConflictResolved(
        application_no=case.application_no,
        town=case.town,
        register=command.register,
        reason=command.reason,
        document_sha256=command.document_sha256,
        resolved_by=context.actor,
    )


def everybody_authorised(case: Case) -> None:
    """Whoever the survey found beside those who applied is checked too (民发〔2021〕57号 arts. 9, 17)."""
    missing = len(case.unauthorised)
    rejected_unless(
        not missing,
        "authorisation-missing",
        f"入户调查的家庭成员中有 {missing} 人未授权核对，请补充授权后重新发起核对",
        f"{missing} of the members the survey found authorised no check; ask for one that names them",
    )


def no_conflict(case: Case) -> None:
    """No grant over a conflict that is open, nor over an answer that the household contests."""
    rejected_unless(not case.conflicts, "conflict-open", "核对不一致尚未核实", "conflicts of the check are unresolved")
    no_contest(case)


def no_contest(case: Case) -> None:
    if case.contested:
        raise CommandRejected(
            "contest-open", "对核对结果的异议尚未复核", "a contested check has not been answered again"
        )
