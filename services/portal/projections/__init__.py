"""Portal's read models: accounts, and the dashboards' figures: measures by month, cut and day, and what is read as at a day."""

from typing import Final

from services.portal.projections.accounts import ACCOUNTS
from services.portal.projections.as_at import FINDING_AGES, OFFICERS, TOWN_POSTS
from services.portal.projections.measured import MEASURED_FACTS, MONTH_MEASURES

MODELS: Final = (ACCOUNTS, MONTH_MEASURES, MEASURED_FACTS, FINDING_AGES, OFFICERS, TOWN_POSTS)
