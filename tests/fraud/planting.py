"""What a plant is, and which plants there are by the name of the test that must find them."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.fraud.corpus import Corpus


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
