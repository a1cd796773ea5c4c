"""intake as the event log runs it: its aggregates, models and reactions in one value; no adapters."""

from typing import Final

from services.contracts.adopting import parked_aggregate, rules_aggregate
from services.contracts.deciding import Service
from services.contracts.intake import CommandRefused, ParkedDiscarded, RulePackAdopted
from services.intake.domain import DISCOVERY, ERASURE, HOUSEHOLD, NUMBER, PERSON, TOWN
from services.intake.projections import MODELS
from services.intake.reactions import REACTS_TO, react

SERVICE: Final = Service(
    name="intake",
    aggregates=(
        HOUSEHOLD,
        NUMBER,
        PERSON,
        TOWN,
        DISCOVERY,
        ERASURE,
        rules_aggregate(RulePackAdopted),
        parked_aggregate(ParkedDiscarded),
    ),
    models=MODELS,
    refused=CommandRefused,
    rule_pack_adopted=RulePackAdopted,
    parked_discarded=ParkedDiscarded,
    reacts_to=REACTS_TO,
    react=react,
)
