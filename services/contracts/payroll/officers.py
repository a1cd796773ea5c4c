"""Facts about officers and their posts (二(四), 四(二)): taken over, appointed, certified, moved, absent, gone."""

from datetime import date

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


@fact("payroll", "officer_taken_over", subject="officer")
class OfficerTakenOver(Fact, frozen=True, kw_only=True):
    """An incumbent officer was taken over with post, tenure and certificates (接续登记).

    `paid_through_month` is the last month paid before: `year_to_date` belongs to its tax year.
    """

    officer: str
    post_no: str
    town: str
    person: str
    name: Personal
    resident_id: Personal
    phone: Personal
    bank_account: Personal
    bank_account_pseudonym: str
    appointed_on: date
    position: str
    education: str
    qualification: str
    qualified_on: date | None
    contract_mode: str
    contribution_base_fen: Fen
    special_deduction_fen: Fen
    year_to_date: "YearToDate"
    source: str
    document: str
    paid_through_month: Month | None = None


class YearToDate(msgspec.Struct, frozen=True, kw_only=True):
    """Cumulative withholding so far this tax year, the months before take-over."""

    months: int
    income_fen: Fen
    insurance_fen: Fen
    special_fen: Fen
    tax_fen: Fen
