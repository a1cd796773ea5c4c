"""The separate register of near relatives (近亲属单独登记备案, 四(一))."""

from datetime import date

from services.contracts.registry import Fact, fact


@fact("intake", "near_relative_declared", subject="household")
class NearRelativeDeclared(Fact, frozen=True, kw_only=True):
    """Somebody who works for the programme is a near relative of an applicant: a line of the register.

    `declared_by`: applicant, staff (the relative's own declaration) or found (by somebody else). `staff` and `kinship`
    are empty where the applicant only ticked the form. `needs` are what was asked for and is open; `open_cases` had been accepted before anybody declared it;
    `recused`: the relative has the duty for one of the request's items and must hand it over (回避).
    """

    request_no: str
    town: str
    committee: str
    needs: tuple[str, ...]
    declared_by: str
    staff: str
    kinship: str
    declared_on: date
    stated_by: str
    open_cases: tuple[str, ...] = ()
    recused: bool = False
