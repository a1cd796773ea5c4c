"""Whatever is killed, cut, paused, forged or restarted under load: nothing is lost, doubled or out of order.

A failing run says its seed; ``JIUZHU_CHAOS_SEED=<seed> make chaos`` runs the mixed faults of that seed alone.
"""

import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.chaos import faults
from tests.chaos.faults import Fault
from tests.chaos.scene import Scene
from tests.chaos.victim import STEPS
from tests.conftest import Installation

SEED = os.environ.get("JIUZHU_CHAOS_SEED")
SEEDS = [int(SEED)] if SEED else list(range(1, 25))
FAULTS_EACH = (2, 4)


@asynccontextmanager
async def under_load(installation: Installation, folder: Path, seed: int) -> AsyncIterator[Scene]:
    """A scene whose clients are at work; when the block ends they come to rest and the oracle speaks."""
    print(f"JIUZHU_CHAOS_SEED={seed}")
    async with Scene(installation, folder, random.Random(seed)) as scene:
        for name in ("writer", "serve", "worker"):
            scene.begin(name)
        await scene.ready("writer", "serve", "worker")
        scene.load()
        await scene.answered(20)
        yield scene
        await scene.answered(20)
        await scene.rest()
        await scene.verify()


async def test_sigkill_at_every_step_of_a_facts_life(installation: Installation, tmp_path: Path) -> None:
    """Every process dies at every step it takes a fact through, one life after the other; the next life finishes it."""
    rng = random.Random(1)
    async with Scene(installation, tmp_path, rng) as scene:
        for name, steps in STEPS.items():
            scene.begin(name, *((step, rng.randint(1, 12)) for step in steps))
        scene.load()
        for name, steps in STEPS.items():
            await scene.all_died(name, len(steps))
        await scene.ready(*STEPS)
        await scene.answered(20)
        await scene.rest()
        await scene.verify()
        assert {name: scene.killed_at(name) for name in STEPS} == {name: list(steps) for name, steps in STEPS.items()}


SHORT: dict[str, tuple[Fault, ...]] = {
    "the broker and the database are killed and started": (faults.restart_the_broker, faults.restart_the_database),
    "replies to commits are lost, a transaction commits late": (faults.cut_commits, faults.commit_late),
    "a paused worker and a dead producer come back": (faults.sleep_as_a_zombie, faults.send_as_a_zombie),
    "foreign records arrive while log writers change": (faults.forge_records, faults.replace_the_writer),
    "the topic is made anew under running workers": (faults.send_as_a_zombie, faults.make_the_topic_anew),
}


# The quickest stand for all in every run; `make chaos` runs each.
_ALWAYS: Final = (
    "the broker and the database are killed and started",
    "replies to commits are lost, a transaction commits late",
)


@pytest.mark.parametrize(
    "these",
    [
        pytest.param(faults, id=name, marks=() if name in _ALWAYS else pytest.mark.slow)
        for name, faults in SHORT.items()
    ],
)
async def test_under_load(installation: Installation, tmp_path: Path, these: tuple[Fault, ...]) -> None:
    """Faults named in the title, one after the other, under load; the oracle finds every command exactly once."""
    async with under_load(installation, tmp_path, seed=7) as scene:
        for fault in these:
            await fault(scene)
            await scene.answered(20)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
async def test_any_mixture(installation: Installation, tmp_path: Path, seed: int) -> None:
    """Two to four faults drawn by the seed; again and again, nothing is lost, doubled or out of order."""
    async with under_load(installation, tmp_path, seed) as scene:
        for fault in scene.rng.choices(faults.MENU, k=scene.rng.randint(*FAULTS_EACH)):
            print(fault.__name__)
            await fault(scene)
            await scene.answered(10)
