"""Portal's read models: accounts, and the dashboards' measures by day, town and officer."""

from typing import Final

from services.portal.projections.accounts import ACCOUNTS
from services.portal.projections.measured import DAY_FACTS, DAY_MEASURES

MODELS: Final = (ACCOUNTS, DAY_MEASURES, DAY_FACTS)
