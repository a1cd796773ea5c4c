"""Services delivered and how they are performed (二(三), 一(三)): visits, standards, terms, ratings, work, contractors; pure."""

from collections.abc import Iterator
from typing import Final

from services.contracts.casework import (
    OfficerMonthClosed,
    OfficerMonthPlanned,
    VisitCompleted,
    VisitRated,
    VisitSetAside,
    WorkOrderAccepted,
    WorkOrderOverdue,
    WorkRecorded,
)
from services.contracts.deciding import CHINA
from services.portal.measures.shapes import Counted, Delta, Ratio, flow, one, share

MEASURES: Final = (
    flow(
        "visits", "services", "完成服务次数", "services delivered",
        "二(三)七类服务性工作的完成记录，按结束之日计；冲突裁定后不计的记录在裁定之日减去",
        "records of the seven services of 二(三), by the day they ended; one set aside after a conflict is taken off on the day that was decided",
        parts="service",
    ),
    flow(
        "visits_met", "services", "达标服务次数", "services up to standard",
        "其中符合当日服务标准的", "of these, those that met the standard in force", parts="service",
    ),
    flow(
        "orders_accepted", "services", "承接主体工单验收", "contractors' orders accepted",
        "验收通过的承接主体工单", "work orders of contractors that were accepted", parts="service",
    ),
    flow(
        "orders_payable", "services", "工单应付金额（元）", "payable for orders (yuan)",
        "验收数量 × 单价 × 质量系数", "accepted quantity × price × the grade's factor", unit="fen", parts="service",
    ),
    flow(
        "orders_overdue", "services", "超期工单", "orders overdue",
        "到期未交付的承接主体工单", "work orders of contractors whose term ran out", parts="service",
    ),
    flow(
        "visits_planned", "performance", "计划走访", "visits planned",
        "月末核对的人员月计划走访次数，按核对之日计", "visits of officers' monthly plans, on the day the month was looked at",
    ),
    flow(
        "visits_done", "performance", "计划内完成", "planned visits done",
        "其中已完成的", "of these, those done",
    ),
    flow(
        "visits_due", "performance", "有期限的走访", "visits with a term",
        "完成的走访中对应计划期限的", "visits done that fulfil a planned one with a last day", parts="service",
    ),
    flow(
        "visits_on_time", "performance", "按期走访", "visits on time",
        "其中在期限之日或以前结束的", "of these, those that ended on or before the last day", parts="service",
    ),
    flow(
        "caseload", "performance", "编排户数", "households in the month's plan",
        "人员月计划中的户数，按编排之日计；按月看即人均负担", "households in officers' monthly plans, on the day they were planned: by month, the caseload",
    ),
    flow(
        "ratings", "performance", "满意度评价数", "ratings",
        "服务对象对走访的评价（回访、窗口、二维码）", "households' ratings of visits (call-back, window, QR)",
    ),
    flow(
        "rating_points", "performance", "评价总分", "points given",
        "这些评价的分数之和", "sum of these ratings' scores",
    ),
    flow(
        "work_records", "performance", "事务性工作件数", "administrative work",
        "二(三)事务性工作登记数量之和", "sum of the quantities recorded of administrative work, 二(三)", parts="work",
    ),
    flow(
        "work_minutes", "performance", "事务性工作时长（小时）", "administrative work (hours)",
        "事务性工作登记时长之和", "sum of the time recorded of administrative work", unit="minutes", parts="work",
    ),
)  # fmt: skip
RATIOS: Final = (
    share("visits_met_share", "services", "服务达标率", "up to standard", "visits_met", "visits"),
    share("plan_share", "performance", "计划完成率", "plan done", "visits_done", "visits_planned"),
    share("on_time_share", "performance", "按期率", "on time", "visits_on_time", "visits_due"),
    Ratio(
        code="satisfaction", area="performance", zh="满意度平均分", en="satisfaction (mean)", over="rating_points",
        under="ratings", average=True, definition_zh="评价总分 ÷ 评价数", definition_en="points given ÷ ratings",
    ),
)  # fmt: skip


def _visit(fact: VisitCompleted) -> Iterator[Delta]:
    counted = ["visits"]
    counted += ["visits_met"] if fact.standard_met else []
    if fact.due_on is not None:
        counted += ["visits_due"]
        counted += ["visits_on_time"] if fact.ended_at.astimezone(CHINA).date() <= fact.due_on else []
    for measure in counted:
        yield Delta(
            measure=measure, town=fact.town, amount=1, officer=fact.officer, committee=fact.committee, part=fact.service
        )


def _set_aside(fact: VisitSetAside) -> Iterator[Delta]:
    counted = ["visits"]
    counted += ["visits_met"] if fact.standard_met else []
    if fact.due_on is not None:
        counted += ["visits_due"]
        counted += ["visits_on_time"] if fact.ended_at.astimezone(CHINA).date() <= fact.due_on else []
    for measure in counted:
        yield Delta(measure=measure, town=fact.town, amount=-1, officer=fact.officer, part="set_aside")


def _work(fact: WorkRecorded) -> Iterator[Delta]:
    for measure, amount in (("work_records", fact.quantity), ("work_minutes", fact.minutes)):
        yield Delta(
            measure=measure, town=fact.town, amount=amount, officer=fact.officer, committee=fact.committee,
            part=fact.work,
        )  # fmt: skip


def _rated(fact: VisitRated) -> Iterator[Delta]:
    yield Delta(measure="ratings", town=fact.town, amount=1, officer=fact.officer)
    yield Delta(measure="rating_points", town=fact.town, amount=fact.score, officer=fact.officer)


def _planned(fact: OfficerMonthPlanned) -> Iterator[Delta]:
    yield Delta(measure="caseload", town=fact.town, amount=len(fact.tasks), officer=fact.officer)


def _closed(fact: OfficerMonthClosed) -> Iterator[Delta]:
    yield Delta(measure="visits_planned", town=fact.town, amount=fact.planned_count, officer=fact.officer)
    yield Delta(measure="visits_done", town=fact.town, amount=fact.done_count, officer=fact.officer)


def _accepted(fact: WorkOrderAccepted) -> Iterator[Delta]:
    yield Delta(measure="orders_accepted", town=fact.town, amount=1, part=fact.service)
    yield Delta(measure="orders_payable", town=fact.town, amount=fact.payable_fen, part=fact.service)


COUNTED: Final[Counted] = {
    VisitCompleted: (_visit,),
    VisitSetAside: (_set_aside,),
    WorkRecorded: (_work,),
    VisitRated: (_rated,),
    OfficerMonthPlanned: (_planned,),
    OfficerMonthClosed: (_closed,),
    WorkOrderAccepted: (_accepted,),
    WorkOrderOverdue: (one("orders_overdue"),),
}
