"""Papers to print: what casework shows in a browser or on paper, Chinese first; only shapes, no decisions and no stores."""

from html import escape
from typing import Final

from services.casework.projections.proofs import ProofRow, ProofStep
from services.casework.rules import STEPS

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
    "环节 step", "依据 article", "状态 state", "完成日 done on", "期限 due", "逾期（自然日）days late", "经办 by", "事实 fact",
)  # fmt: skip
_STYLE: Final = (
    "body{font:14px/1.6 sans-serif;margin:2em}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #666;padding:.3em .5em;text-align:left;vertical-align:top}.failed,.missing{font-weight:bold}"
    ".sample{border:2px solid #b00;color:#b00;padding:.3em 1em;display:inline-block}@page{size:A4 landscape}"
)


def proof_page(application_no: str, row: ProofRow, *, sample: bool) -> str:
    """The proof of procedure of one case as an HTML page; `sample`: the installation runs on sample data, and says so."""
    zh, en = _OUTCOMES.get(row.outcome, (row.outcome, row.outcome))
    whole = "程序完备 complete" if row.complete else "程序未完备 not complete"
    mark = '<p class="sample">示例数据 sample data</p>' if sample else ""
    facts = (
        f"申请 application {application_no}", f"户 household {row.household}", f"镇街 town {row.town}", f"事项 need {row.need}",
        f"受理 accepted {row.accepted_on}", f"结果 outcome {zh} {en}", f"规程 pack {row.pack_version}", whole,
    )  # fmt: skip
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>程序证明 {escape(application_no)}</title>'
        f"<style>{_STYLE}</style>{mark}<h1>程序证明 Proof of procedure</h1><p>{escape('；'.join(facts))}</p>"
        f"<table><thead><tr>{''.join(f'<th>{head}</th>' for head in _HEADS)}</tr></thead>"
        f"<tbody>{''.join(_line(step) for step in row.steps)}</tbody></table></html>"
    )


def _line(step: ProofStep) -> str:
    zh, en = STEPS.get(step.step, (step.step, step.step))
    state_zh, state_en = _STATES[step.state]
    why = f"：{step.why}" if step.why else ""
    cells = (
        f"{zh} {en}", "；".join((step.article, *step.moved_for)), f"{state_zh} {state_en}{why}", step.done_on or "", step.due_on or "",
        step.days_late or "", step.by, f"{step.fact_type} {step.fact}".strip(),
    )  # fmt: skip
    return f'<tr class="{step.state}">' + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>"
