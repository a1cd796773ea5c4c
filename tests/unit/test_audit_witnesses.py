"""The witness policy k of n, witnesses that are away, and an insider who has the log's key, Kafka and the database."""

import asyncio
from pathlib import Path

import pytest

from services.audit.publishing.standing import Publication
from services.audit.publishing.verifying import folder_faults
from services.audit.store import verify_signature
from services.audit.transparency import note
from services.audit.transparency.note import Note, note_of
from services.audit.transparency.policy import policy_met, standing
from services.eventlog.settings import MissingSetting, read_settings
from tests.unit.audit_logs import KEYS, LocalWitness, asking, key_of_log, open_log, published, records

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
