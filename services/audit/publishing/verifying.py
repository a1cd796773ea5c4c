"""Verifies a folder of published logs as a stranger would: every log by its own files, and the logs against the root log."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from services.audit.store import verify_signature
from services.audit.transparency import note, tiles
from services.audit.transparency.leaf import read_leaf
from services.audit.transparency.merkle import TILE_WIDTH
from services.audit.transparency.note import Checkpoint, Key, key_of
from services.audit.transparency.verifying import Fault, Read, Tree, Unreadable, log_faults, signed_checkpoint

ROOT: Final = "root"
VKEYS: Final = "vkeys.txt"


class NothingBefore(ValueError):
    """The folder exported earlier holds no checkpoint of a log that can be read, so nothing can be compared with it."""


NO_LOGS: Final = Fault("", -1, "目录中没有日志", "the folder holds no log")


def keys_in(folder: Path) -> dict[str, Key]:
    """The verifier keys of a folder, by log: the last part of each origin. `note.NotANote` where a line is none."""
    keys = [key_of(line) for line in (folder / VKEYS).read_text(encoding="utf-8").splitlines() if line]
    return {key.name.rpartition("/")[2]: key for key in keys}


def folder_faults(
    folder: Path, keys: Mapping[str, Key], *, witnesses: Sequence[Key] = (), wanted: int = 0, before: Path | None = None
) -> list[Fault]:
    """All that is wrong with a folder of logs; paths begin with the log's name. `before`: a folder exported earlier.

    The keys must come from elsewhere than the folder, or at least be compared: whoever rewrote the files wrote them too.
    `NothingBefore` when the earlier folder has no root checkpoint signed by these keys, or one of a log is spoiled.
    """
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())
    known = [name for name in names if name in keys]
    found = [Fault(name, -1, "没有这一日志的公钥", "no key of this log is known") for name in names if name not in keys]
    if ROOT not in known:
        return [*found, NO_LOGS]
    for name in known:
        earlier = _earlier(before, name, keys[name])
        faults = log_faults(
            reader(folder / name),
            keys[name],
            verify_signature,
            witnesses=witnesses,
            wanted=wanted,
            not_before=earlier,
            names=_names(folder / name),
            entry_fault=lambda index, data, log=name: entry_fault(log, index, data),  # type: ignore[misc]
        )
        found += [Fault(f"{name}/{one.path}", one.leaf, one.zh, one.en) for one in faults]
    return found or list(_root_faults(folder, {name: keys[name] for name in known}))


def _earlier(before: Path | None, name: str, key: Key) -> Checkpoint | None:
    """The checkpoint of a log in the folder exported earlier; none of a partition that did not exist then."""
    if before is None or (name != ROOT and not (before / name).exists()):
        return None
    found = _checkpoint(before / name, key)
    if found is None:
        raise NothingBefore(f"{before / name}: 没有可核对的检查点；no checkpoint to compare with")
    return found


def reader(place: Path) -> Read:
    """Reads the files of one log."""

    def read(path: str) -> bytes | None:
        file = place / path
        return file.read_bytes() if file.is_file() else None

    return read


def _names(place: Path) -> list[str]:
    return sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())


def entry_fault(log: str, index: int, data: bytes) -> tuple[str, str] | None:
    """Whether an entry is what stands at its place: a record of this partition and sequence, or a checkpoint."""
    if log == ROOT:
        try:
            note.checkpoint_of(data.decode())
        except (UnicodeDecodeError, note.NotANote):
            return f"第 {index} 个条目不是检查点", f"entry {index} is no checkpoint"
        return None
    try:
        leaf = read_leaf(data)
    except ValueError:
        return f"第 {index} 个条目不是日志记录", f"entry {index} is no leaf"
    if (str(leaf.partition), leaf.sequence) != (log, index + 1):
        return f"第 {index} 个条目属于别处", f"entry {index} belongs to {leaf.partition}:{leaf.sequence}"
    return None


def _checkpoint(place: Path, key: Key) -> Checkpoint | None:
    try:
        return signed_checkpoint(reader(place)(tiles.CHECKPOINT), key, verify_signature)[1]
    except Unreadable:
        return None


def stated_in_root(place: Path, size: int) -> Iterator[tuple[int, Checkpoint]]:
    """The checkpoints that the root log in `place` holds, the last first, with their index."""
    for number in range(-(-size // TILE_WIDTH) - 1, -1, -1):
        width = min(TILE_WIDTH, size - number * TILE_WIDTH)
        full = place / tiles.entries_path(number)
        data = (full if full.is_file() else place / tiles.entries_path(number, width)).read_bytes()
        for at, entry in reversed(list(enumerate(tiles.entries_of(data)[:width]))):
            yield number * TILE_WIDTH + at, note.checkpoint_of(entry.decode())


def _root_faults(folder: Path, keys: Mapping[str, Key]) -> Iterator[Fault]:
    """Each checkpoint in the root log is a beginning of its partition's tree, and the published one is among them.

    Called when every log is whole in itself.
    """
    root = _checkpoint(folder / ROOT, keys[ROOT])
    assert root is not None, "the root log was found whole"
    now = {name: _checkpoint(folder / name, key) for name, key in keys.items() if name != ROOT}
    origins = {one.origin: name for name, one in now.items() if one is not None}
    trees = {name: Tree(reader(folder / name), one) for name, one in now.items() if one is not None}
    seen: set[str] = set()
    for index, stated in stated_in_root(folder / ROOT, root.size):
        path, name = f"{ROOT}/{tiles.entries_path(index // TILE_WIDTH)}", origins.get(stated.origin)
        if name is None:
            yield Fault(path, index, f"提及未知的日志 {stated.origin}", f"speaks of an unknown log {stated.origin}")
        elif stated == now[name]:
            seen.add(name)
        elif not trees[name].continues(stated):
            yield Fault(
                f"{name}/{tiles.CHECKPOINT}", -1, f"与根日志所记 {stated.size} 条的检查点不一致",
                f"does not continue the checkpoint of {stated.size} leaves that the root log holds",
            )  # fmt: skip
    for name in sorted(set(origins.values()) - seen):
        yield Fault(
            f"{name}/{tiles.CHECKPOINT}", -1, "根日志中没有这一检查点", "the root log does not hold this checkpoint"
        )
