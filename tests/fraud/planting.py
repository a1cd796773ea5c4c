"""What a plant is, and which plants there are by the name of the test that must find them."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from services.contracts.casework import EligibilityConfirmed
from services.contracts.registry import Fact
from tests.fraud.corpus import Corpus, Line

F = TypeVar("F", bound=Fact)
DIBAO: Final = ("dibao_urban", "dibao_rural")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One irregularity: what has to be found, as (test, about), and who of the look-alikes must be left alone.

    A pair stands as often as there have to be findings of it.
    """

    found: tuple[tuple[str, str], ...]
    innocent: tuple[tuple[str, str], ...] = ()


# A plant forges one irregularity into the corpus, and one innocent look-alike of it where there is any. It is called
# twenty times on one log, and takes other lines each time (`Corpus.take`, `Corpus.graft`).
Plant = Callable[[Corpus, random.Random], Planted]
PLANTS: Final[dict[str, tuple[Plant, ...]]] = {}


def plants(test: str) -> Callable[[Plant], Plant]:
    """Register a plant for a test; several of one test share its twenty."""

    def register(plant: Plant) -> Plant:
        PLANTS[test] = (*PLANTS.get(test, ()), plant)
        return plant

    return register


def found(test: str, guilty: str, *innocent: str) -> Planted:
    """One finding about one subject, and look-alikes about others."""
    return Planted(found=((test, guilty),), innocent=tuple((test, one) for one in innocent))


def fact_of(line: Line, kind: type[F]) -> F:
    """What a line states, as `kind`."""
    assert isinstance(line.fact, kind)
    return line.fact


def first(corpus: Corpus, subject: str, kind: type[Fact], application_no: str = "") -> Line:
    """The first line of a subject that states `kind`, of one application where it is named."""
    return next(
        line
        for line in corpus.about(subject)
        if isinstance(line.fact, kind) and application_no in ("", getattr(line.fact, "application_no", ""))
    )


def grant(
    corpus: Corpus, rng: random.Random, wanted: Callable[[EligibilityConfirmed], bool] = lambda _: True
) -> tuple[Line, EligibilityConfirmed]:
    """A monthly grant of dibao that went its whole way, of a household nobody took."""
    line = corpus.take(rng, EligibilityConfirmed, lambda one: one.need in DIBAO and not one.emergency and wanted(one))
    return line, fact_of(line, EligibilityConfirmed)
