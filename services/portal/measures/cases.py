"""Cases and their statutory clocks (四(一)): what came in, what is open, what was decided, what ran late; pure."""

from collections.abc import Iterator
from typing import Final

from services.contracts.casework import (
    CaseClosed,
    CaseOpened,
    CheckContested,
    EligibilityConfirmed,
    EligibilityRefused,
    OpinionSubmitted,
    StepOverdue,
    SurveyHelpAsked,
)
from services.contracts.intake import (
    ApplicationReferred,
    ConsultationRecorded,
    DiscoveryOverdue,
    MaterialsNoticeRepeated,
    NeedDiscovered,
    ReferralOverdue,
    RequestReceived,
)
from services.portal.measures.shapes import Counted, Delta, Ratio, flow, level, one

MEASURES: Final = (
    flow(
        "requests", "cases", "窗口受理请求", "requests at the window",
        "一门受理窗口登记的请求", "requests received at the one-stop window",
    ),
    flow(
        "consultations", "cases", "政策咨询", "consultations", "窗口登记的政策咨询", "policy consultations recorded at windows",
    ),
    flow(
        "discoveries", "cases", "主动发现", "discoveries", "村（居）等主动发现的报告", "people in need who were found by others",
    ),
    level(
        "open_cases", "cases", "在办案件", "open cases",
        "已立案、尚未审核确认、不予确认或撤回的申请", "applications opened and not yet confirmed, refused or withdrawn",
    ),
    flow(
        "granted", "cases", "审核确认", "granted", "作出审核确认决定的申请", "applications confirmed", parts="need",
    ),
    flow(
        "refused", "cases", "不予确认", "refused", "作出不予确认决定的申请", "applications refused", parts="need",
    ),
    flow(
        "clocks_started", "cases", "起算时限", "clocks started",
        "起算的法定时限，按环节", "statutory clocks that began, by step", parts="clock",
    ),
    flow(
        "overdue_steps", "cases", "超期环节", "overdue steps",
        "法定时限届满仍未完成的环节（含转办、主动发现）", "steps whose statutory clock ran out, referrals and discoveries included",
        parts="clock",
    ),
    flow(
        "notices_repeated", "cases", "重复告知", "notices repeated",
        "违反一次性告知、再次告知的次数", "further notices of missing materials, against 一次性告知",
    ),
)  # fmt: skip
RATIOS: Final = (
    Ratio(
        code="overdue_share", area="cases", zh="超期率", en="share overdue", over="overdue_steps", under="clocks_started",
        average=False, definition_zh="期内超期环节 ÷ 期内起算时限（起算与届满可能不在同一时段）",
        definition_en="overdue steps ÷ clocks started in these days (a clock may start in one span and run out in another)",
    ),
)  # fmt: skip


def _clocks(town: str, *clocks: str) -> Iterator[Delta]:
    for clock in clocks:
        yield Delta(measure="clocks_started", town=town, amount=1, part=clock)


# Clocks that a procedure has where its pack dates the step.
_DATED_STEPS: Final = {"check_start": "check_started", "first_opinion": "opinion_signed"}


def _opened(fact: CaseOpened) -> Iterator[Delta]:
    yield Delta(measure="open_cases", town=fact.town, amount=1, committee=fact.committee)
    dated = {step.step for step in fact.procedure if step.due_on is not None}
    more = [clock for clock, step in _DATED_STEPS.items() if step in dated]
    yield from _clocks(fact.town, "investigation", "outer", *more)


def _confirmed(fact: EligibilityConfirmed) -> Iterator[Delta]:
    yield Delta(measure="granted", town=fact.town, amount=1, committee=fact.committee, part=fact.need)
    yield Delta(measure="open_cases", town=fact.town, amount=-1, committee=fact.committee)
    yield from _clocks(fact.town, *(["papers"] if fact.papers_by is not None else []))


def _refused(fact: EligibilityRefused) -> Iterator[Delta]:
    yield Delta(measure="refused", town=fact.town, amount=1, part=fact.need)
    yield Delta(measure="open_cases", town=fact.town, amount=-1)
    yield from _clocks(fact.town, "written_notice")


def _closed(fact: CaseClosed) -> Iterator[Delta]:
    yield Delta(measure="open_cases", town=fact.town, amount=-1)


def _submitted(fact: OpinionSubmitted) -> Iterator[Delta]:
    yield from _clocks(fact.town, "bureau")


def _contested(fact: CheckContested) -> Iterator[Delta]:
    yield from _clocks(fact.town, "recheck")


def _asked(fact: SurveyHelpAsked) -> Iterator[Delta]:
    yield from _clocks(fact.town, "survey_help")


def _discovered(fact: NeedDiscovered) -> Iterator[Delta]:
    yield Delta(measure="discoveries", town=fact.town, amount=1, committee=fact.committee)
    yield from _clocks(fact.town, "discovery")


def _referred(fact: ApplicationReferred) -> Iterator[Delta]:
    yield from _clocks(fact.town, "referral")


def _discovery_overdue(fact: DiscoveryOverdue) -> Iterator[Delta]:
    yield Delta(measure="overdue_steps", town=fact.town, amount=1, committee=fact.committee, part="discovery")


def _referral_overdue(fact: ReferralOverdue) -> Iterator[Delta]:
    yield Delta(measure="overdue_steps", town=fact.town, amount=1, part="referral")


COUNTED: Final[Counted] = {
    RequestReceived: (one("requests"),),
    ConsultationRecorded: (one("consultations"),),
    NeedDiscovered: (_discovered,),
    DiscoveryOverdue: (_discovery_overdue,),
    ApplicationReferred: (_referred,),
    ReferralOverdue: (_referral_overdue,),
    MaterialsNoticeRepeated: (one("notices_repeated"),),
    CaseOpened: (_opened,),
    CaseClosed: (_closed,),
    OpinionSubmitted: (_submitted,),
    CheckContested: (_contested,),
    SurveyHelpAsked: (_asked,),
    EligibilityConfirmed: (_confirmed,),
    EligibilityRefused: (_refused,),
    StepOverdue: (one("overdue_steps", part="clock"),),
}
