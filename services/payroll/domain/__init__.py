"""What payroll decides, a module per kind of subject: officers, posts, recruitment, attendance, runs and money; it computes no pay.

Money: `fund` (the four sources), `town_fund` and `town_purchase` (a town's own), `payee` (contractors), `misuse`.
"""

from typing import Final

from services.contracts.adopting import parked_aggregate, rules_aggregate
from services.contracts.payroll import ParkedDiscarded, RulePackAdopted
from services.payroll.domain.appraisal import APPRAISAL_OF_OFFICER
from services.payroll.domain.attendance import ATTENDANCE
from services.payroll.domain.fund import FUND
from services.payroll.domain.misuse import MISUSE
from services.payroll.domain.officer import OFFICER
from services.payroll.domain.payee import PAYEE
from services.payroll.domain.posts import POSTS
from services.payroll.domain.recruitment import RECRUITMENT
from services.payroll.domain.run import RUN
from services.payroll.domain.town_fund import TOWN_FUND
from services.payroll.domain.town_purchase import TOWN_PURCHASE

AGGREGATES: Final = (
    OFFICER,
    POSTS,
    RECRUITMENT,
    ATTENDANCE,
    APPRAISAL_OF_OFFICER,
    FUND,
    RUN,
    TOWN_FUND,
    TOWN_PURCHASE,
    PAYEE,
    MISUSE,
    rules_aggregate(RulePackAdopted),
    parked_aggregate(ParkedDiscarded),
)
