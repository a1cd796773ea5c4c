"""Contract modes: who pays, who withholds tax and who insures an officer; it says nothing of amounts."""

from typing import Final

from services.payroll.rules.pack import Pack

CONTRACT_MODES: Final = "contract_modes"


class ContractMode(Pack, frozen=True, kw_only=True):
    """One mode and what follows from it; `insured` false: the mode has no social insurance, which the plan promises (二(四))."""

    zh: str
    en: str
    payer: str
    withholding_agent: str
    insured_unit: str
    insured: bool


class ContractModes(Pack, frozen=True, kw_only=True):
    """The modes there are; an officer in a mode not among them is insured, and the slip says that it is unknown."""

    modes: dict[str, ContractMode]
