#!/usr/bin/env python3
"""Verifies an inspection bundle offline: one file, the standard library alone (`cryptography` is used where there is one).

    python3 -I verify.py BUNDLE [--key HEX] [--vkey VKEY|FILE] [--witness VKEY|FILE] [--witnesses-min K]

BUNDLE is the zip, or the folder it was unpacked into. It runs nothing of the bundle, writes nothing, asks no network.
Exit codes: 0 valid, 1 altered, 2 unreadable, 3 policy unmet (all is whole, but not signed by whom you trust).
What each check shows, and what none can show: docs/BUNDLE.md.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import datetime
import hashlib
import importlib
import json
import os
import re
import struct
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

VALID, ALTERED, UNREADABLE, UNMET = 0, 1, 2, 3
WORDS = {
    VALID: ("有效", "VALID"), ALTERED: ("已被改动", "ALTERED"),
    UNREADABLE: ("无法读取", "UNREADABLE"), UNMET: ("不满足信任策略", "POLICY UNMET"),
}  # fmt: skip
FORMAT, STATEMENT, PREDICATE = "jiuzhu-bundle/1", "https://in-toto.io/Statement/v1", "urn:jiuzhu:inspection-bundle:1"
PAYLOAD = "application/vnd.in-toto+json"
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
SIGNED_TAGS = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt", "verify.py")
ATTESTATION, TAGMANIFEST = "attestation.dsse.json", "tagmanifest-sha256.txt"
# Subjects of audit's own of which a bundle in part need not hold every fact.
IN_PART = ("log", "checkpoint", "rules", "parked", "bundle")
MASKS = ("〔已加密 sealed〕", "〔已依法删除 erased by law〕")
SHOWN = {"主体 subject": "subject", "事实 type": "type", "发生 time": "time", "得知 recordedtime": "recordedtime",
         "由谁 actor": "actor", "内容 data": "data"}  # fmt: skip
BYTES_MAX, MEMBERS_MAX, LINE_MAX, DOCUMENT_MAX, NAME_MAX = 2**32 - 1, 65_000, 4 * 2**20, 8 * 2**20, 200
PROOF_MAX, SIGNATURES_MAX, WITNESSES_MAX = 64, 100, 50
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
_LEAF = struct.Struct(">BxHxQq32s32s32s")


class Bad(Exception):
    """What is wrong, first found: the exit code, the place, and a sentence in both languages."""

    def __init__(self, code: int, place: str, zh: str, en: str) -> None:
        super().__init__(f"{place}: {en}")
        self.code, self.place, self.zh, self.en = code, place, zh, en


def altered(place: str, zh: str, en: str) -> Bad:
    return Bad(ALTERED, place, zh, en)


def unreadable(place: str, zh: str, en: str) -> Bad:
    return Bad(UNREADABLE, place, zh, en)


# ---- Ed25519 (RFC 8032), verification only

_P, _L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]


def _point(data: bytes) -> Point | None:
    """A point from its 32 bytes (RFC 8032 §5.1.3)."""
    y, sign = int.from_bytes(data, "little") & (2**255 - 1), data[31] >> 7
    if y >= _P:
        return None
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P:
        x = x * _ROOT % _P
    if (v * x * x - u) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


def _add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def ed25519_pure(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature holds: ``[S]B - [k]A`` is R."""
    s, key = int.from_bytes(signature[32:], "little"), _point(public)
    base = _point(b"\x58" + b"\x66" * 31)
    if key is None or base is None or s >= _L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    minus = (_P - key[0], key[1], key[2], _P - key[3])
    both, found = _add(base, minus), (0, 1, 1, 0)
    for bit in range(max(s.bit_length(), k.bit_length()) - 1, -1, -1):
        found = _add(found, found)
        if s >> bit & 1 or k >> bit & 1:
            found = _add(found, both if s >> bit & 1 and k >> bit & 1 else base if s >> bit & 1 else minus)
    inverse = pow(found[2], -1, _P)
    x, y = found[0] * inverse % _P, found[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def ed25519() -> Callable[[bytes, bytes, bytes], bool]:
    """A faster check where `cryptography` is installed; it is looked for only now, for nothing here needs it."""
    try:
        made = importlib.import_module("cryptography.hazmat.primitives.asymmetric.ed25519").Ed25519PublicKey
        wrong = importlib.import_module("cryptography.exceptions").InvalidSignature
    except Exception:  # there is none, or a broken one: ours does
        return ed25519_pure

    def check(public: bytes, signature: bytes, message: bytes) -> bool:
        try:
            made.from_public_bytes(public).verify(signature, message)
        except (wrong, ValueError):
            return False
        return True

    return check


# ---- files


class Members:
    """The files of a bundle by name, each a stretch of a file on disk; nothing is unpacked and no path is made of a name."""

    def __init__(self, path: str, clock: Callable[[], None]) -> None:
        self.clock = clock
        self.at: dict[str, tuple[str, int, int]] = {}
        self.place = "data/"  # what was read last, to name when its content makes no sense
        self.crc: dict[str, int] = {}
        if os.path.isdir(path):
            self._of_folder(path)
        else:
            self._of_zip(path, os.path.getsize(path))
        if len(self.at) > MEMBERS_MAX:
            raise unreadable(path, "文件过多", "too many files")

    def _of_folder(self, top: str) -> None:
        size = 0
        for folder, below, files in os.walk(top):
            below.sort()
            for name in sorted(files):
                path = os.path.join(folder, name)
                inside = os.path.relpath(path, top).replace(os.sep, "/")
                if os.path.islink(path) or not os.path.isfile(path) or not _NAME.fullmatch(inside):
                    raise altered(
                        ascii(inside)[:NAME_MAX], "不是普通文件或文件名不当", "no plain file, or a name that cannot be"
                    )
                self.at[inside] = (path, 0, os.path.getsize(path))
                size += self.at[inside][2]
                if size > BYTES_MAX or len(self.at) > MEMBERS_MAX:
                    raise unreadable(inside, "超出大小限制", "over the limits of size")

    def _of_zip(self, path: str, size: int) -> None:
        """Stored members one after another, sorted, then the central directory that follows from them, and nothing else."""
        if not 22 <= size <= BYTES_MAX:
            raise unreadable("zip", "文件大小不当", "no bundle has this size")
        central, last, count = [], "", 0
        with open(path, "rb") as file:
            at = 0
            while True:
                self.clock()
                file.seek(at)
                head = file.read(_LOCAL.size)
                if head[:4] != b"PK\x03\x04":
                    break
                if len(head) < _LOCAL.size:
                    raise unreadable(f"zip @{at}", "文件不完整", "cut short")
                _, _, _, _, _, _, crc, _, length, named, _ = _LOCAL.unpack(head)
                name = file.read(min(named, NAME_MAX + 1)).decode("ascii", "replace")
                if head != local_header(name, crc, length) or not _NAME.fullmatch(name) or len(name) > NAME_MAX:
                    raise unreadable(
                        f"zip @{at} {name!a}",
                        "不是规范的打包格式（解压后可核对文件夹）",
                        "not packed as bundles are (unpacked, the folder can be verified)",
                    )
                if name <= last:
                    raise altered(name, "文件重名或次序不对", "a name twice, or out of order")
                start = at + _LOCAL.size + named
                if start + length > size:
                    raise unreadable(name, "文件不完整", "cut short")
                self.at[name], self.crc[name] = (path, start, length), crc
                central.append(central_header(name, crc, length, at))
                at, last, count = start + length, name, count + 1
                if count > MEMBERS_MAX:
                    raise unreadable(name, "文件过多", "too many files")
            directory = b"".join(central)
            file.seek(at)
            if (
                not count
                or size - at != len(directory) + _END.size
                or file.read() != directory + end_record(count, len(directory), at)
            ):
                raise unreadable(
                    f"zip @{at}",
                    "目录与内容不符或文件不完整",
                    "the directory is not that of the files, or the file is cut short",
                )

    def chunks(self, name: str) -> Iterator[bytes]:
        path, start, length = self.at[name]
        with open(path, "rb") as file:
            file.seek(start)
            while length:
                self.clock()
                chunk = file.read(min(length, 2**20))
                if not chunk:
                    raise unreadable(name, "文件不完整", "cut short")
                length -= len(chunk)
                yield chunk

    def read(self, name: str, limit: int = DOCUMENT_MAX) -> bytes:
        self.place = name
        if name not in self.at:
            raise altered(name, "缺少文件", "the file is missing")
        if self.at[name][2] > limit:
            raise unreadable(name, "文件过大", "too large")
        return b"".join(self.chunks(name))

    def json(self, name: str) -> Any:
        return parsed(self.read(name), name)

    def lines(self, name: str) -> Iterator[tuple[str, Any]]:
        """Each line's place and its JSON; none where there is no such file."""
        path, start, left = self.at.get(name, ("", 0, 0))
        number = 0
        if not left:
            return
        with open(path, "rb") as file:
            file.seek(start)
            while left:
                self.clock()
                number += 1
                line = file.readline(min(left, LINE_MAX))
                if not line.endswith(b"\n"):
                    raise unreadable(f"{name}:{number}", "行过长或不完整", "a line is too long or cut short")
                left -= len(line)
                self.place = f"{name}:{number}"
                yield f"{name}:{number}", parsed(line, f"{name}:{number}")


def local_header(name: str, crc: int, size: int) -> bytes:
    """A stored member of 1 January 1980 without anything special."""
    return _LOCAL.pack(b"PK\x03\x04", 20, 0, 0, 0, 0x21, crc, size, size, len(name), 0)


def central_header(name: str, crc: int, size: int, at: int) -> bytes:
    fields = (b"PK\x01\x02", 20, 20, 0, 0, 0, 0x21, crc, size, size, len(name), 0, 0, 0, 0, 0, at)
    return _CENTRAL.pack(*fields) + name.encode("ascii")


def end_record(count: int, size: int, at: int) -> bytes:
    return _END.pack(b"PK\x05\x06", 0, 0, count, count, size, at, 0)


def parsed(data: bytes, place: str, *, strict: bool = True) -> Any:
    """JSON in UTF-8; `strict`: no key twice and no NaN, where somebody might read it otherwise than we do."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError("a key twice")
        return found

    def never(text: str) -> Any:
        raise ValueError(text)

    try:
        if not strict:
            return json.loads(data.decode("utf-8"))
        return json.loads(data.decode("utf-8"), object_pairs_hook=once, parse_constant=never)
    except (ValueError, RecursionError) as error:
        raise unreadable(place, "不是有效的 JSON", f"not JSON: {type(error).__name__}") from None


def unpacked(text: Any, place: str, length: int | None = None) -> bytes:
    """Canonical base64, of `length` bytes where that is given."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, TypeError, binascii.Error):
        raise unreadable(place, "不是 base64", "not base64") from None
    if base64.b64encode(data).decode() != text or (length is not None and len(data) != length):
        raise altered(place, "base64 长度或写法不对", "base64 of another length or form")
    return data


# ---- trees


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of_proof(proof: list[bytes], index: int, size: int, leaf: bytes) -> bytes | None:
    """The root that an inclusion proof leads to (RFC 9162 §2.1.3.2); `None` for a proof of another shape."""
    if not 0 <= index < size or len(proof) > PROOF_MAX:
        return None
    at, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if at % 2 or at == last:
            found = node(sibling, found)
            while not at % 2 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, sibling)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def tree_root(level: list[bytes]) -> bytes:
    """The root of an RFC 6962 tree from its leaf hashes."""
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        odd = [level[-1]] if len(level) % 2 else []
        level = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)] + odd
    return level[0]


def tile_path(level: int, number: int, width: int) -> str:
    """A tile's name (C2SP): its number in groups of three digits, all but the last marked."""
    groups = f"{number % 1000:03d}"
    while number := number // 1000:
        groups = f"x{number % 1000:03d}/{groups}"
    return f"tile/{level}/{groups}" + (f".p/{width}" if width < 256 else "")


# ---- signatures


class Key:
    """A verifier key (C2SP signed-note): name, kind (1 a log's, 4 a witness's), Ed25519 public key."""

    def __init__(self, vkey: Any, place: str) -> None:
        parts = vkey.split("+", 2) if isinstance(vkey, str) else []
        raw = unpacked(parts[2], place, 33) if len(parts) == 3 else b""
        self.name, self.kind, self.public = (parts or [""])[0], raw[:1], raw[1:]
        self.id = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4]
        if self.kind not in (b"\x01", b"\x04") or self.id.hex() != parts[1]:
            raise unreadable(place, "不是有效的验证公钥", "not a verifier key")


class Checkpoint:
    """A signed checkpoint: text, origin, size, root, signatures by (name, key id)."""

    def __init__(self, data: bytes, place: str) -> None:
        try:
            text, _, lines = data.decode("utf-8").rpartition("\n\n")
            origin, size, root = text.split("\n")
        except ValueError:
            raise unreadable(place, "不是检查点", "not a checkpoint") from None
        matches = [_SIGNATURE.fullmatch(line) for line in lines.split("\n")[:-1]]
        if (
            not lines.endswith("\n")
            or None in matches
            or len(matches) > SIGNATURES_MAX
            or not re.fullmatch("0|[1-9][0-9]{0,17}", size)
        ):
            raise unreadable(place, "检查点格式不对", "a malformed checkpoint")
        self.place, self.text, self.origin, self.size = place, text + "\n", origin, int(size)
        self.root = unpacked(root, place, 32)
        self.signatures = {(m[1], s[:4]): s[4:] for m in matches if m for s in [unpacked(m[2], place)]}

    def signed_by(self, key: Key, check: Callable[[bytes, bytes, bytes], bool]) -> bool:
        signature = self.signatures.get((key.name, key.id), b"")
        if key.kind == b"\x01":
            return len(signature) == 64 and check(key.public, signature, self.text.encode())
        at = int.from_bytes(signature[:8], "big")
        message = f"cosignature/v1\ntime {at}\n{self.text}".encode()
        return len(signature) == 72 and check(key.public, signature[8:], message)


# ---- the checks, in their order


class Verification:
    """One run over one bundle. `Bad` at the first thing wrong; what is whole but not trusted is kept in `unmet`."""

    def __init__(self, path: str, options: argparse.Namespace) -> None:
        ends = time.monotonic() + options.seconds
        self.members = Members(path, lambda: self._in_time(ends))
        self.options, self.check = options, ed25519_pure if options.pure else ed25519()
        self.unmet: list[tuple[str, str]] = []
        self.hashes: dict[int, dict[int, bytes]] = {}
        self.cited: list[tuple[str, int, int, str]] = []
        self.certificate: dict[str, Any] = {}
        self.certified: dict[tuple[int, int], Any] = {}
        # A file of records that is not the manifest's: told once the record itself could not be named.
        self.spoiled: Bad | None = None

    @staticmethod
    def _in_time(ends: float) -> None:
        if time.monotonic() > ends:
            raise unreadable("-", "超出时限（--seconds）", "out of time (--seconds)")

    def run(self) -> None:
        digests = self.bag()
        self.bundle = self.members.json("data/bundle.json")
        if self.bundle["format"] != FORMAT:
            raise unreadable("data/bundle.json", "未知的格式", "an unknown format")
        self.keys = self.members.json("data/keys/keys.json")
        if self.members.at.get("data/certificate.json"):
            self.certificate = self.members.json("data/certificate.json")
        self.checkpoints = self.logs()
        for number, checkpoint in sorted(self.checkpoints.items()):
            self.records(number, checkpoint)
        if self.spoiled is not None:
            raise self.spoiled
        self.nothing_else()
        self.evidence()
        if self.certificate:
            self.coverage()
        self.attestation(digests)
        self.trust()

    def bag(self) -> dict[str, str]:
        """BagIt (RFC 8493): every file's SHA-256 is in a manifest, and there is no other; the digests by name."""
        digests, size = {}, 0
        for name in self.members.at:
            self.members.clock()
            digest, crc = hashlib.sha256(), 0
            for chunk in self.members.chunks(name):
                digest.update(chunk)
                crc = zlib.crc32(chunk, crc)
            if self.members.crc.get(name, crc) != crc:
                self._spoil(name, altered(name, "内容与校验和不符", "the content is not that of its checksum"))
            digests[name] = digest.hexdigest()
            size += self.members.at[name][2] if name.startswith("data/") else 0
        payload = [name for name in digests if name.startswith("data/")]
        tags = (ATTESTATION, *SIGNED_TAGS)
        self._manifest("manifest-sha256.txt", payload, digests)
        self._manifest(TAGMANIFEST, tags, digests)
        for name in digests:
            if name not in (*payload, *tags, TAGMANIFEST):
                raise altered(name, "清单之外的文件", "a file beyond the manifests")
        if self.members.read("bagit.txt") != BAGIT:
            raise altered("bagit.txt", "不是 BagIt 1.0", "not BagIt 1.0")
        sized = f"Payload-Oxum: {size}.{len(payload)}\n".encode() in self.members.read("bag-info.txt")
        if not sized and self.spoiled is None:
            raise altered("bag-info.txt", "大小与内容不符", "its size is not that of the files")
        return digests

    def _manifest(self, name: str, files: Iterable[str], digests: dict[str, str]) -> None:
        listed = {}
        for number, line in enumerate(self.members.read(name).decode("utf-8", "replace").splitlines(), 1):
            digest, _, file = line.partition("  ")
            if digests.get(file) != digest:
                place = file if file in digests else f"{name}:{number}"
                self._spoil(place, altered(place, "与清单不符或缺失", f"not what {name} says, or missing"))
            listed[file] = digest
        for file in files:
            if file not in listed:
                raise altered(file, "缺失或不在清单中", f"missing, or not in {name}")
        if self.members.read(name) != "".join(f"{listed[file]}  {file}\n" for file in sorted(listed)).encode():
            raise altered(name, "清单的写法不对", "the manifest is not written as it should be")

    def _spoil(self, place: str, refused: Bad) -> None:
        """Refuse at once what cannot be looked into; of a file of records, the record that is wrong is looked for first."""
        if not place.startswith("data/records/"):
            raise refused
        self.spoiled = self.spoiled or refused

    def logs(self) -> dict[int, Checkpoint]:
        """The root's checkpoint and each partition's: signed by the log, cosigned by policy, the latter leaves of the root."""
        keys = {key.name: key for key in self._keys("logs", b"\x01")}
        self.witnesses = self._keys("witnesses", b"\x04")
        self.needed = self.keys["witnesses_min"]
        if self.options.witness:
            # Whoever names witnesses wants them all, unless they say how many; the bundle's own policy is not theirs.
            self.witnesses = [Key(vkey, "--witness") for vkey in self.options.witness]
            self.needed = len(self.witnesses)
        if self.options.witnesses_min is not None:
            self.needed = self.options.witnesses_min
        found, root = {}, self._checkpoint("root", keys)
        if (root.size, root.root.hex()) != (self.bundle["root"]["size"], self.bundle["root"]["hash"]):
            raise altered("data/log/root/checkpoint", "不是本检查包所述的根", "not the root that the bundle states")
        for name in self.bundle["partitions"]:
            one = self._checkpoint(name, keys)
            place = f"data/log/{name}/in-root.json"
            proof = self.members.json(place)
            hashes = [unpacked(hash_, place, 32) for hash_ in proof["proof"]]
            leaf = hashlib.sha256(b"\x00" + one.text.encode()).digest()
            if root_of_proof(hashes, proof["index"], root.size, leaf) != root.root:
                raise altered(place, "该分区检查点不在根日志中", "the partition's checkpoint is not in the root log")
            if one.size != self.bundle["partitions"][name]["size"]:
                raise altered(one.place, "不是本检查包所述的检查点", "not the checkpoint that the bundle states")
            found[int(name)] = one
        self.root = root
        return found

    def _keys(self, name: str, kind: bytes) -> list[Key]:
        keys = [Key(vkey, "data/keys/keys.json") for vkey in self.keys[name][: 10 * WITNESSES_MAX]]
        if any(key.kind != kind for key in keys):
            raise altered("data/keys/keys.json", "公钥种类不对", "a key of another kind")
        return keys

    def _checkpoint(self, name: str, keys: dict[str, Key]) -> Checkpoint:
        place = f"data/log/{name}/checkpoint"
        one = Checkpoint(self.members.read(place), place)
        origin = f"{self.bundle['log_name']}/{name}"
        if one.origin != origin:
            raise altered(place, f"来源是 {one.origin!a}，应为 {origin}", f"its origin is {one.origin!a}, not {origin}")
        if origin not in keys or not one.signed_by(keys[origin], self.check):
            raise altered(place, "日志的签名不成立", "the log's signature does not hold")
        cosigned = set()
        for key in self.witnesses[:WITNESSES_MAX]:
            if one.signed_by(key, self.check):
                cosigned.add(key.public)
            elif (key.name, key.id) in one.signatures:
                raise altered(place, f"见证人 {key.name} 的签名不成立", f"the cosignature of {key.name} does not hold")
        if len(cosigned) < self.needed:
            few = f"{len(cosigned)} cosignatures, {self.needed} wanted"
            self.unmet.append((f"{place}：见证人共同签名 {len(cosigned)} 个，少于 {self.needed} 个", few))
        return one

    def records(self, partition: int, checkpoint: Checkpoint) -> None:
        """Each record is the leaf it says, proved into its checkpoint; neighbours are chained; the readable view says the same."""
        name = f"{partition:02d}.jsonl"
        proofs, shown = self.members.lines(f"data/proofs/{name}"), self.members.lines(f"data/readable/{name}")
        whole, before, last = self.bundle["scope"]["kind"] == "whole", b"", 0
        tiled = iter(self.tiles(partition, checkpoint) if whole else ())
        self.hashes[partition] = hashes = {}
        streams: dict[str, int] = {}
        for place, line in self.members.lines(f"data/records/{name}"):
            sequence, value, leaf = self._leaf(partition, place, line)
            where = f"{place}（{partition}/{sequence}）"
            if sequence <= last or (whole and sequence != last + 1):
                raise altered(where, "记录缺失、重复或次序不对", "a record is missing, repeated or out of order")
            said = parsed(value, where, strict=False)  # as the log has it
            if (
                said["sequence"] != sequence
                or zlib.crc32(said["subject"].encode()) % self.bundle["partition_count"] != partition
            ):
                raise altered(where, "记录不在其位置上", "the record is not at its place")
            if sequence in (1, last + 1) and said["prevhash"] != (before.hex() if sequence > 1 else "00" * 32):
                raise altered(where, "与前一条记录的链不符", "the chain to the record before is broken")
            if whole:
                if leaf != next(tiled, None):
                    raise altered(where, "记录与日志的树不符", "the record is not the one in the log's tree")
            else:
                self._proved(next(proofs, ("", None)), sequence, leaf, checkpoint, where)
            self._shown(next(shown, ("", None)), sequence, line, said, where)
            self._noted(said, streams, whole, where)
            if said["type"].startswith("assist.audit.coverage_certified."):
                self.certified[partition, sequence] = said["data"]
            before = hashes[sequence] = hashlib.sha256(value).digest()
            last = sequence
        if whole and last != checkpoint.size:
            raise altered(f"data/records/{name}", "记录少于检查点所述", "fewer records than the checkpoint has")
        if (
            next(proofs, None)
            or next(shown, None)
            or len(hashes) != self.bundle["partitions"][str(partition)]["records"]
        ):
            raise altered(
                f"data/records/{name}",
                "记录缺失，或证明、可读视图多出",
                "records are missing, or there are more proofs or readable lines",
            )

    def tiles(self, partition: int, checkpoint: Checkpoint) -> list[bytes]:
        """The leaf hashes from the tiles (C2SP tlog-tiles), each of which follows from those below it, up to the root."""
        found: list[bytes] = []
        level, hashes, size, seen = 0, found, checkpoint.size, set()
        while size:
            above: list[bytes] = []
            for number in range(-(-size // 256)):
                width = min(256, size - 256 * number)
                name = f"data/log/{partition}/{tile_path(level, number, width)}"
                data = self.members.read(name, 256 * 32)
                tile = [data[32 * i : 32 * i + 32] for i in range(width)]
                if len(data) != 32 * width or (level and tile != hashes[256 * number : 256 * number + width]):
                    raise altered(name, "树的文件与下层不符", "the tile is not what those below it give")
                seen.add(name)
                found += tile if not level else []
                above += [tree_root(tile)] if width == 256 else []
            level, hashes, size = level + 1, above, size // 256
        if tree_root(found) != checkpoint.root:
            raise altered(
                f"data/log/{partition}/tile", "树的文件与检查点不符", "the tiles do not give the checkpoint's root"
            )
        for name in self.members.at:
            if name.startswith(f"data/log/{partition}/tile/") and name not in seen:
                raise altered(name, "多出的树文件", "a tile beyond those of the checkpoint")
        return found

    def _leaf(self, partition: int, place: str, line: Any) -> tuple[int, bytes, bytes]:
        value, headers = unpacked(line["value"], place), b""
        for header, content in line["headers"]:
            for part in (header.encode(), unpacked(content, place)):
                headers += len(part).to_bytes(4, "big") + part
        digests = [hashlib.sha256(part).digest() for part in (unpacked(line["key"], place), value, headers)]
        return (
            line["sequence"],
            value,
            hashlib.sha256(b"\x00" + _LEAF.pack(1, partition, line["sequence"], line["timestamp"], *digests)).digest(),
        )

    def _proved(self, given: tuple[str, Any], sequence: int, leaf: bytes, checkpoint: Checkpoint, where: str) -> None:
        place, proof = given
        if proof is None or proof["sequence"] != sequence:
            raise altered(where, "没有该记录的证明", "there is no proof of this record")
        hashes = [unpacked(one, place, 32) for one in proof["proof"]]
        if root_of_proof(hashes, sequence - 1, checkpoint.size, leaf) != checkpoint.root:
            raise altered(where, "记录或其证明与检查点不符", "the record, or its proof, is not the checkpoint's")

    def _shown(self, given: tuple[str, Any], sequence: int, line: Any, said: Any, where: str) -> None:
        place, shown = given
        utc = datetime.timezone.utc  # noqa: UP017 – runs on Python 3.9 too
        instant = datetime.datetime.fromtimestamp(line["timestamp"] / 1000, utc)
        stands = {"序号 sequence": sequence, "封存 sealed_at": instant.isoformat(timespec="milliseconds")}
        if shown is None or {title: shown.get(title) for title in stands} != stands:
            raise altered(place or where, "可读视图缺少该记录", "the readable view lacks this record")
        if shown.keys() != {*stands, *SHOWN}:
            raise altered(place, "可读视图多出或缺少栏目", "the readable view has other fields")
        for title, name in SHOWN.items():
            if not agrees(shown[title], said.get(name)):
                raise altered(
                    place, f"可读视图的“{title}”与记录不符", f"the readable view says another {name} than the record"
                )

    def _noted(self, said: Any, streams: dict[str, int], whole: bool, where: str) -> None:
        """Streams that are here as a whole have no hole; what audit's facts cite is kept for `evidence`."""
        subject = said["subject"]
        own = said["source"] == "/audit" and subject.partition(":")[0] not in IN_PART
        if whole or own or (self.bundle["scope"]["kind"] == "subject" and subject == self.bundle["scope"]["of"]):
            if said["streamversion"] != streams.get(said["stream"], 0) + 1:
                raise altered(where, "同一主体的事实有缺失", "a fact of this subject is missing")
            streams[said["stream"]] = said["streamversion"]
        if own:
            self.cited += [(where, *one) for one in citations(said["data"])]

    def nothing_else(self) -> None:
        """Records, proofs and readable lines lie under their partition alone."""
        for name in self.members.at:
            room, _, file = name.removeprefix("data/").partition("/")
            if room in ("records", "proofs", "readable") and not (
                (number := file.partition(".")[0]).isdecimal()
                and file == f"{int(number):02d}.jsonl"
                and int(number) in self.checkpoints
            ):
                raise altered(name, "没有检查点的分区", "a partition without a checkpoint")

    def evidence(self) -> None:
        """Whatever a finding rests on is in the bundle, and is the very record that it cites."""
        for where, partition, sequence, digest in self.cited:
            found = self.hashes.get(partition, {}).get(sequence)
            if found is None or found.hex() != digest:
                raise altered(
                    where,
                    f"所引证据 {partition}/{sequence} 不在包内或不是同一记录",
                    f"its evidence {partition}/{sequence} is not here, or is another record",
                )

    def coverage(self) -> None:
        """The certificate is the one on the log, its signature holds, and its heads are the records here."""
        place, given = "data/certificate.json", self.certificate
        public = unpacked(self.keys["certificate"]["public_key"], "data/keys/keys.json", 32)
        said = given["statement"].encode()
        if not self.check(public, unpacked(given["signature"], place, 64), said):
            raise altered(place, "覆盖证明的签名不成立", "the certificate's signature does not hold")
        stated = parsed(said, place)
        fact = self.certified.get((given["partition"], given["sequence"]), {})
        digest = hashlib.sha256(said).hexdigest()
        if (
            fact != {**fact, "statement_sha256": digest, "signature": given["signature"], "key_id": given["key_id"]}
            or not fact
        ):
            raise altered(place, "覆盖证明不是日志上的那一份", "the certificate is not the one on the log")
        strange = sum(one["foreign"] + one["early"] for one in stated["partitions"])
        if stated["complete"] is not True or strange or stated.get("fault_count", 0):
            self.unmet.append(("覆盖证明自称日志不完整", "the certificate itself says that the log is not complete"))
        for one in stated["partitions"]:
            held = self.checkpoints.get(one["partition"])
            if one["last_sequence"] > (held.size if held else 0):
                raise altered(
                    place,
                    f"分区 {one['partition']} 少于覆盖证明所述的 {one['last_sequence']} 条",
                    f"partition {one['partition']} has fewer than the {one['last_sequence']} records certified",
                )
            head = self.hashes.get(one["partition"], {}).get(one["last_sequence"])
            if head is not None and head.hex() != one["head"]:
                raise altered(
                    place,
                    f"分区 {one['partition']} 的末条与覆盖证明不符",
                    f"the head of partition {one['partition']} is not the certified one",
                )

    def attestation(self, digests: dict[str, str]) -> None:
        """An in-toto statement in a DSSE envelope: the certificate key signed these manifests and what the bundle says it is."""
        data = self.members.read(ATTESTATION)
        envelope = parsed(data, ATTESTATION)
        if (
            json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode() != data
            or len(envelope["signatures"]) != 1
            or set(envelope) != {"payload", "payloadType", "signatures"}
        ):
            raise altered(ATTESTATION, "签名封套的写法不对", "the envelope is not written as it should be")
        payload, signature = unpacked(envelope["payload"], ATTESTATION), envelope["signatures"][0]
        signed = b"DSSEv1 %d %s %d %s" % (len(PAYLOAD), PAYLOAD.encode(), len(payload), payload)
        public = unpacked(self.keys["certificate"]["public_key"], "data/keys/keys.json", 32)
        self.key_id = hashlib.sha256(public).hexdigest()[:16]
        if (
            envelope["payloadType"] != PAYLOAD
            or set(signature) != {"keyid", "sig"}
            or signature["keyid"] != self.key_id
        ):
            raise altered(ATTESTATION, "不是本证书密钥的签名", "not a signature by the certificate key")
        if not self.check(public, unpacked(signature["sig"], ATTESTATION, 64), signed):
            raise altered(ATTESTATION, "清单的签名不成立", "the signature over the manifests does not hold")
        statement = parsed(payload, ATTESTATION)
        subject = [{"digest": {"sha256": digests[name]}, "name": name} for name in SIGNED_TAGS]
        for i, wanted in enumerate(subject):
            if statement["subject"][i] != wanted:
                raise altered(str(wanted["name"]), "与已签名的不符", "not what was signed")
        if statement != {"_type": STATEMENT, "predicateType": PREDICATE, "predicate": self.bundle, "subject": subject}:
            raise altered(ATTESTATION, "声明与检查包不符", "the statement is not about this bundle")
        self.public = public

    def trust(self) -> None:
        """Keys that came from outside, against those of the bundle."""
        if self.options.key and self.public.hex() not in [key.lower() for key in self.options.key]:
            self.unmet.append((f"证书密钥 {self.key_id} 不是您给出的密钥", "the certificate key is not one you gave"))
        if self.options.vkey:
            given = {Key(vkey, "--vkey").public for vkey in self.options.vkey}
            for key in self._keys("logs", b"\x01"):
                if key.public not in given:
                    self.unmet.append(
                        (f"日志 {key.name} 的密钥不是您给出的密钥", f"the key of log {key.name} is not one you gave")
                    )


def agrees(shown: Any, said: Any) -> bool:
    """Whether the readable view shows what the record says, a sealed value masked."""
    if isinstance(said, dict):
        if said.get("s") == "1" and "box" in said:
            return shown in MASKS
        return (
            isinstance(shown, dict)
            and shown.keys() == said.keys()
            and all(agrees(shown[key], said[key]) for key in said)
        )
    if isinstance(said, list):
        return isinstance(shown, list) and len(shown) == len(said) and all(map(agrees, shown, said))
    return type(shown) is type(said) and bool(shown == said)


def citations(data: Any) -> list[tuple[int, int, str]]:
    """Every record that a fact of audit cites: objects with partition, sequence and hash, at any depth.

    Where a partition was empty (sequence 0) there is no record to cite.
    """
    if isinstance(data, dict):
        if {"partition", "sequence", "hash"} <= data.keys():
            return [(data["partition"], data["sequence"], data["hash"])] if data["sequence"] else []
        data = list(data.values())
    return [one for item in data for one in citations(item)] if isinstance(data, list) else []


# ---- the command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", help="检查包（zip）或其解压文件夹 / the bundle, or the folder it was unpacked into")
    parser.add_argument(
        "--key", action="append", metavar="HEX", help="您信任的证书公钥 / the certificate key you trust"
    )
    parser.add_argument(
        "--vkey", action="append", metavar="VKEY|FILE", help="您信任的日志公钥 / keys of the log you trust"
    )
    parser.add_argument("--witness", action="append", metavar="VKEY|FILE", help="您信任的见证人 / witnesses you trust")
    parser.add_argument(
        "--witnesses-min",
        type=int,
        metavar="K",
        help="至少几个见证人 / how many must have cosigned (with --witness: all of them)",
    )
    parser.add_argument("--seconds", type=float, default=600.0, help="时限（秒） / give up after so many seconds")
    parser.add_argument("--pure", action="store_true", help="不用 cryptography / do without `cryptography`")


def _spread(given: list[str] | None) -> list[str]:
    """Keys as given, files of them read line by line."""
    found: list[str] = []
    for one in given or ():
        if os.path.isfile(one):
            with open(one, encoding="utf-8") as file:
                found += [line.strip() for line in file if line.strip()]
        else:
            found.append(one)
    return found


def verify(path: str, options: argparse.Namespace) -> tuple[int, list[str]]:
    """The exit code and what is said to people; never raises, whatever the file holds."""
    try:
        options.vkey, options.witness = _spread(options.vkey), _spread(options.witness)
        done = Verification(path, options)
    except Bad as bad:
        return bad.code, [f"位置 place: {bad.place}", f"{bad.zh} / {bad.en}"]
    except (OSError, ValueError) as error:
        return UNREADABLE, [f"位置 place: {path!a}", f"无法打开 / cannot be opened: {type(error).__name__}"]
    try:
        done.run()
    except Bad as bad:
        return bad.code, [f"位置 place: {bad.place}", f"{bad.zh} / {bad.en}"]
    except OSError as error:
        return UNREADABLE, [f"位置 place: {path!a}", f"无法打开 / cannot be opened: {error.strerror}"]
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        ArithmeticError,
        struct.error,
        RecursionError,
        MemoryError,
    ) as error:
        return ALTERED, [
            f"位置 place: {done.members.place}",
            f"内容缺项或类型不对 / something is missing or of another kind: {type(error).__name__} {ascii(str(error))[:80]}",
        ]
    return (UNMET if done.unmet else VALID), _told(done, options)


def _told(done: Verification, options: argparse.Namespace) -> list[str]:
    count, witnesses = sum(map(len, done.hashes.values())), len(done.witnesses)
    lines = [
        f"范围 scope: {done.bundle['scope']['kind']} {done.bundle['scope']['of']}",
        f"根检查点 root checkpoint: {done.root.origin} {done.root.size} {done.root.root.hex()}",
        f"记录 {count} 条，证据引用 {len(done.cited)} 处，均与检查点相符 / records and cited evidence, all as the checkpoint says",
        f"证书密钥 certificate key: {done.key_id} {done.public.hex()}",
    ]
    if not done.certificate:
        lines.append("包内没有覆盖证明 / there is no coverage certificate in it")
    if not options.key and not options.vkey:
        lines.append(
            "未给出可信密钥（--key/--vkey）：只证明了包内各部分彼此一致 / no key was given: only that the bundle agrees with itself was shown"
        )
    elif not options.key:
        lines.append(
            "未给出证书密钥（--key）：记录已由日志证明，检查包由谁签发未核实 / no certificate key was given: who signed the bundle was not checked"
        )
    if not done.needed:
        lines.append(
            "无须见证人：持有日志密钥者若重写历史，无从得知 / no witness was asked for: a history rewritten by who holds the log's key would not show"
        )
    elif not options.witness:
        lines.append(
            f"见证人 {done.needed}/{witnesses}（策略来自包内，非您给出）/ witnesses by the bundle's own policy, not by yours"
        )
    return lines + [f"未满足 unmet: {zh} / {en}" for zh, en in done.unmet]


def run(options: argparse.Namespace) -> int:
    """Verify, say what was found, and give the exit code."""
    code, lines = verify(options.bundle, options)
    for line in (f"{WORDS[code][0]} {WORDS[code][1]}", *lines):
        print(_CONTROL.sub("?", line))  # a bundle's words are strangers' words
    return code


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="核验检查包 / verify an inspection bundle")
    add_arguments(parser)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
