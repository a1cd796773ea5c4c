"""Portal as the event log runs it: its aggregates and models in one value; no adapters."""

from typing import Final

from services.contracts.deciding import Service
from services.contracts.portal import CommandRefused, ParkedDiscarded, RulePackAdopted
from services.portal.domain import AGGREGATES
from services.portal.projections import MODELS

SERVICE: Final = Service(
    name="portal",
    aggregates=AGGREGATES,
    models=MODELS,
    refused=CommandRefused,
    rule_pack_adopted=RulePackAdopted,
    parked_discarded=ParkedDiscarded,
)
