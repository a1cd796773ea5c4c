"""Findings (问题–责任人–期限–销号): the list with ages and clocks, one with its records and proofs, and each step of its way."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from fastapi import Response
from starlette.datastructures import UploadFile

from services.eventlog.ids import uuid7
from services.eventlog.problems import Problem
from services.portal.api.door import Door, Visitor, go, paper_as_given
from services.portal.api.forms import whole_of
from services.portal.api.menu import FINDING_READERS, RESPONSIBLE
from services.portal.asking import ServiceSaid

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
SEVERITIES: Final = {"high": ("严重", "high"), "medium": ("一般", "medium"), "low": ("轻微", "low")}
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
_ROWS: Final = 50
_FILE_BYTES_MAX: Final = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a step's form; `kind`: text, long, date, number, choice or files."""

    name: str
    zh: str
    en: str
    kind: str = "text"
    choices: tuple[tuple[str, str, str], ...] = ()
    required: bool = True
    hint_zh: str = ""
    hint_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step that some roles may take while a finding stands somewhere; audit judges it again."""

    code: str
    zh: str
    en: str
    statuses: frozenset[str]
    roles: frozenset[str]
    fields: tuple[Field, ...]


_DECIDERS: Final = frozenset({"auditor", "bureau-leader"})
_OPEN: Final = frozenset({"open", "assigned", "contested", "answered", "verified"})
_NOTE: Final = Field(name="note", zh="说明", en="Note", required=False)
STEPS: Final[tuple[Step, ...]] = (
    Step(code="assign-finding", zh="指派责任", en="Assign", statuses=frozenset({"open", "assigned"}), roles=_DECIDERS, fields=(
        Field(name="unit", zh="责任单位", en="Unit", hint_zh="镇街代码如 T01，或 bureau", hint_en="a town such as T01, or bureau"),
        Field(name="responsible", zh="责任人编号", en="Person responsible", hint_zh="如 town-leader:L01，不写姓名", hint_en="such as town-leader:L01, no name"),
        _NOTE,
    )),
    Step(code="answer-finding", zh="答复整改", en="Answer", statuses=frozenset({"assigned"}), roles=RESPONSIBLE, fields=(
        Field(name="measures", zh="整改措施", en="What was done", kind="long"),
        Field(name="files", zh="证明材料", en="Papers that show it", kind="files",
              hint_zh="只登记文件的 SHA-256，原件由单位保存", hint_en="only their SHA-256 is recorded; keep the originals"),
    )),
    Step(code="contest-finding", zh="提出异议", en="Contest", statuses=frozenset({"assigned"}), roles=RESPONSIBLE, fields=(
        Field(name="statement", zh="异议理由", en="Why it is wrong", kind="long"),
    )),
    Step(code="request-rectification-extension", zh="申请延期", en="Ask for more days", statuses=frozenset({"assigned"}), roles=RESPONSIBLE, fields=(
        Field(name="workdays", zh="工作日", en="Working days", kind="number"),
        Field(name="reason", zh="理由", en="Reason"),
    )),
    Step(code="decide-rectification-extension", zh="决定延期", en="Decide on more days", statuses=frozenset({"assigned"}), roles=_DECIDERS, fields=(
        Field(name="approved", zh="决定", en="Decision", kind="choice", choices=(("yes", "同意", "granted"), ("no", "不同意", "not granted"))),
        Field(name="reason", zh="理由", en="Reason"),
    )),
    Step(code="decide-finding-contest", zh="裁定异议", en="Decide the objection", statuses=frozenset({"contested"}), roles=_DECIDERS, fields=(
        Field(name="outcome", zh="裁定", en="Ruling", kind="choice", choices=(("rejected", "驳回异议", "rejected"), ("upheld", "异议成立", "upheld"))),
        Field(name="reason", zh="理由", en="Reason"),
    )),
    Step(code="verify-rectification", zh="核实整改", en="Verify", statuses=frozenset({"answered"}), roles=_DECIDERS | {"bureau"}, fields=(
        Field(name="outcome", zh="结果", en="Result", kind="choice", choices=(("accepted", "整改到位", "put right"), ("sent_back", "退回重改", "sent back"))),
        Field(name="note", zh="核实情况", en="What was seen"),
    )),
    Step(code="close-finding", zh="销号", en="Close", statuses=frozenset({"verified"}), roles=_DECIDERS, fields=(
        Field(name="document", zh="文号", en="Document", required=False), _NOTE,
    )),
    Step(code="escalate-finding", zh="移送处理追责", en="Escalate", statuses=_OPEN, roles=frozenset({"bureau-leader"}), fields=(
        Field(name="reason", zh="理由", en="Reason"), Field(name="document", zh="文号", en="Document"),
    )),
    Step(code="propose-suppression", zh="提议搁置", en="Propose to rest it", statuses=_OPEN, roles=_DECIDERS | {"bureau"}, fields=(
        Field(name="until", zh="搁置至", en="Until", kind="date"), Field(name="reason", zh="理由", en="Reason"),
    )),
)  # fmt: skip
_BY_CODE: Final = {step.code: step for step in STEPS}


def steps_open(role: str, status: str) -> tuple[Step, ...]:
    """The steps whose forms are shown to a role while a finding stands there."""
    return tuple(step for step in STEPS if role in step.roles and status in step.statuses)


def body_of_step(step: Step, finding_no: str, town: str, given: Mapping[str, str], files: list[str]) -> dict[str, Any]:
    """The command of a filled-in form."""
    body: dict[str, Any] = {"command": step.code, "finding_no": finding_no}
    for field in step.fields:
        text = given.get(field.name, "")
        if field.kind == "files":
            body["evidence_files"] = files
        elif field.kind == "number":
            body[field.name] = whole_of(text) or 0
        elif field.name == "approved":
            body[field.name] = text == "yes"
        else:
            body[field.name] = " ".join(text.split()) if field.kind == "long" else text
    if step.roles == RESPONSIBLE:
        body["town"] = town
    if step.code == "propose-suppression":
        body["suppression_no"] = f"SP-{finding_no}-{given.get('until', '')}"
    return body


def routes(door: Door) -> None:
    """Put the pages of findings beside the others."""

    async def listed(visitor: Visitor) -> Response:
        asked = visitor.request.query_params
        chosen = {
            name: asked.get(name, "") for name in ("town", "unit", "status", "severity", "test", "overdue", "ended")
        }
        shown = {name: value for name, value in chosen.items() if value}
        for name in ("overdue", "ended"):
            if name in shown:
                shown[name] = "true"
        page, ageing = await asyncio.gather(
            asked_of(visitor, "audit", "/v1/rectifications", limit=_ROWS, after=asked.get("after", ""), **shown),
            asked_of(visitor, "audit", "/v1/rectification-ageing", by=_by(asked.get("by", ""))),
        )
        return door.shown(
            visitor, "audit/findings.html", rows=page["rows"], following=page["after"] if len(page["rows"]) == _ROWS else None,
            as_of=page["as_of"], chosen=chosen,
            ageing=ageing["rows"], by=_by(asked.get("by", "")), statuses=STATUSES, severities=SEVERITIES, ages=AGE_NAMES,
        )  # fmt: skip

    async def one(
        visitor: Visitor, *, problem: ServiceSaid | None = None, step: str = "", status: int = 200
    ) -> Response:
        number, after = visitor.request.path_params["finding_no"], visitor.request.query_params.get("shows", "")
        opened = await visitor.services.get("audit", f"/v1/findings/{number}/evidence", after=after)
        history = await visitor.services.rows("audit", f"/v1/findings/{number}/history")
        finding = opened["finding"]
        return door.shown(
            visitor, "audit/finding.html", status=status, finding=finding, opened=opened, history=history,
            steps=steps_open(visitor.session.role, finding["status"]), statuses=STATUSES, severities=SEVERITIES,
            step_names=STEP_NAMES, papers=PAPERS, problem=problem, failed_step=step, given=visitor.form, commandid=str(uuid7()),
        )  # fmt: skip

    async def shown(visitor: Visitor) -> Response:
        return await one(visitor)

    async def stepped(visitor: Visitor) -> Response:
        number, code = visitor.request.path_params["finding_no"], visitor.request.path_params["step"]
        step = _BY_CODE.get(code)
        if step is None:
            raise Problem(status=404, code="not-found", zh="没有这项操作", en="there is no such step")
        given = {name: value for name, value in visitor.form.items() if isinstance(value, str)}
        body = body_of_step(step, number, visitor.session.town, given, await digests(visitor, "files"))
        commandid = visitor.text("commandid")
        try:
            await visitor.services.command("audit", body, commandid=commandid)
        except ServiceSaid as said:
            if said.status >= 500:
                raise
            return await one(visitor, problem=said, step=code, status=said.status)
        return go(f"/findings/{number}?shows={commandid}", visitor)

    async def paper(visitor: Visitor) -> Response:
        number, kind = visitor.request.path_params["finding_no"], visitor.request.path_params["paper"]
        if kind not in PAPERS:
            raise Problem(status=404, code="not-found", zh="没有这种文书", en="there is no such paper")
        given = await visitor.services.raw("audit", f"/v1/print/findings/{number}/{kind}")
        return paper_as_given(given)

    door.page("/findings", listed, roles=FINDING_READERS)
    door.page("/findings/{finding_no}", shown, roles=FINDING_READERS)
    door.page("/findings/{finding_no}/{step}", stepped, roles=FINDING_READERS, methods=("POST",))
    door.page("/findings/{finding_no}/papers/{paper}", paper, roles=FINDING_READERS)


def _by(text: str) -> str:
    return text if text in ("town", "unit", "responsible") else "town"


async def asked_of(visitor: Visitor, service: str, path: str, **parameters: Any) -> Any:
    """The JSON of a query whose parameters may be called ``after`` too: the place of a page, not a command."""
    wanted = {name: value for name, value in parameters.items() if value not in (None, "")}
    return msgspec.json.decode((await visitor.services.raw(service, path, **wanted)).content)


async def digests(visitor: Visitor, name: str) -> list[str]:
    """SHA-256 of each file that was chosen; the files themselves are kept by whoever sent them."""
    found = []
    for sent in visitor.form.getlist(name):
        if not isinstance(sent, UploadFile):
            continue
        content = await sent.read(_FILE_BYTES_MAX + 1)
        if len(content) > _FILE_BYTES_MAX:
            raise Problem(status=413, code="file-too-large", zh="文件超过 20 MB", en="a file is larger than 20 MB")
        if content:
            found.append(hashlib.sha256(content).hexdigest())
    return found
