"""What payroll decides, a module per kind of subject: officers, posts, recruitment, attendance, funds, runs; it computes no pay."""

from typing import Final

from services.contracts.adopting import parked_aggregate, rules_aggregate
from services.contracts.payroll import ParkedDiscarded, RulePackAdopted
from services.payroll.domain.appraisal import APPRAISAL_OF_OFFICER
from services.payroll.domain.attendance import ATTENDANCE
from services.payroll.domain.fund import FUND
from services.payroll.domain.officer import OFFICER
from services.payroll.domain.posts import POSTS
from services.payroll.domain.recruitment import RECRUITMENT
from services.payroll.domain.run import RUN

AGGREGATES: Final = (
    OFFICER,
    POSTS,
    RECRUITMENT,
    ATTENDANCE,
    APPRAISAL_OF_OFFICER,
    FUND,
    RUN,
    rules_aggregate(RulePackAdopted),
    parked_aggregate(ParkedDiscarded),
)
