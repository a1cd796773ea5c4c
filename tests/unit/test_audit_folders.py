"""A folder of logs is verified as a whole: each log by its files, all of them against the root log; and the command for it."""

import shutil
from pathlib import Path

import pytest

from deploy.cli import main
from services.audit.publishing import serving
from services.audit.publishing.verifying import folder_faults, keys_in
from services.audit.transparency import tiles
from tests.unit.audit_logs import KEYS, LocalWitness, open_log, published


async def exported(folder: Path, *sizes: int, witnesses: tuple[LocalWitness, ...] = ()) -> Path:
    await published(folder / "live", sizes, witnesses)
    serving.export(folder / "live", folder / "away", [key.vkey for key in KEYS.values()])
    return folder / "away"


async def test_an_export_verifies_and_holds_just_what_its_checkpoints_cover(tmp_path: Path) -> None:
    folder = await exported(tmp_path, 100, 300, 517, 700)
    assert folder_faults(folder, keys_in(folder)) == []
    assert keys_in(folder) == KEYS
    named = sorted(path.relative_to(folder).as_posix() for path in (folder / "0").rglob("*") if path.is_file())
    assert named == sorted(
        ["0/checkpoint", "0/tile/0/000", "0/tile/0/001", "0/tile/0/002.p/188", "0/tile/1/000.p/2",
         "0/tile/entries/000", "0/tile/entries/001", "0/tile/entries/002.p/188"]
    )  # fmt: skip


async def test_tiles_completed_meanwhile_are_cut_to_the_checkpoint(tmp_path: Path) -> None:
    """The checkpoint is read, then the log grows over a tile's border: the copy is of the checkpoint's size."""
    log = await published(tmp_path / "live", [300])
    kept = {name: (tmp_path / "live" / name / "checkpoint").read_bytes() for name in KEYS}
    log.logs[0].append([b"later"] * 300)
    log.logs[0].sign()
    assert not (tmp_path / "live/0/tile/0/001.p").exists()
    serving.export(tmp_path / "live", tmp_path / "away", [])
    assert {name: (tmp_path / "away" / name / "checkpoint").read_bytes() for name in KEYS} == kept
    assert folder_faults(tmp_path / "away", KEYS) == []


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda at: (at / "0/tile/0/000").write_bytes(b"\0" * 8192), ["0/tile/0/000"]),
        (lambda at: (at / "root/tile/entries/000.p/6").unlink(), ["root/tile/entries/000.p/6"]),
        (lambda at: (at / "1/checkpoint").unlink(), ["1/checkpoint"]),
        (lambda at: shutil.rmtree(at / "root"), [""]),
        (lambda at: shutil.copytree(at / "1", at / "2"), ["2"]),
        (lambda at: [shutil.rmtree(at / "1"), shutil.copytree(at / "0", at / "1")], ["1/checkpoint"]),
    ],
)  # fmt: skip
async def test_what_is_spoiled_is_named(tmp_path: Path, spoil: object, named: list[str]) -> None:
    folder = await exported(tmp_path, 100, 300, 350)
    spoil(folder)  # type: ignore[operator]
    assert [fault.path for fault in folder_faults(folder, KEYS)] == named


async def test_a_partition_set_back_to_its_genuine_earlier_state_is_seen_in_the_root_log(tmp_path: Path) -> None:
    """Every file is genuine and signed, only older than what the root log holds."""
    folder = await exported(tmp_path / "now", 100, 300)
    old = await exported(tmp_path / "then", 100)
    shutil.rmtree(folder / "0")
    shutil.copytree(old / "0", folder / "0")
    assert "0/checkpoint" in [fault.path for fault in folder_faults(folder, KEYS)]


async def test_a_leaf_at_another_place_is_named_though_the_tree_holds(tmp_path: Path) -> None:
    """An insider signs a tree whose leaf 3 is the record of sequence 5: the tree is whole, the entry is not what it should be."""
    true = await published(tmp_path / "true", [40])
    entries = tiles.entries_of((tmp_path / "true/0/tile/entries/000.p/40").read_bytes())
    forged = open_log(tmp_path / "forged/0", "0")
    forged.append([*entries[:3], entries[4], *entries[4:]])
    signed = forged.sign()
    forged.publish(signed)
    root = open_log(tmp_path / "forged/root", "root")
    root.append([signed.text.encode()])
    root.publish(root.sign())
    faults = folder_faults(tmp_path / "forged", KEYS)
    assert [(one.path, one.leaf) for one in faults] == [("0/tile/entries/000.p/40", 3)]
    assert true.logs[0].size == 40


async def test_the_command_says_whole_altered_unreadable_and_policy_unmet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIUZHU_HOME", str(tmp_path / "home"))
    witness, other = LocalWitness("w0"), LocalWitness("w1")
    folder = await exported(tmp_path, 100, 300, witnesses=(witness,))
    (tmp_path / "witnesses").write_text(f"{witness.key.vkey}\n{other.key.vkey}\n")
    policy = ["--witnesses", str(tmp_path / "witnesses"), "--wanted"]
    assert main(["log-verify", str(folder)]) == 0
    assert main(["log-verify", str(folder), *policy, "1"]) == 0
    assert main(["log-verify", str(folder), *policy, "2"]) == 3
    assert main(["log-verify", str(folder), *policy[:2]]) == 3, "all that are named are wanted"
    assert main(["log-verify", str(folder), "--before", str(folder)]) == 0
    assert main(["log-verify", str(folder), "--before", str(tmp_path / "mistyped")]) == 2, "nothing was compared"
    assert "需 2 家联署，已有 1 家，缺 w1" in capsys.readouterr().err
    assert main(["log-verify", str(tmp_path / "nothing")]) == 2
    (folder / "0/tile/entries/000").write_bytes(b"\0")
    assert main(["log-verify", str(folder)]) == 1
    assert "0/tile/entries/000" in capsys.readouterr().err
