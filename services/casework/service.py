"""casework as the event log runs it: its aggregates, models and reactions in one value; no adapters."""

from typing import Final

from services.casework.domain import DEVICE, HOUSEHOLD, OFFICER, TOWN
from services.casework.domain.committee import COMMITTEE
from services.casework.domain.contractors import CONTRACTOR
from services.casework.domain.course import COURSE
from services.casework.domain.lists.benefit_list import BENEFIT_LIST
from services.casework.domain.lists.standing import STANDING_LIST
from services.casework.domain.municipal import EXCHANGE, MUNICIPAL, TASK
from services.casework.domain.publicity import POLICY, PUBLICITY
from services.casework.domain.trainee import TRAINEE
from services.casework.projections import MODELS
from services.casework.reactions import REACTS_TO, react
from services.contracts.adopting import parked_aggregate, rules_aggregate
from services.contracts.casework import CommandRefused, ParkedDiscarded, RulePackAdopted
from services.contracts.deciding import Service

SERVICE: Final = Service(
    name="casework",
    aggregates=(
        HOUSEHOLD,
        OFFICER,
        DEVICE,
        TOWN,
        COURSE,
        TRAINEE,
        PUBLICITY,
        POLICY,
        COMMITTEE,
        CONTRACTOR,
        BENEFIT_LIST,
        STANDING_LIST,
        MUNICIPAL,
        EXCHANGE,
        TASK,
        rules_aggregate(RulePackAdopted),
        parked_aggregate(ParkedDiscarded),
    ),
    models=MODELS,
    refused=CommandRefused,
    rule_pack_adopted=RulePackAdopted,
    parked_discarded=ParkedDiscarded,
    reacts_to=REACTS_TO,
    react=react,
    # 2: cases know their ordinary term and what a visit must come after, visits are written as arrays.
    # 3: the amount knows when it was last decided anew.
    state_version=4,
)
