"""The proof of procedure (程序证明) on paper: every step of a case with its article, state, days and fact."""

from typing import Final

from services.casework.projections.proofs import ProofRow, ProofStep
from services.casework.rules import STEPS
from services.contracts.folders import Form, need_words
from services.contracts.printing import Html, fields, grid, joined, page, sheet

PROOF: Final = Form(code="procedure_proof", place=11, zh="程序证明", en="Proof of procedure")
_STATES: Final = {
    "met": ("已完成", "met"),
    "late": ("逾期完成", "late"),
    "failed": ("不符合", "failed"),
    "missing": ("缺失", "missing"),
    "not_required": ("不适用", "not required"),
}
_OUTCOMES: Final = {
    "": ("办理中", "open"),
    "confirmed": ("确认", "confirmed"),
    "refused": ("不予确认", "refused"),
    "withdrawn": ("撤回", "withdrawn"),
}
_HEADS: Final = (
    ("环节", "step"), ("依据", "article"), ("状态", "state"), ("完成日", "done on"), ("期限", "due"), ("逾期（自然日）", "days late"),
    ("经办", "by"), ("事实", "fact"),
)  # fmt: skip


def proof_page(application_no: str, row: ProofRow, *, sample: bool) -> str:
    """The proof of procedure of one case as an HTML page; `sample`: the installation runs on sample data, and says so."""
    return page(
        f"{PROOF.zh} {application_no}", [sheet(PROOF.zh, PROOF.en, proof_body(application_no, row), sample=sample)]
    )


def proof_body(application_no: str, row: ProofRow) -> Html:
    """The proof as it is bound in a folder."""
    zh, en = _OUTCOMES.get(row.outcome, (row.outcome, row.outcome))
    whole = "程序完备 complete" if row.complete else "程序未完备 not complete"
    facts = fields((
        ("申请编号", "application", application_no),
        ("户号", "household", row.household),
        ("镇街", "town", row.town),
        ("事项", "need", f"{need_words(row.need)} {row.need}"),
        ("受理", "accepted", row.accepted_on),
        ("结果", "outcome", f"{zh} {en}"),
        ("规程", "pack", row.pack_version),
        ("程序", "procedure", whole),
    ))  # fmt: skip
    lines = [_cells(step) for step in row.steps]
    return joined((facts, grid(_HEADS, lines, [step.state for step in row.steps], small=True)))


def _cells(step: ProofStep) -> tuple[object, ...]:
    zh, en = STEPS.get(step.step, (step.step, step.step))
    state_zh, state_en = _STATES[step.state]
    why = f"：{step.why}" if step.why else ""
    return (
        f"{zh} {en}", "；".join((step.article, *step.moved_for)), f"{state_zh} {state_en}{why}", step.done_on, step.due_on, step.days_late or "", step.by,
        f"{step.fact_type} {step.fact}".strip(),
    )  # fmt: skip
