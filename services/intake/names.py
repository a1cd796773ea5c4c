"""Finding a household again by a name as a clerk types it: characters of it, or first letters of its pinyin. No name leaves here."""

import asyncio
from functools import lru_cache
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from services.contracts.codec import decoder_of
from services.contracts.sealed import Sealed
from services.eventlog.keyring import Erased, Keyring
from services.eventlog.postgres import Pool
from services.intake.projections.persons import FeatureRow

# More hits than these help nobody: another letter does.
FOUND_MAX: Final = 50
_NAMES_PER_TURN: Final = 200
_ROW: Final = decoder_of(FeatureRow)


class FindByName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is looked for: at least two characters of a name, or letters, each the first of a character's pinyin."""

    typed: Annotated[str, Meta(min_length=2, max_length=20)]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The households in which somebody is called so, by number; `more`: there are others too."""

    households: tuple[str, ...]
    more: bool


def fits(name: str, typed: str) -> bool:
    """Whether somebody who types `typed` means `name`: a part of it, or pinyin letters from its first character on.

    A character that is read in two ways counts by both.
    """
    typed = typed.strip().lower()
    if not typed or not name:
        return False
    if typed in name.lower():
        return True
    if not typed.isascii() or len(typed) > len(name):
        return False
    return all(letter in _letters(character) for letter, character in zip(typed, name, strict=False))


@lru_cache(maxsize=8_192)
def _letters(character: str) -> frozenset[str]:
    """The first letters of the ways a character is read."""
    # Its dictionary takes some 50 MB, which only a process that is asked for a name has to carry.
    from pypinyin import Style, pinyin

    (read,) = pinyin(character, style=Style.FIRST_LETTER, heteronym=True)
    return frozenset(letter.lower() for letter in read)


async def find(pool: Pool, keyring: Keyring, town: str, typed: str) -> Found:
    """Households of a town whose members' names fit; whoever was erased is found no more."""
    rows = await pool.fetch(
        "SELECT DISTINCT ON (doc->>'household_no', doc->>'person') doc::text AS doc FROM intake.m_features "
        "WHERE town = $1 ORDER BY doc->>'household_no', doc->>'person', key",
        town,
    )
    found: dict[str, None] = {}
    for number, row in enumerate(rows):
        if number % _NAMES_PER_TURN == 0:
            await asyncio.sleep(0)
        person = _ROW.decode(row["doc"])
        if len(found) > FOUND_MAX:
            break
        if person.household_no not in found and fits(_opened(person, keyring), typed):
            found[person.household_no] = None
    return Found(households=tuple(found)[:FOUND_MAX], more=len(found) > FOUND_MAX)


def _opened(row: FeatureRow, keyring: Keyring) -> str:
    if not isinstance(row.name, Sealed):
        return ""
    try:
        return keyring.unseal(row.name, kind=row.kind, subject=f"household:{row.household_no}")
    except Erased:
        return ""
