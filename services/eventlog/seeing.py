"""For whom PostgreSQL is being read at this moment: the town rows are narrowed to. Holds a name; what it may see, `walls` says."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from services.eventlog.auth import Identity

# Doors that read; what decides reads the whole district, for rules look beyond a town (is somebody helped twice?).
READING: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whose rows are seen: of `town` (empty: of the whole district), and those about `actor` wherever they lie."""

    town: str = ""
    actor: str = ""


WHOLE_DISTRICT: Final = Reader()
# Who asks was not said yet: no town is called so, nor anybody.
NOBODY: Final = Reader(town="-", actor="-")
READER: Final[ContextVar[Reader]] = ContextVar("jiuzhu_reader", default=WHOLE_DISTRICT)


@contextmanager
def read_for(reader: Reader) -> Iterator[None]:
    """What is read in the block is read for `reader`."""
    token = READER.set(reader)
    try:
        yield
    finally:
        READER.reset(token)


def asked_by(method: str) -> Reader:
    """For whom a request reads before it said whose it is: for nobody where it only reads."""
    return NOBODY if method in READING else WHOLE_DISTRICT


def note(method: str, identity: Identity) -> None:
    """A request said whose it is: from here to its end it reads for them, if reading is all it does."""
    if method in READING:
        READER.set(reader_of(identity))


def reader_of(identity: Identity) -> Reader:
    """What `identity` may see of read models: without a town, the whole district."""
    return WHOLE_DISTRICT if identity.town is None else Reader(town=identity.town, actor=identity.actor)
