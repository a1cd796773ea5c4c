"""Who may be appointed, under which contracts, how long a ranking hangs out, which absences and exits there are (二(四))."""

from typing import Final

from services.payroll.rules.funding import Name
from services.payroll.rules.pack import Pack

APPOINTMENT: Final = "appointment"


class Diploma(Pack, frozen=True, kw_only=True):
    """A level of education; a higher `rank` is more."""

    en: str
    rank: int


class ContractMode(Pack, frozen=True, kw_only=True):
    """A mode of contract: who pays, withholds tax and insures; `conflict` is the article that it goes against, if any."""

    zh: str
    en: str
    payer: str
    withholding_agent: str
    insured_unit: str
    conflict: str = ""


class AbsenceKind(Pack, frozen=True, kw_only=True):
    """A kind of leave or absence that may be recorded, and the grounds that lengthen it (难产, 多胞胎)."""

    zh: str
    en: str
    grounds: tuple[str, ...] = ()


class Appointment(Pack, frozen=True, kw_only=True):
    """Rules of new appointments: at least `diploma_min`, those with a preferred major or qualification first (二(四)).

    `posting_days` are the full days that a ranking hangs out (公示).
    """

    diplomas: dict[str, Diploma]
    diploma_min: str
    preferred_majors: tuple[str, ...]
    preferred_qualifications: tuple[str, ...]
    contract_modes: dict[str, ContractMode]
    posting_days: int
    absences: dict[str, AbsenceKind]
    exits: dict[str, Name]

    def enough(self, education: str) -> bool:
        """Whether a diploma is enough for a new appointment; `KeyError` for one that is not on the list."""
        return self.diplomas[education].rank >= self.diplomas[self.diploma_min].rank

    def prefers(self, major: str, qualification: str) -> bool:
        """Whether somebody goes first: a social-work degree or professional qualification (优先)."""
        return major in self.preferred_majors or qualification in self.preferred_qualifications
