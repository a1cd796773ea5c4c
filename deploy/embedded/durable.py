"""Small files that survive a crash whole, and locks that die with their owner; no knowledge of what is in them."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.embedded.errors import EmbeddedError
from deploy.embedded.progress import Progress

PRIVATE_MODE = 0o600


def write_json(path: Path, value: object) -> None:
    """Replace `path` in one step, readable by its owner only: what is in it may be secret."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=False, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def read_json(path: Path) -> dict[str, Any]:
    """The object in `path`, or an empty one when there is no such file."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except PermissionError as error:
        raise not_permitted(path) from error
    except ValueError as error:
        raise EmbeddedError(
            zh=f"文件 {path} 已损坏，请删除它后重试。",
            en=f"{path} is damaged; remove it and try again.",
        ) from error
    return value if isinstance(value, dict) else {}


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, progress: Progress | None = None) -> Iterator[None]:
    """Hold the lock file; the kernel frees it if we die, so it can never be stale."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_MODE)
    except PermissionError as error:
        raise not_permitted(path) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with (progress or Progress.silent()).step("等待另一个进程", f"waiting for another process ({path.name})"):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def not_permitted(path: Path) -> EmbeddedError:
    return EmbeddedError(
        zh=f"没有权限读写 {path}，请更改其所有者，或把 JIUZHU_HOME / JIUZHU_CACHE 指向自己的目录。",
        en=f"no permission for {path}; change its owner, or point JIUZHU_HOME / JIUZHU_CACHE to a folder of your own.",
    )
