"""A month of findings by people: put right, sent back, contested, late, suppressed, escalated; and an outside inspector's access."""

import hashlib
from datetime import date, timedelta
from typing import Any

from deploy.district import bodies
from deploy.district.plan import Phase, Plan
from deploy.district.supervision import Findings


def plan_findings(plan: Plan) -> None:
    """Each finding goes its course from the month's third working day on; the inspector comes on the first."""
    wanted, courses = plan.district.profile.month.findings, {
        "closed": _closed, "escalated": _escalated, "dismissed": _dismissed, "late": _late, "suppressed": _suppressed,
    }  # fmt: skip
    towns = plan.district.towns
    for number, raised in enumerate(wanted.raised, start=1):
        place = towns[(number - 1) % len(towns)]
        one = _One(plan, f"R-{plan.month}-{number:02}", place.code, place.leader)
        one.by_auditor(
            2, "raise-finding", severity=raised.severity, about=f"officer:{place.officers[0]}",
            town=place.code, rule=raised.rule, law=raised.law, summary_zh=raised.summary_zh,
            summary_en=raised.summary_en, evidence_files=[one.paper("raised")],
        )  # fmt: skip
        courses[raised.course](one)
    _inspection(plan, wanted)


class _One:
    """One finding in the making: its steps by working day, by whom they may be taken."""

    def __init__(self, plan: Plan, finding_no: str, town: str, leader: str) -> None:
        self.plan, self.finding_no, self.town, self.responsible = plan, finding_no, town, leader
        self._rng = plan.rng(f"findings|{finding_no}")

    def paper(self, what: str) -> str:
        return hashlib.sha256(f"{self.finding_no}|{what}".encode()).hexdigest()

    def day(self, workday: int) -> date:
        return self.plan.workdays[workday]

    def by_auditor(self, workday: int, command: str, which: int = 0, phase: Phase = "window", **fields: Any) -> None:
        auditor = self.plan.district.profile.month.findings.auditors[which]
        self._say(workday, phase, auditor, "auditor", None, command, fields)

    def by_leader(self, workday: int, command: str, phase: Phase = "case", **fields: Any) -> None:
        leader = self.plan.district.profile.bureau.leaders[0]
        self._say(workday, phase, leader, "bureau-leader", None, command, fields)

    def by_town(self, workday: int, command: str, phase: Phase = "window", **fields: Any) -> None:
        fields |= {"town": self.town}
        self._say(workday, phase, self.responsible, "town-leader", self.town, command, fields)

    def _say(
        self, workday: int, phase: Phase, actor: str, role: str, town: str | None, command: str, fields: dict[str, Any]
    ) -> None:
        day = self.day(workday)
        body = bodies.command(command, **{"finding_no": self.finding_no} | fields)
        at = self.plan.at(self._rng, day, phase)
        self.plan.command(day, phase, "audit", body, at=at, actor=actor, role=role, town=town)

    # ---- steps that several courses share

    def assigned(self) -> None:
        self.by_auditor(2, "assign-finding", phase="case", unit=self.town, responsible=self.responsible)

    def answered(self, workday: int) -> None:
        measures = self.plan.district.profile.month.findings.measures
        self.by_town(workday, "answer-finding", measures=measures, evidence_files=[self.paper(f"answer {workday}")])

    def verified(self, workday: int, outcome: str, note: str) -> None:
        self.by_auditor(workday, "verify-rectification", 1, outcome=outcome, note=note)

    def closed(self, workday: int) -> None:
        self.by_leader(workday, "close-finding", document=f"示例销〔{self.plan.month.year}〕{self.finding_no}")


def _closed(one: _One) -> None:
    one.assigned()
    one.answered(5)
    one.verified(7, "accepted", "已入户核实（示例）")
    one.closed(8)


def _escalated(one: _One) -> None:
    """Sent back once, extended, handled and accounted for before it is closed."""
    year, day = one.plan.month.year, one.day
    one.assigned()
    one.by_town(4, "request-rectification-extension", workdays=5, reason="当事人外出，核实需时（示例）")
    one.by_auditor(4, "decide-rectification-extension", phase="case", approved=True, reason="情况属实（示例）")
    one.by_leader(
        4, "escalate-finding", phase="case", reason="同类问题重复发生（示例）", document=f"示例移〔{year}〕1号"
    )
    one.answered(7)
    one.verified(8, "sent_back", "佐证照片不清，重新补充（示例）")
    one.by_leader(
        9,
        "handle-finding",
        measure="责令限期整改（示例）",
        document=f"示例处〔{year}〕1号",
        handled_on=day(9).isoformat(),
    )
    one.answered(11)
    one.verified(12, "accepted", "已核实（示例）")
    one.by_leader(
        13, "account-for-finding", accountable=one.responsible, role="镇街分管领导", outcome="批评教育（示例）",
        document=f"示例责〔{year}〕1号", decided_on=day(13).isoformat(),
    )  # fmt: skip
    one.closed(14)


def _dismissed(one: _One) -> None:
    one.assigned()
    statement = one.plan.district.profile.month.findings.statement
    one.by_town(4, "contest-finding", statement=statement, evidence_files=[one.paper("contest")])
    one.by_auditor(6, "decide-finding-contest", 1, outcome="upheld", reason="经复核，记录属实（示例）")


def _late(one: _One) -> None:
    """Nobody answers: its clock runs out and tells one after the other."""
    one.assigned()


def _suppressed(one: _One) -> None:
    """Two people let it rest for a few days; then it stands again, and waits to be assigned."""
    number = one.finding_no.replace("R-", "YZ-")
    reason = one.plan.district.profile.month.findings.suppression_reason
    one.by_auditor(
        3, "propose-suppression", suppression_no=number, reason=reason, until=one.day(9).isoformat()
    )  # fmt: skip
    _approve(one, number)


def _approve(one: _One, number: str) -> None:
    day, leader = one.day(3), one.plan.district.profile.bureau.leaders[0]
    at = one.plan.at(one.plan.rng(f"findings|{number}"), day, "case")
    body = bodies.command("approve-suppression", suppression_no=number)
    one.plan.command(day, "case", "audit", body, at=at, actor=leader, role="bureau-leader", town=None)


def _inspection(plan: Plan, wanted: Findings) -> None:
    """Access to the whole log, which stays; to one town, which is revoked; to findings of some tests, which ends of itself."""
    leader, rng, first = plan.district.profile.bureau.leaders[0], plan.rng("inspection"), plan.workdays[0]
    last, soon = first + timedelta(days=wanted.grant_days - 1), plan.workdays[wanted.short_workdays]
    common = {"organisation": wanted.organisation, "document": wanted.grant_document, "from_on": first.isoformat()}

    def say(day: date, phase: Phase, command: str, number: int, **fields: Any) -> None:
        body = bodies.command(command, inspection_no=f"JC-{plan.month}-{number}", **fields)
        at = plan.at(rng, day, phase)
        plan.command(day, phase, "audit", body, at=at, actor=leader, role="bureau-leader", town=None)

    scopes: tuple[tuple[date, dict[str, Any]], ...] = (
        (last, {"scope": "log"}),
        (last, {"scope": "towns", "towns": [plan.district.towns[0].code]}),
        (soon, {"scope": "tests", "tests": list(wanted.tests)}),
    )
    for number, (inspector, (until_on, scope)) in enumerate(zip(wanted.inspectors, scopes, strict=True), start=1):
        say(
            first, "window", "grant-inspector-access", number, inspector=inspector, until_on=until_on.isoformat(),
            **common, **scope,
        )  # fmt: skip
    say(plan.workdays[3], "case", "revoke-inspector-access", 2, reason="检查提前结束（示例）")
