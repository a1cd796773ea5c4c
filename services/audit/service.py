"""Audit as the event log runs it: its aggregates, models and reactions in one value; no adapters."""

from typing import Final

from services.audit.domain import AGGREGATES
from services.audit.projections import MODELS
from services.audit.reactions import REACTS_TO, react
from services.contracts.audit import CommandRefused, ParkedDiscarded, RulePackAdopted
from services.contracts.deciding import Service

SERVICE: Final = Service(
    name="audit",
    aggregates=AGGREGATES,
    models=MODELS,
    refused=CommandRefused,
    rule_pack_adopted=RulePackAdopted,
    parked_discarded=ParkedDiscarded,
    reacts_to=REACTS_TO,
    react=react,
    state_version=2,
)
