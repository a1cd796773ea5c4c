"""Proves that a printed payslip shows every line with its working in both languages, and nothing it should not."""

from datetime import datetime
from html import escape

from services.contracts.deciding import CHINA
from services.contracts.months import Month
from services.contracts.payroll import PayslipComputed
from services.payroll.domain.run import DraftRun
from services.payroll.forms import payslip_page
from services.payroll.pay.changes import why_changed
from services.payroll.pay.explaining import explain
from services.payroll.rules import pay_packs_on
from tests.unit.test_payroll_cases import RULES, approved
from tests.unit.test_payroll_runs import ready

APRIL = Month(2026, 4)


def slips() -> tuple[PayslipComputed, PayslipComputed]:
    """O001's slips of March and April."""
    ledger = approved(ready())
    ledger.tell(DraftRun(month=APRIL), now=datetime(2026, 4, 15, 9, tzinfo=CHINA))
    march, april = (slip for slip in ledger.facts(PayslipComputed) if slip.officer == "O001")
    return march, april


def page(*, draft: bool = False, sample: bool = True, officer: str = "O001") -> str:
    march, april = slips()
    explained = explain(april, lambda month: pay_packs_on(RULES, month.first_day))
    changes = why_changed(april, march)
    return payslip_page(officer, "2026-04", explained, changes, payment="settled", draft=draft, sample=sample)


def test_every_line_stands_on_the_page_with_its_working_and_rule() -> None:
    shown = page()
    _, april = slips()
    for one in explain(april, lambda month: pay_packs_on(RULES, month.first_day)):
        assert one.name.zh in shown
        assert escape(one.name.en) in shown
        assert escape(one.working.zh) in shown
    for word in ("基本补贴", "养老保险", "实发", "net pay", "已发放", "pay_scale@2026.1", "officer:O001 v"):
        assert word in shown
    assert "size:A4" in shown


def test_a_draft_and_sample_figures_are_marked_as_such() -> None:
    assert "未经审批" not in page()
    assert "未经审批" in page(draft=True)
    assert "示例数据" in page()
    assert "示例数据" not in page(sample=False)


def test_a_slip_without_one_before_says_so_and_nothing_is_taken_for_markup() -> None:
    shown = payslip_page("<b>", "2026-04", (), None, payment="computed", draft=False, sample=False)
    assert "没有上月工资单" in shown
    assert "<b>" not in shown
