"""Absences (考勤): what each kind leaves of pay, by which parts, for how long; and what a day's wage is."""

from typing import Final

import msgspec

from services.payroll.rules.pack import Pack

ATTENDANCE: Final = "attendance"


class Share(Pack, frozen=True, kw_only=True):
    """The share of pay that is left, from so many full years of service on."""

    years_min: int
    pay_permille: int


class Term(Pack, frozen=True, kw_only=True):
    """How many calendar days an absence of a kind counts as that kind, from so many full years of service on."""

    years_min: int
    term_days: int


class AbsenceKind(Pack, frozen=True, kw_only=True):
    """One kind of absence; `law` is its clause.

    `parts`: those that an absent working day reduces. `shares`: what is left of them by years of service;
    `long_shares` instead of it after `long_after_days` days of one absence. `floor_permille`: sick pay of a month is not
    less than this share of the minimum wage. `terms`: for how long, by years of service; `more_days`: what a stated ground
    adds, each time it is stated. After its term an absence counts as the kind `beyond`; `only_beyond`: nobody records it,
    it is what another becomes.
    """

    zh: str
    en: str
    law: str
    parts: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    long_after_days: int | None = None
    long_shares: tuple[Share, ...] = ()
    floor_permille: int = 0
    terms: tuple[Term, ...] = ()
    more_days: dict[str, int] = msgspec.field(default_factory=dict)
    beyond: str = ""
    only_beyond: bool = False


class Attendance(Pack, frozen=True, kw_only=True):
    """The kinds of absence; a day's wage is the month's ÷ `wage_days_hundredths` / 100 (劳社部发〔2008〕3号: 21.75)."""

    wage_days_hundredths: int
    kinds: dict[str, AbsenceKind]

    @property
    def recorded(self) -> dict[str, AbsenceKind]:
        """The kinds that people record: what a kind becomes once its term is over (医疗期满) is worked out."""
        return {code: kind for code, kind in self.kinds.items() if not kind.only_beyond}
