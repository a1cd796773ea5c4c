"""Who may be appointed, which contract modes go against an article, how long a ranking hangs out, which exits there are (二(四))."""

from typing import Final

from services.payroll.rules.funding import Name
from services.payroll.rules.pack import Pack

APPOINTMENT: Final = "appointment"


class Diploma(Pack, frozen=True, kw_only=True):
    """A level of education; a higher `rank` is more."""

    en: str
    rank: int


class Appointment(Pack, frozen=True, kw_only=True):
    """Rules of new appointments: at least `diploma_min`, those with a preferred major or qualification first (二(四)).

    `posting_days` are the full days that a ranking hangs out (公示). `mode_conflicts`: contract modes that go against an
    article, which is shown and hides nothing (财政部令第102号).
    """

    diplomas: dict[str, Diploma]
    diploma_min: str
    preferred_majors: tuple[str, ...]
    preferred_qualifications: tuple[str, ...]
    mode_conflicts: dict[str, str]
    posting_days: int
    exits: dict[str, Name]

    def enough(self, education: str) -> bool:
        """Whether a diploma is enough for a new appointment; `KeyError` for one that is not on the list."""
        return self.diplomas[education].rank >= self.diplomas[self.diploma_min].rank

    def prefers(self, major: str, qualification: str) -> bool:
        """Whether somebody goes first: a social-work degree or professional qualification (优先)."""
        return major in self.preferred_majors or qualification in self.preferred_qualifications
