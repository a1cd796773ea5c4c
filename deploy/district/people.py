"""Invented people: names, resident IDs, phones and bank accounts, unique by construction; nobody real is meant.

Numbers are unique because each person has an index of their own which a permutation spreads over all numbers, so a
person is the same whatever else is generated, in any order.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Final

from deploy.district.profile import IdPrefix, Profile

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS: Final = "10X98765432"
_DAYS: Final = 360
_CODES: Final = 500
_SLOTS: Final = _DAYS * _CODES
# Prime, and therefore coprime to every number of slots and accounts used here: multiplication permutes.
_STRIDE: Final = 48_271


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One invented person; `female` follows from the resident ID's order code, as GB 11643 has it."""

    name: str
    resident_id: str
    born_on: date
    female: bool


def check_digit(first_17: str) -> str:
    """The 18th character of a resident ID (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return _CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True)) % 11]


def is_resident_id(text: str) -> bool:
    """Format, date and check digit only: an unknown region prefix is not an error."""
    if len(text) != 18 or not (text[:17].isascii() and text[:17].isdigit()):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return text[17] == check_digit(text[:17])


def luhn_digit(digits: str) -> str:
    """The digit that makes `digits` plus itself pass the Luhn test (bank cards)."""
    doubled = (int(digit) * 2 for digit in digits[::-2])
    total = sum(value - 9 if value > 9 else value for value in doubled) + sum(int(digit) for digit in digits[-2::-2])
    return str(-total % 10)


def age_on(born_on: date, day: date) -> int:
    """Full years of life on `day`."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Numbers for up to `capacity` families (index 0…) of a profile; `offset` turns them about by seed."""

    profile: Profile
    capacity: int
    offset: int

    def __post_init__(self) -> None:
        if self.capacity > _SLOTS:
            raise ValueError(f"{self.capacity} families do not fit into {_SLOTS} distinct birthday codes")

    @property
    def _copies(self) -> int:
        return min(6, _SLOTS // self.capacity)

    def person(
        self,
        rng: Random,
        family: int,
        ages: tuple[int, int],
        surname: str | None = None,
        female: bool | None = None,
    ) -> Person:
        """A person of family `family` aged ``ages[0]``…``ages[1]`` full years on the profile's day.

        No two families share a (birthday, order code), so no two share a resident ID.
        """
        copies = self._copies
        width = _SLOTS // copies
        stride = _STRIDE if math.gcd(_STRIDE, width) == 1 else 1
        slot = (family * stride + self.offset) % width + width * rng.randrange(copies)
        born_on = self._born_on(rng, slot % _DAYS, *ages)
        female = rng.random() < 0.5 if female is None else female
        code = slot // _DAYS * 2 + (not female)
        first_17 = f"{self._prefix(rng, born_on.year)}{born_on:%Y%m%d}{code:03d}"
        return Person(
            name=self.name(rng, female, surname),
            resident_id=first_17 + check_digit(first_17),
            born_on=born_on,
            female=female,
        )

    def _born_on(self, rng: Random, day_of_year: int, age_min: int, age_max: int) -> date:
        today = self.profile.today
        age = rng.randint(age_min, age_max)
        # Month and day of a common year exist in every year (counting days would shift by one after 29 February);
        # the year is the one that gives this age today.
        common = date(2025, 1, 1) + timedelta(days=day_of_year)
        born_on = common.replace(year=today.year - age)
        return born_on if age_on(born_on, today) == age else born_on.replace(year=today.year - age - 1)

    def _prefix(self, rng: Random, year: int) -> str:
        choices, weights = _prefixes(self.profile.id_prefixes, year)
        return rng.choices(choices, cum_weights=weights)[0]

    def name(self, rng: Random, female: bool, surname: str | None = None) -> str:
        """An invented name: one character of surname, one or two given."""
        names = self.profile.names
        pool = names.given_female if female else names.given_male
        first = pool[int(rng.random() * len(pool))]
        second = pool[int(rng.random() * len(pool))] if rng.random() < 0.8 else ""
        return (surname or names.surnames[int(rng.random() * len(names.surnames))]) + first + second

    def phone(self, index: int) -> str:
        """An 11-digit number, distinct for each index."""
        width = 10 ** (11 - len(self.profile.phone_prefix))
        return f"{self.profile.phone_prefix}{(index * _STRIDE + self.offset) % width:0{len(str(width)) - 1}d}"

    def bank_account(self, index: int) -> str:
        """A 19-digit card number with a right Luhn digit, distinct for each index."""
        width = 10 ** (18 - len(self.profile.bank_prefix))
        digits = f"{self.profile.bank_prefix}{(index * 7_777_777_777 + self.offset) % width:0{len(str(width)) - 1}d}"
        return digits + luhn_digit(digits)


@cache
def _prefixes(prefixes: tuple[IdPrefix, ...], year: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    fitting = [prefix for prefix in prefixes if prefix.born_from <= year <= prefix.born_to]
    if not fitting:
        raise ValueError(f"the profile has no ID prefix for people born in {year}")
    total, cumulative = 0, []
    for prefix in fitting:
        total += prefix.weight
        cumulative.append(total)
    return tuple(prefix.prefix for prefix in fitting), tuple(cumulative)
