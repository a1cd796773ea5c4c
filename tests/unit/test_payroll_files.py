"""Proves that pay's files are the same bytes for the same rows, keep long numbers and hold no formula, and read back."""

import csv
import io
import json
from typing import Any

import msgspec
import pytest

from services.contracts.codec import convert
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import PayslipComputed
from services.eventlog.problems import Problem
from services.eventlog.sheets import cells_of, csv_file, no_formula, workbook
from services.payroll.domain.run import (
    AnswerPayslipContest,
    CheckRun,
    ContestPayslip,
    DeclareInsurance,
    DeclareTax,
    DraftRun,
    ExportDeclaration,
    RecordRemittance,
)
from services.payroll.pay_files import (
    Payee,
    bank_file,
    insurance_table,
    plain_yuan,
    return_lines,
    table_file,
    tax_table,
)
from services.payroll.rules import BankProfiles, Layout
from tests.unit.test_payroll_cases import APPROVER, CHECKER, MARCH, PACKS, RULES_FOLDER, Ledger, approved, yuan
from tests.unit.test_payroll_models import folded
from tests.unit.test_payroll_runs import ready, run_of

PROFILES = convert(
    json.loads((RULES_FOLDER / "payroll.bank_profiles.json").read_text(encoding="utf-8"))["content"], BankProfiles
)
PAYEES = (
    Payee(officer="O001", name="张三", account="6222000000000000001", resident_id="50010119900101001X", amount_fen=yuan("2,700.64")),
    Payee(officer="O002", name="=HYPERLINK(1)", account="6222000000000000002", resident_id="500101199001010021", amount_fen=yuan("3,000.64")),
)  # fmt: skip
REFERENCE = "ABCDEFGHIJKLMNOP"


def made(profile: str) -> bytes:
    return bank_file(PROFILES.files[profile], PAYEES, month=MARCH, file_no=2, reference=REFERENCE)


@pytest.mark.parametrize("profile", sorted(PROFILES.files))
def test_every_layout_gives_the_same_bytes_and_carries_its_reference_and_totals(profile: str) -> None:
    content = made(profile)
    assert content == made(profile)
    text = "\n".join(map("|".join, cells_of(content))) if profile != "fixed_bank" else content.decode("gb18030")
    assert REFERENCE in text
    assert "5701.28" in text or "570128" in text


def test_csv_of_a_bank_in_gb18030_with_accounts_as_text_and_no_formula() -> None:
    heading, first, second, total = csv.reader(io.StringIO(made("rural_bank").decode("gb18030"), newline=""))
    assert heading == ["序号", "收款人户名", "收款账号", "金额", "员工编号", "附言"]
    assert first == ["1", "张三", "\t6222000000000000001", "2700.64", "O001", f"工资2026-03 {REFERENCE}"]
    assert second[1] == "'=HYPERLINK(1)"
    assert total == ["合计", "2", "", "5701.28", "", ""]


def test_the_operations_page_shows_this_very_file() -> None:
    page = (RULES_FOLDER.parents[2] / "docs/OPERATIONS.md").read_text(encoding="utf-8")
    shown = made("rural_bank").decode("gb18030").replace("\t", "⇥").replace("\r\n", "\n  ")
    assert f"  {shown}```" in page


def test_workbook_keeps_every_digit_of_an_account() -> None:
    lines = list(cells_of(made("city_bank")))
    assert lines[0] == ["专职低保员 2026-03 工资 第2批", "笔数 2", "金额 5701.28"]
    assert lines[2][:4] == ["O001", "张三", "6222000000000000001", "2700.64"]


def test_fixed_text_has_lines_of_one_width_in_bytes() -> None:
    head, *lines, end = made("fixed_bank").split(b"\r\n")
    assert head.decode() == f"H2026-0300200000002000000000000570128{REFERENCE}"
    assert {len(line) for line in lines} == {8 + 32 + 40 + 15 + 10}
    assert lines[0][:8] == b"00000001"
    assert lines[0][80:95] == b"000000000270064"
    assert end == b""


def test_a_text_its_place_cannot_hold_is_refused() -> None:
    long = (msgspec.structs.replace(PAYEES[0], name="张" * 21),)
    with pytest.raises(Problem) as no:
        bank_file(PROFILES.files["fixed_bank"], long, month=MARCH, file_no=1, reference=REFERENCE)
    assert no.value.code == "field-too-wide"
    assert "张" not in no.value.zh + no.value.en


def test_a_layout_without_its_reference_is_no_layout() -> None:
    plain = {
        "zh": "x",
        "en": "x",
        "format": "csv",
        "encoding": "utf-8",
        "columns": [{"title": "a", "value": "account"}],
    }
    with pytest.raises(msgspec.ValidationError, match="reference"):
        convert(plain, Layout)
    fixed = {**plain, "format": "fixed", "columns": [{"title": "a", "value": "reference"}]}
    with pytest.raises(msgspec.ValidationError, match="width"):
        convert(fixed, Layout)


@pytest.mark.parametrize(
    ("text", "kept"), [("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("\tx", "'\tx"), ("张三", "张三"), ("", "")]
)  # fmt: skip
def test_no_text_is_a_formula(text: str, kept: str) -> None:
    assert no_formula(text) == kept
    assert next(cells_of(workbook([["a", f"x{text}"]]))) == ["a", f"x{text}"]


# ── returns ─────────────────────────────────────────────────────────────────────────────────────────────────────────

HEADING = ["员工编号", "金额", "处理结果", "流水号", "失败原因"]


def read_back(rows: list[list[str]], kind: Any = csv_file) -> Any:
    return return_lines(PROFILES.returns["rural_bank"], kind([HEADING, *rows]), lambda text: f"p_{text}")


@pytest.mark.parametrize("kind", [csv_file, workbook])
def test_a_return_is_read_the_same_from_csv_and_workbook(kind: Any) -> None:
    rows = [["O001", "2,700.64", "成功", "B1", ""], ["O002", "3000.6", "失败", "", "账户已销户"]]
    lines, errors = read_back(rows, kind)
    assert errors == []
    assert [(one.officer, one.amount_fen, one.outcome, one.reference, one.reason, one.row_no) for one in lines] == [
        ("O001", 270064, "settled", "B1", "", 2),
        ("O002", 300060, "returned", "", "账户已销户", 3),
    ]


def test_rows_that_cannot_be_read_are_named_by_row_column_and_reason() -> None:
    rows = [
        ["O001", "1.234", "成功", "B1", ""], ["O002", "", "成功", "B1", ""], ["O003", "1.00", "也许", "B1", ""],
        ["O004", "-1.00", "成功", "B", ""],
    ]  # fmt: skip
    lines, errors = read_back(rows)
    assert lines == ()
    assert [(one.row, one.column, one.code) for one in errors] == [
        (2, "金额", "amount-invalid"), (3, "金额", "amount-invalid"), (4, "处理结果", "outcome-unknown"), (5, "金额", "amount-invalid"),
    ]  # fmt: skip
    with pytest.raises(Problem) as no:
        return_lines(PROFILES.returns["rural_bank"], csv_file([["员工编号"], ["O001"]]), str)
    assert no.value.code == "columns-missing"


def test_an_account_is_a_pseudonym_at_once() -> None:
    raw = csv_file(
        [
            ["账号", "实发金额", "状态", "交易流水", "备注", "批次号"],
            ["\t62220000001", "1.00", "已入账", "B1", "", REFERENCE],
        ]
    )
    (line,), _ = return_lines(PROFILES.returns["city_bank"], raw, lambda text: f"p_{text}")
    assert (line.account, line.officer, line.batch) == ("p_account|62220000001", "", REFERENCE)


# ── declarations ────────────────────────────────────────────────────────────────────────────────────────────────────


def slips_and_payees(ledger: Ledger) -> list[tuple[PayslipComputed, Payee]]:
    return [
        (slip, Payee(officer=slip.officer, name="张三", account="1", resident_id="50010119900101001X"))
        for slip in ledger.facts(PayslipComputed)
    ]


def unit_of(ledger: Ledger) -> str:
    slip = ledger.facts(PayslipComputed)[0]
    assert isinstance(slip, PayslipComputed)
    assert slip.insured_unit == slip.withholding_agent
    return slip.insured_unit


def test_an_insurance_declaration_adds_up_to_the_slips() -> None:
    ledger = approved(ready())
    table = insurance_table(slips_and_payees(ledger), PACKS.insurance, REFERENCE)
    heading, *rows, control = table
    assert heading[:5] == ["员工编号", "姓名", "公民身份号码", "费款所属期", "缴费基数"]
    assert rows[0][:5] == ["O001", "张三", "50010119900101001X", "2026-03", "4232.00"]
    slips = ledger.facts(PayslipComputed)
    total = sum(slip.personal_insurance_fen + slip.employer_insurance_fen for slip in slips)
    assert control[:3] == ["合计", "3 人", REFERENCE]
    assert control[-1] == plain_yuan(total)
    declare = DeclareInsurance(month=MARCH, unit=unit_of(ledger), file_sha256="ab" * 32, base_fen=yuan("12,696.00"))
    (fact,) = ledger.tell(declare, CHECKER)
    assert (fact.person_count, fact.personal_fen + fact.employer_fen) == (3, total)  # type: ignore[attr-defined]
    assert sum(one.personal_fen for one in fact.lines) == fact.personal_fen  # type: ignore[attr-defined]
    assert ledger.refuses("declared-before", declare)
    assert ledger.refuses("unit-pays-nobody", DeclareInsurance(month=MARCH, unit="他单位"))


def test_a_tax_declaration_has_the_cumulative_columns_and_adds_up() -> None:
    ledger = approved(ready())
    heading, first, *_, control = tax_table(slips_and_payees(ledger), REFERENCE)
    assert len(heading) == len(first) == len(control)
    said = dict(zip(heading, first, strict=True))
    assert (said["本期收入"], said["累计收入"], said["累计减除费用"]) == ("3150.00", "9450.00", "15000.00")
    (fact,) = ledger.tell(DeclareTax(month=MARCH, unit=unit_of(ledger), file_sha256="ab" * 32), CHECKER)
    assert plain_yuan(fact.income_fen) == control[4] == "9750.00"  # type: ignore[attr-defined]
    assert plain_yuan(fact.tax_fen) == control[-1]  # type: ignore[attr-defined]


def test_a_declarations_file_keeps_resident_ids_whole_in_both_formats() -> None:
    table = [["公民身份号码"], ["50010119900101001X"]]
    assert b"\t50010119900101001X" in table_file(table, "csv")
    assert list(cells_of(table_file(table, "xlsx")))[1] == ["50010119900101001X"]
    assert table_file(table, "xlsx") == table_file(table, "xlsx")


def test_what_was_declared_is_remitted_and_its_file_given_out_as_declared() -> None:
    ledger = approved(ready())
    unit = unit_of(ledger)
    remit = RecordRemittance(
        month=MARCH, declaration="insurance", unit=unit, amount_fen=yuan("1,000.00"), reference="示例税票1", remitted_on=MARCH.first_day
    )  # fmt: skip
    assert ledger.refuses("remittance-beyond-declaration", remit)
    ledger.tell(DeclareInsurance(month=MARCH, unit=unit, file_sha256="ab" * 32), CHECKER)
    (fact,) = ledger.tell(remit, CHECKER)
    row = folded(ledger)["declarations", f"2026-03/insurance/{unit}"]
    assert row.left_fen == fact.left_fen == row.amount_fen - yuan("1,000.00")  # type: ignore[attr-defined]
    assert row.references == ("示例税票1",)
    rest = msgspec.structs.replace(remit, amount_fen=Fen(row.left_fen + 1))
    assert ledger.refuses("remittance-beyond-declaration", rest)
    give = ExportDeclaration(month=MARCH, declaration="insurance", unit=unit, reason="报送", file_sha256="ab" * 32)
    assert ledger.tell(give, CHECKER)
    assert ledger.refuses("declaration-changed", msgspec.structs.replace(give, file_sha256="cd" * 32))
    assert ledger.refuses("declaration-unknown", msgspec.structs.replace(give, declaration="tax"))


# ── objections ──────────────────────────────────────────────────────────────────────────────────────────────────────


def contest(**changes: Any) -> ContestPayslip:
    plain = ContestPayslip(
        month=MARCH, officer="O001", side="part", code="qualification", statement="证书未计", person="p_zhangsan"
    )
    return msgspec.structs.replace(plain, **changes)


def test_an_officer_objects_to_the_own_slip_once_it_is_approved() -> None:
    ledger = ready()
    ledger.tell(DraftRun(month=MARCH))
    ledger.tell(CheckRun(month=MARCH), CHECKER)
    assert ledger.refuses("run-not-approved", contest(), "officer:O001")
    approved_ledger = approved(ready())
    assert approved_ledger.refuses("payslip-of-another", contest(), "officer:O002")
    assert approved_ledger.refuses("payslip-line-unknown", contest(code="bonus"), "officer:O001")
    (fact,) = approved_ledger.tell(contest(), "officer:O001")
    assert fact.contest_no == "2026-03-C1"  # type: ignore[attr-defined]
    assert approved_ledger.refuses("contest-open", contest(side="tax", code="income_tax"), "officer:O001")
    assert folded(approved_ledger)["payslips", "2026-03/O001"].contest == "open"
    answer = AnswerPayslipContest(month=MARCH, contest_no="2026-03-C1", outcome="upheld", answer="下月补发")
    approved_ledger.tell(answer, APPROVER)
    assert folded(approved_ledger)["payslips", "2026-03/O001"].contest == "upheld"
    assert approved_ledger.refuses("contest-unknown", answer)
    assert run_of(approved_ledger).contests == ()


def test_april_is_another_run() -> None:
    assert approved(ready()).refuses("run-not-approved", contest(month=Month(2026, 4)), "officer:O001")
