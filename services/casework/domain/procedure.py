"""A case beside its main road: papers after an emergency (急难型), help of another town with the survey (协助调查)."""

from typing import assert_never

from services.casework.domain.commands import AskSurveyHelp, CompletePapers, DeclineSurveyHelp
from services.casework.domain.deciding import bureau_has_visited, town_has_done_its_part
from services.casework.domain.guards import case_of, no_personal_number, not_in_future, rejected_unless
from services.casework.domain.state import Household
from services.casework.rules import steps_of
from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import PapersCompleted, SurveyHelpAsked, SurveyHelpDeclined
from services.contracts.deciding import CommandRejected, Context
from services.contracts.registry import Fact


def decide_beside(
    state: Household, command: AskSurveyHelp | DeclineSurveyHelp | CompletePapers, context: Context
) -> Fact:
    match command:
        case AskSurveyHelp():
            return _ask_survey_help(state, command, context)
        case DeclineSurveyHelp():
            return _decline_survey_help(state, command, context)
        case CompletePapers():
            return _complete_papers(state, command, context)
        case _:
            assert_never(command)


def _complete_papers(state: Household, command: CompletePapers, context: Context) -> PapersCompleted:
    """What an emergency was helped without is done after it, as for any other case (国发〔2014〕47号)."""
    case = case_of(state, command.application_no)
    if case.helped_on is None or case.papers_by is None:
        raise CommandRejected("no-papers-owed", "不是先行救助的急难事项", "no emergency was helped first here")
    not_in_future("completed_on", command.completed_on, context)
    steps = steps_of(context, case.need, command.completed_on)
    town_has_done_its_part(case, steps, "completed_on", command.completed_on)
    bureau_has_visited(case)
    return PapersCompleted(
        application_no=case.application_no,
        town=case.town,
        completed_on=command.completed_on,
        due_on=case.papers_by,
    )


def _ask_survey_help(state: Household, command: AskSurveyHelp, context: Context) -> SurveyHelpAsked:
    """The town where the household lives is asked to survey it, in a term (人户分离)."""
    case = case_of(state, command.application_no)
    rejected_unless(not case.helping_town, "help-asked", "已请求协助调查", "another town was asked already")
    rejected_unless(command.helping_town != case.town, "own-town", "不能请求本镇街协助", "a town does not ask itself")
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明协助事由", "asking needs a reason")
    no_personal_number(command.reason)
    steps = steps_of(context, case.need, context.today)
    calendar = context.rule_on("calendar", context.today, WorkingCalendar)
    return SurveyHelpAsked(
        application_no=case.application_no,
        need=case.need,
        town=case.town,
        committee=case.committee,
        member_count=case.member_count,
        helping_town=command.helping_town,
        reason=command.reason,
        asked_on=context.today,
        answer_by=calendar.plus_workdays(context.today, steps.help_workdays),
        pack_version=context.rules.version_on("procedure", context.today),
    )


def _decline_survey_help(state: Household, command: DeclineSurveyHelp, context: Context) -> SurveyHelpDeclined:
    case = case_of(state, command.application_no)
    rejected_unless(
        bool(case.helping_town) and context.town in (None, case.helping_town),
        "help-not-asked",
        "没有请求该镇街协助调查",
        "this town was not asked to help",
    )
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明退回理由", "declining needs a reason")
    no_personal_number(command.reason)
    return SurveyHelpDeclined(
        application_no=case.application_no,
        town=case.town,
        helping_town=case.helping_town,
        reason=command.reason,
        declined_on=context.today,
    )
