"""Packs a folder as the one zip that its files can give: stored, sorted, without dates; with BagIt's manifests (RFC 8493)."""

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Final

from services.audit.bundling import verify

CHUNK_BYTES: Final = 1024 * 1024


class BundleTooLarge(RuntimeError):
    """More than one archive of this form can hold; the sentence says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "检查包超过 4 GiB 或文件过多，请按镇街或主体分开制作；a bundle holds at most 4 GiB: make one per town or subject"
        )


def manifest(folder: Path, names: Iterable[str]) -> bytes:
    """``<sha256>  <name>`` a line, sorted by name."""
    return "".join(f"{_sha256(folder / name)}  {name}\n" for name in sorted(names)).encode()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_of(folder: Path) -> list[str]:
    """Every file below `folder`, as the archive names it, sorted."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def write_text(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below `folder`."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def payload_oxum(folder: Path) -> str:
    """BagIt's ``<bytes>.<files>`` of what lies under ``data/``."""
    names = [name for name in files_of(folder) if name.startswith("data/")]
    return f"{sum((folder / name).stat().st_size for name in names)}.{len(names)}"


def pack(folder: Path, out: IO[bytes]) -> tuple[str, int]:
    """Write the archive of `folder`: equal files, equal bytes. Its SHA-256 and its size. `BundleTooLarge` beforehand."""
    names = files_of(folder)
    size = sum((folder / name).stat().st_size + 2 * len(name) + 76 for name in names) + 22
    if size > verify.BYTES_MAX or len(names) > verify.MEMBERS_MAX:
        raise BundleTooLarge
    digest, at, directory = hashlib.sha256(), 0, []

    def put(data: bytes) -> None:
        nonlocal at
        out.write(data)
        digest.update(data)
        at += len(data)

    for name in names:
        crc, length = _crc32(folder / name)
        directory.append(verify.central_header(name, crc, length, at))
        put(verify.local_header(name, crc, length) + name.encode("ascii"))
        with (folder / name).open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                put(chunk)
    central, start = b"".join(directory), at
    put(central + verify.end_record(len(names), len(central), start))
    assert at == size, "the archive is as large as was computed"
    return digest.hexdigest(), size


def _crc32(path: Path) -> tuple[int, int]:
    crc, size = 0, 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
    return crc, size
