"""The witness policy k of n, witnesses that are away, and an insider who has the log's key, Kafka and the database."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from services.audit.publishing.publisher import Publisher, finished
from services.audit.publishing.standing import Publication
from services.audit.publishing.verifying import folder_faults
from services.audit.publishing.witnesses import Witnesses
from services.audit.store import verify_signature
from services.audit.transparency import note
from services.audit.transparency.note import Note, note_of
from services.audit.transparency.policy import policy_met, standing
from services.eventlog.reading import Ends, StoredRecord
from services.eventlog.settings import MissingSetting, read_settings
from tests.unit.audit_logs import (
    KEYS,
    LocalWitness,
    asking,
    checkpoint_records,
    key_of_log,
    open_log,
    published,
    records,
)

NEEDED = {"JIUZHU_KAFKA": "-", "JIUZHU_POSTGRES_URL": "-", "JIUZHU_KEYRING": "-"}


def trio() -> list[LocalWitness]:
    return [LocalWitness(f"w{n}") for n in range(3)]


def root_note(folder: Path) -> Note:
    return note_of((folder / "root/checkpoint").read_bytes())


@pytest.mark.parametrize(
    ("away", "wanted", "met"), [(0, 3, True), (1, 3, False), (1, 2, True), (3, 1, False), (3, 0, True)]
)
async def test_k_of_n_is_met_or_not_and_publishing_goes_on(tmp_path: Path, away: int, wanted: int, met: bool) -> None:
    """However many witnesses are away, the checkpoint is published; the policy says whether enough cosigned."""
    witnesses = trio()
    for one in witnesses[:away]:
        one.away = True
    log = await published(tmp_path, [40], witnesses, wanted=wanted)
    assert log.unsigned() == 0
    keys = [one.key for one in witnesses]
    assert policy_met(root_note(tmp_path), keys, wanted, verify_signature) is met
    told = Publication(tmp_path, tuple(keys), wanted).document()
    assert told["met"] is met
    assert told["logs"]["0"]["size"] == 40
    assert told["logs"]["root"]["missing"] == tuple(f"w{n}" for n in range(away))
    faults = folder_faults(tmp_path, KEYS, witnesses=keys, wanted=wanted)
    assert [fault.path for fault in faults] == ([] if met else ["0/checkpoint", "1/checkpoint", "root/checkpoint"])


def test_only_cosignatures_that_verify_count_and_each_key_once(tmp_path: Path) -> None:
    asyncio.run(published(tmp_path, [40], witnesses := trio()))
    found, keys = root_note(tmp_path), [one.key for one in witnesses]
    stranger = LocalWitness("stranger")
    assert standing(found, [*keys, stranger.key], 4, verify_signature).missing == ("stranger",)
    again = Note(found.text, (*found.signatures, *found.signatures[1:]))
    assert standing(again, keys, 3, verify_signature).cosigned == ("w0", "w1", "w2")
    assert not policy_met(again, keys, 4, verify_signature)
    moved = Note(found.text, tuple(note.Signature("w0", keys[0].id, one.signature) for one in found.signatures[2:]))
    assert standing(moved, keys, 1, verify_signature).cosigned == ()
    assert "需 1 家联署，已有 0 家" in standing(moved, keys, 1, verify_signature).zh


async def test_a_witness_that_is_away_is_not_asked_at_every_checkpoint_and_asked_again_later(tmp_path: Path) -> None:
    steady, away = LocalWitness("w0"), LocalWitness("w1")
    away.away = True
    log = await published(tmp_path, [10, 20, 30], [steady, away])
    assert (steady.asked, away.asked) == (9, 3)
    away.away = False
    clients = {name: asking(steady, away) for name in ("root", "0", "1")}
    log._witnesses = clients.__getitem__
    await log.ask_again()
    found = root_note(tmp_path)
    assert standing(found, [steady.key, away.key], 2, verify_signature).met
    assert note.checkpoint_of(found.text).size == 6


async def test_a_checkpoint_signed_and_not_published_is_published_by_the_next_process(tmp_path: Path) -> None:
    """A process ends between signing and publishing: readers see it after the restart, the root log speaks of it."""
    log = await published(tmp_path, [40])
    log.take(0, records(41)[40:])
    log.logs[0].sign()
    again = await published(tmp_path, [41])
    assert note.checkpoint_of(note_of((tmp_path / "0/checkpoint").read_bytes()).text).size == again.logs[0].size == 41
    assert folder_faults(tmp_path, KEYS) == []
    (tmp_path / "1/checkpoint").unlink()
    await published(tmp_path, [41])
    assert folder_faults(tmp_path, KEYS) == []


@pytest.mark.parametrize(
    ("text", "good"), [("", True), ("0", True), ("2", True), ("3", False), ("-1", False), ("x", False)]
)
def test_a_policy_nobody_could_meet_is_told_at_start(text: str, good: bool) -> None:
    given = {**NEEDED, "JIUZHU_WITNESSES": "http://a vkey-a,http://b vkey-b", "JIUZHU_WITNESS_POLICY": text}
    if good:
        assert read_settings(given, port=0).witnesses_wanted == int(text or 0)
        return
    with pytest.raises(MissingSetting, match="JIUZHU_WITNESS_POLICY"):
        read_settings(given, port=0)


# ── the insider ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_insider_who_rewrites_a_fact_and_all_that_follows_is_refused_by_every_witness(tmp_path: Path) -> None:
    """Log key, Kafka and database in one hand: record 100 says another thing, the chain and the trees are made anew."""
    witnesses = trio()
    keys = [one.key for one in witnesses]
    await published(tmp_path / "true", [90, 300], witnesses)
    lie = await published(tmp_path / "lie", [300, 310], witnesses, rewritten=100)
    assert folder_faults(tmp_path / "lie", KEYS) == []  # the lie is whole in itself, and signed
    told = Publication(tmp_path / "lie", tuple(keys), 1).document()
    assert (told["met"], told["logs"]["0"]["cosigned"]) == (False, ())
    for one in witnesses:
        assert one.seen[key_of_log("0").name].size == 300
    forged = await asking(*witnesses).cosign(lie.logs[0].last_signed(), lie.logs[0].consistency)
    assert all(reason.startswith("422") for reason in forged.refusals.values())
    # Whoever kept an earlier export sees it too, without any witness.
    faults = folder_faults(tmp_path / "lie", KEYS, before=tmp_path / "true")
    assert "0/checkpoint" in [fault.path for fault in faults]


async def test_what_cannot_be_known_without_witnesses(tmp_path: Path) -> None:
    """No witness, no earlier checkpoint: the rewritten log verifies exactly as the true one would. Nothing in it tells."""
    await published(tmp_path / "true", [90, 300])
    await published(tmp_path / "lie", [90, 300], rewritten=100)
    for folder in ("true", "lie"):
        assert folder_faults(tmp_path / folder, KEYS) == []
        assert note.verified_by(root_note(tmp_path / folder), [KEYS["root"]], verify_signature)
    assert open_log(tmp_path / "true/0", "0").signed.root != open_log(tmp_path / "lie/0", "0").signed.root


async def test_an_insider_cannot_show_a_witness_and_the_public_two_histories(tmp_path: Path) -> None:
    """Cosignatures are over the text: those that witnesses gave for the true log do not hold under the lie."""
    witnesses = trio()
    await published(tmp_path / "true", [90, 300], witnesses)
    lie = await published(tmp_path / "lie", [90, 300], rewritten=100)
    stolen = root_note(tmp_path / "true").signatures[1:]
    signed = lie.root.last_signed()
    assert signed is not None
    pasted = Note(signed.text, (*signed.signatures, *stolen))
    assert standing(pasted, [one.key for one in witnesses], 1, verify_signature).cosigned == ()


async def test_a_checkpoint_fact_alone_causes_no_checkpoint(tmp_path: Path) -> None:
    """Else each would cause the next for ever; with anything else it is covered."""
    log = await published(tmp_path, [10])
    stated, other = checkpoint_records(records(10), 2), records(13)
    log.take(0, stated)
    assert not await log.publish()
    assert log.unsigned() == 2
    log.take(1, other[5:6])
    assert await log.publish()
    assert log.unsigned() == 0


class Delivered:
    """A log of one partition as Kafka would deliver it, all at once."""

    def __init__(self, stored: Sequence[StoredRecord]) -> None:
        self._stored = stored

    async def ends(self, partitions: Iterable[int]) -> dict[int, Ends]:
        return {p: Ends(first=0, after=len(self._stored) if p == 0 else 0) for p in partitions}

    async def read(
        self, starts: Mapping[int, int], _: Mapping[int, int]
    ) -> AsyncIterator[tuple[int, list[StoredRecord]]]:
        yield 0, list(self._stored[:700])
        yield 0, list(self._stored[700:])


async def test_no_checkpoint_covers_more_than_a_thousand_new_leaves(tmp_path: Path) -> None:
    """However they are delivered: 700, then 2,300 at once."""
    clients: dict[str, Witnesses] = {}
    log = Publisher(tmp_path, 2, open_log, lambda name: clients.setdefault(name, asking()))
    log._published_at = time.monotonic() + 3600  # not for being late
    sizes = [0]
    async for _ in log.follow(Delivered(records(3_000)), once=True):  # type: ignore[arg-type]
        log._published_at = time.monotonic() + 3600
        sizes.append(log.logs[0].signed.size)
    assert sizes == [0, 1_000, 2_000, 3_000]


async def test_writing_ends_before_the_folder_is_given_up(tmp_path: Path) -> None:
    """One write fails, another is slow; and the same when the whole is cancelled: nobody writes after that."""
    ended: list[str] = []

    def slow() -> None:
        time.sleep(0.3)
        ended.append("slow")

    def fails() -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        await finished(asyncio.to_thread(slow), asyncio.to_thread(fails))
    assert ended == ["slow"]
    writing = asyncio.create_task(finished(asyncio.to_thread(slow)))
    await asyncio.sleep(0.05)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert ended == ["slow", "slow"]


async def test_a_witness_that_answers_nonsense_is_asked_again_at_the_next_checkpoint(tmp_path: Path) -> None:
    """A negative size in a 409 is no size; it does not stop the witness for ever."""
    witness = LocalWitness("w0")
    witness.nonsense = "-5"
    log = await published(tmp_path, [10], [witness])
    assert not standing(root_note(tmp_path), [witness.key], 1, verify_signature).met
    witness.nonsense = ""
    log.take(0, records(20)[10:])
    await log.publish()
    assert standing(root_note(tmp_path), [witness.key], 1, verify_signature).met
