"""Payroll as the event log runs it: its aggregates, models and reactions in one value; no adapters."""

from typing import Final

from services.contracts.deciding import Service
from services.contracts.payroll import CommandRefused, ParkedDiscarded, RulePackAdopted
from services.payroll.domain import AGGREGATES
from services.payroll.projections import MODELS
from services.payroll.reactions import REACTS_TO, react

SERVICE: Final = Service(
    name="payroll",
    aggregates=AGGREGATES,
    models=MODELS,
    refused=CommandRefused,
    rule_pack_adopted=RulePackAdopted,
    parked_discarded=ParkedDiscarded,
    reacts_to=REACTS_TO,
    react=react,
)
