"""Field sheets of a spot check (抽查核查表): one page an item, to be filled in and signed on the spot; it decides nothing."""

from collections.abc import Iterable
from typing import Final

from services.audit.projections.spot_checks import FieldSheetRow, SpotCheckRow
from services.contracts.audit import CheckedAttribute
from services.contracts.printing import Html, fields, grid, joined, page, paragraph, sheet, signatures, small

KINDS: Final = {
    "officers": ("专职低保员", "officer on a post"),
    "households": ("在保家庭", "household on benefit"),
    "visits": ("走访服务", "visit"),
    "payslips": ("工资单", "pay slip"),
    "decisions": ("审核确认", "decision"),
}
_RESULTS: Final = {
    "conforming": "☑ 相符　☐ 不符　☐ 未能核查",
    "deviating": "☐ 相符　☑ 不符　☐ 未能核查",
    "unexamined": "☐ 相符　☐ 不符　☑ 未能核查",
}
_OPEN: Final = "☐ 相符　☐ 不符　☐ 未能核查"
_HEADS: Final = (
    ("核查事项", "attribute"), ("依据", "article"), ("核查结果", "conforms / deviates / could not be examined"), ("情况说明", "what was found"),
)  # fmt: skip


def field_sheets_page(check: SpotCheckRow, sheets: Iterable[FieldSheetRow], *, sample: bool) -> str:
    """The sheets as one document; what was recorded already is marked."""
    return page(
        f"抽查核查表 {check.spot_check_no}",
        [sheet("抽查核查表", "Field sheet of a spot check", _body(check, one), sample=sample) for one in sheets],
    )


def _body(check: SpotCheckRow, one: FieldSheetRow) -> Html:
    plan = check.plan
    zh, en = KINDS[plan.kind]
    reason = next((forced.reason for forced in plan.forced if forced.item == one.item), "")
    return joined((
        fields((
            ("抽查编号", "spot check", check.spot_check_no),
            ("抽查事由", "purpose", plan.purpose),
            ("核查对象", "item", f"{zh} {en}：{one.item}"),
            ("镇街", "town", one.town),
            ("总体时点", "as on", plan.on),
            ("选取方式", "taken", f"必查 in any case：{reason}" if one.forced else f"随机抽取 drawn（第 {one.round_no} 轮 round）"),
            ("核查人员", "checkers", "、".join(one.checkers)),
            ("核查日期、地点", "day and place", ""),
        )),
        grid(_HEADS, [(f"{a.zh} {a.en}", a.law, _result(one, a), "") for a in plan.attributes]),
        paragraph(
            "核查人员不得少于" f"{plan.checkers_min}" "人，与被核查事项有利害关系的应当回避。未能核查的，按不符计入抽查结论。",
            "At least so many check together, none of whom answers for what is checked. What could not be examined counts as deviating.",
        ),
        signatures(
            ("核查人员签名", "checkers"), ("被核查单位（人员）签名", "whoever is checked"), ("见证人签名", "witness"), ("复核人签名", "reviewed by"),
        ),
        small(f"抽签号 ticket：{one.ticket}"),
        small(f"方案摘要 plan SHA-256：{check.plan_sha256}"),
        small(f"种子 seed：{check.seed}（复算方法见 docs/SPOT_CHECKS.md）"),
    ))  # fmt: skip


def _result(one: FieldSheetRow, attribute: CheckedAttribute) -> str:
    if one.status in ("drawn", "assigned"):
        return _OPEN
    if attribute.code in one.deviating:
        return _RESULTS["deviating"]
    return _RESULTS["unexamined" if attribute.code in one.unexamined else "conforming"]
