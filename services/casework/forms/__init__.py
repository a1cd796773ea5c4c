"""Papers to print: the statutory forms that casework fills in from its facts, and the folder that binds them; no decisions, no stores."""

from services.casework.forms.binding import FORMS, sheets_of
from services.casework.forms.bundle import Bundle
from services.casework.forms.proof import proof_page

__all__ = ["FORMS", "Bundle", "proof_page", "sheets_of"]
