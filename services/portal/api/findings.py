"""Findings (问题–责任人–期限–销号): the list with ages and clocks, one with its records and proofs, each step of its way; what rests."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api.audit_forms import (
    BY_STEP,
    RAISE,
    RAISERS,
    RULINGS,
    SEVERITIES,
    SUPPRESSIONS,
    VERIFIED,
    steps_open,
)
from services.portal.api.door import Door, Visitor, paper_as_given
from services.portal.api.menu import AUDITORS, BUREAU, FINDING_READERS
from services.portal.api.posting import Refusal, forms_door, made_no, named, no_lists, take, told
from services.portal.asking import Services, or_none

STATUSES: Final[dict[str, tuple[str, str]]] = {
    "open": ("待指派", "open"),
    "assigned": ("整改中", "being put right"),
    "contested": ("有异议", "contested"),
    "answered": ("待核实", "to be verified"),
    "verified": ("待销号", "to be closed"),
    "closed": ("已销号", "closed"),
    "dismissed": ("不成立", "dismissed"),
    "suppressed": ("已搁置", "at rest"),
}
SUPPRESSION_STATUS: Final[dict[str, tuple[str, str, str]]] = {
    "proposed": ("待批准", "to be approved", "warn"),
    "approved": ("搁置中", "at rest", ""),
    "declined": ("未批准", "declined", ""),
    "ended": ("已恢复", "ended", ""),
}
STEP_NAMES: Final[dict[str, tuple[str, str]]] = {
    "finding_opened": ("立项", "opened"),
    "finding_assigned": ("指派", "assigned"),
    "finding_answered": ("整改答复", "answered"),
    "finding_contested": ("提出异议", "contested"),
    "finding_contest_decided": ("异议裁定", "objection decided"),
    "rectification_extension_requested": ("申请延期", "more days asked for"),
    "rectification_extension_decided": ("延期决定", "extension decided"),
    "rectification_verified": ("核实", "verified"),
    "rectification_overdue": ("逾期", "overdue"),
    "finding_closed": ("销号", "closed"),
    "finding_escalated": ("移送追责", "escalated"),
    "finding_handled": ("处理", "handled"),
    "finding_accounted": ("追责", "held to account"),
    "finding_misuse_linked": ("关联挪用案", "misuse linked"),
    "finding_suppressed": ("搁置", "put to rest"),
    "finding_released": ("恢复", "released"),
    "finding_recurred": ("再次发生", "recurred"),
}
PAPERS: Final = {
    "evidence-sheet": ("取证单", "evidence sheet"),
    "rectification-notice": ("整改通知书", "rectification notice"),
    "closing-sheet": ("销号单", "closing sheet"),
}
AGE_NAMES: Final = (
    ("7 天内", "≤ 7 days"),
    ("8–30 天", "8–30 days"),
    ("31–90 天", "31–90 days"),
    ("90 天以上", "> 90 days"),
)
REMINDED: Final[dict[str, tuple[str, str]]] = {
    "unit": ("提醒责任单位", "the unit was reminded"),
    "auditor": ("提醒审计人员", "audit was reminded"),
    "bureau": ("提醒民政局", "the bureau was reminded"),
    "bureau-leader": ("提醒民政局领导", "the bureau's leader was reminded"),
}
# What a finding rests on that no automatic test found.
BY_HAND: Final[dict[str, tuple[str, str]]] = {"person": ("人工提出", "raised by hand")}
_DISTRICT: Final = ("全区", "the whole district")
_BUREAU: Final = ("区民政局", "the bureau")
_ROWS: Final = 50
_RESTING: Final = "/findings/suppressions"
_SUPERVISORS: Final = AUDITORS | BUREAU | {"operator"}


def rule_of(rule: str) -> tuple[str, str]:
    """A rule in both languages, as packs write it: ``公示满七日 / a notice stands seven full days``."""
    zh, _, en = rule.partition("/ ")
    return zh.strip(), en.strip() or zh.strip()


async def tests_of(visitor: Visitor) -> dict[str, tuple[str, str]]:
    """Automatic tests by code with what they are called; what people raised beside them."""
    pack = await or_none(visitor.services.pack("audit", "audit_tests"))
    tests = {code: rule_of(one["rule"]) for code, one in (pack or {"tests": {}})["tests"].items()}
    return dict(sorted(tests.items(), key=lambda one: one[1])) | BY_HAND


async def ageing_of(services: Services, by: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Ages by town, unit or person responsible, and the towns that have findings: a row says only whom it is about."""
    path = "/v1/rectification-ageing"
    by_town = (await services.get("audit", path, by="town"))["rows"]
    rows = by_town if by == "town" else (await services.get("audit", path, by=by))["rows"]
    return rows, [row["town"] for row in by_town if row["town"].startswith("T")]


def routes(door: Door) -> None:
    """Put the pages of findings beside the others."""

    async def page_of(visitor: Visitor, no: Refusal | None = None) -> Response:
        asked = visitor.request.query_params
        chosen = {
            name: asked.get(name, "") for name in ("town", "unit", "status", "severity", "test", "overdue", "ended")
        }
        shown = {name: value for name, value in chosen.items() if value}
        for name in ("overdue", "ended"):
            if name in shown:
                shown[name] = "true"
        by = _by(asked.get("by", ""))
        page, (ageing, towns), tests = await asyncio.gather(
            visitor.services.get("audit", "/v1/rectifications", limit=_ROWS, after=asked.get("after", ""), **shown),
            ageing_of(visitor.services, by),
            tests_of(visitor),
        )
        return door.shown(
            visitor, "audit/findings.html", rows=page["rows"], following=page["after"] if len(page["rows"]) == _ROWS else None,
            as_of=page["as_of"], chosen=chosen,
            ageing=ageing, by=by, statuses=STATUSES, severities=SEVERITIES, ages=AGE_NAMES,
            towns=sorted({*towns, chosen["town"]} - {""}),
            tests=tests, filtered=bool(shown), rule_of=rule_of,
            raising=RAISE, finding_no=made_no("R"), records=asked.get("records", ""),
            lists={"about": {"district": _DISTRICT, **await door.towns()}}, supervises=_SUPERVISORS,
            **told(visitor, no),
        )  # fmt: skip

    async def listed(visitor: Visitor) -> Response:
        return await page_of(visitor)

    async def raised(visitor: Visitor) -> Response:
        return await take(visitor, RAISE, f"/findings/{visitor.text('finding_no')}", page_of)

    async def resting(visitor: Visitor) -> Response:
        found = await visitor.services.all_rows("audit", "/v1/suppressions")
        order = tuple(SUPPRESSION_STATUS)
        found.sort(key=lambda one: (order.index(one["status"]), one["until"], one["key"]))
        return door.shown(
            visitor, "audit/suppressions.html", rows=found, statuses=SUPPRESSION_STATUS, forms=SUPPRESSIONS, lists={},
            area_path=_RESTING, tests=await tests_of(visitor), **told(visitor),
        )  # fmt: skip

    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        number = visitor.request.path_params["finding_no"]
        opened = await visitor.services.get("audit", f"/v1/findings/{number}/evidence")
        history = await visitor.services.rows("audit", f"/v1/findings/{number}/history")
        finding = {**opened["finding"], "extension_asked": extension_asked(history)}
        return door.shown(
            visitor, "audit/finding.html", finding=finding, opened=opened, history=history, lists={"units": {"bureau": _BUREAU, **await door.towns()}},
            today=await door.today(), steps=steps_open(visitor.session.role, finding), statuses=STATUSES, severities=SEVERITIES,
            step_names=STEP_NAMES, papers=PAPERS, outcomes={**REMINDED, **RULINGS, **VERIFIED},
            facts=words.FACTS, rule_of=rule_of, start=assigned_to(finding), **told(visitor, no),
        )  # fmt: skip

    async def one(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def stepped(visitor: Visitor) -> Response:
        number, form = visitor.request.path_params["finding_no"], named(BY_STEP, visitor.request.path_params["step"])
        known = {
            "finding_no": number, "town": visitor.session.town, "suppression_no": f"SP-{number}-{visitor.text('until')}",
        }  # fmt: skip
        given = {name: known[name] for name in form.given}
        return await take(visitor, form, f"/findings/{number}", shown, **given)

    async def printed(visitor: Visitor) -> Response:
        number, kind = visitor.request.path_params["finding_no"], visitor.request.path_params["paper"]
        if kind not in PAPERS:
            raise Problem(status=404, code="not-found", zh="没有这种文书", en="there is no such paper")
        given = await visitor.services.raw("audit", f"/v1/print/findings/{number}/{kind}")
        return paper_as_given(given)

    forms_door(door, _RESTING, SUPPRESSIONS, no_lists)
    door.page(_RESTING, resting, roles=_SUPERVISORS)
    door.page("/findings", listed, roles=FINDING_READERS)
    door.page("/findings", raised, roles=RAISERS, methods=("POST",))
    door.page("/findings/{finding_no}", one, roles=FINDING_READERS)
    door.page("/findings/{finding_no}/{step}", stepped, roles=FINDING_READERS, methods=("POST",))
    door.page("/findings/{finding_no}/papers/{paper}", printed, roles=FINDING_READERS)


def extension_asked(history: Iterable[Mapping[str, Any]]) -> bool:
    """Whether more days were asked for and nobody decided on them since; an assignment begins anew."""
    asked = False
    for one in history:
        if one["step"] in ("rectification_extension_decided", "finding_assigned"):
            asked = False
        asked = asked or one["step"] == "rectification_extension_requested"
    return asked


def assigned_to(finding: Mapping[str, Any]) -> dict[str, str]:
    """Whom the form that assigns begins with: who has the finding, or its town and the town's leader."""
    town = finding["town"] if finding["town"].startswith("T") else ""
    return {
        "unit": finding["unit"] or town or "bureau",
        "responsible": finding["responsible"] or (f"town-leader:{town}" if town else ""),
    }


def _by(text: str) -> str:
    return text if text in ("town", "unit", "responsible") else "town"
