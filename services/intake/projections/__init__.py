"""intake's read models: applications, windows, clocks, registers, what waits in quarantine; no name and no payload in clear."""

from typing import Any, Final

from services.contracts.deciding import Model
from services.intake.projections.erasures import ERASURES, MATTERS, TIES, MatterRow, TieRow
from services.intake.projections.folder import FOLDER_FACTS
from services.intake.projections.ledger import CLOCKS
from services.intake.projections.persons import BENEFITS, FEATURES, PERSONS, FeatureRow, PersonRow
from services.intake.projections.registers import CONSULTATIONS, MATCHES, NEAR_RELATIVES
from services.intake.projections.window import (
    APPLICATIONS,
    DISCOVERIES,
    DUE,
    QUARANTINED,
    QUARANTINED_PAYLOADS,
    TOWN_KEYS,
    WINDOW_COUNTS,
    WINDOWS,
    QuarantinedPayload,
)

MODELS: Final[tuple[Model[Any], ...]] = (
    APPLICATIONS,
    WINDOW_COUNTS,
    WINDOWS,
    TOWN_KEYS,
    DISCOVERIES,
    CLOCKS,
    NEAR_RELATIVES,
    MATCHES,
    CONSULTATIONS,
    QUARANTINED,
    QUARANTINED_PAYLOADS,
    PERSONS,
    BENEFITS,
    FEATURES,
    FOLDER_FACTS,
    TIES,
    MATTERS,
    ERASURES,
    DUE,
)

__all__ = [
    "APPLICATIONS",
    "BENEFITS",
    "CLOCKS",
    "CONSULTATIONS",
    "DISCOVERIES",
    "DUE",
    "ERASURES",
    "FEATURES",
    "FOLDER_FACTS",
    "MATCHES",
    "MATTERS",
    "MODELS",
    "NEAR_RELATIVES",
    "PERSONS",
    "QUARANTINED",
    "QUARANTINED_PAYLOADS",
    "TIES",
    "TOWN_KEYS",
    "WINDOWS",
    "WINDOW_COUNTS",
    "FeatureRow",
    "MatterRow",
    "PersonRow",
    "QuarantinedPayload",
    "TieRow",
]
