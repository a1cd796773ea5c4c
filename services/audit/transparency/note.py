"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature): texts, keys, signatures."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

ED25519: Final = 0x01
COSIGNATURE_V1: Final = 0x04
NOTE_BYTES_MAX: Final = 1_000_000
SIGNATURES_MAX: Final = 100
_SIGNATURE_LINE: Final = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_KEY_NAME: Final = re.compile(r"[^\s+]+\Z")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")

# Makes an Ed25519 signature (64 bytes) over a message; checks one over a message by a public key (32 bytes).
Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes, bytes], bool]


class NotANote(ValueError):
    """Bytes that are no signed note, or no checkpoint; the text says where."""


@dataclass(frozen=True, slots=True)
class Key:
    """Somebody's verifier key: name, kind of signature, Ed25519 public key (32 bytes)."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes: the first of ``SHA-256(name || 0x0A || kind || public key)``."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """``<name>+<hex id>+<base64 of kind and key>``."""
        key = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"


def key_of(vkey: str) -> Key:
    """A verifier key from its text; `NotANote` when it is none or its id is not its own."""
    try:
        name, key_id, encoded = vkey.split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise NotANote(f"not a verifier key: {error}") from None
    if not _KEY_NAME.fullmatch(name) or len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE_V1):
        raise NotANote("not a verifier key of Ed25519")
    key = Key(name, raw[0], raw[1:])
    if key.id.hex() != key_id:
        raise NotANote("the verifier key's id is not its own")
    return key


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line: whose, by which key, and the bytes after the key's id."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text (it ends with a line feed) and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def document(self) -> bytes:
        return (self.text + "\n" + "".join(one.line() for one in self.signatures)).encode()


def note_of(data: bytes) -> Note:
    """A signed note from its bytes; `NotANote` when it is none."""
    if len(data) > NOTE_BYTES_MAX:
        raise NotANote("the note is too long")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise NotANote(f"not UTF-8: {error}") from None
    if any(ord(char) < 0x20 and char != "\n" for char in text):
        raise NotANote("a control character")
    body, found, lines = text.rpartition("\n\n")
    if not found or not body or not lines.endswith("\n"):
        raise NotANote("no signatures after an empty line")
    signatures = [_signature_of(line) for line in lines[:-1].split("\n")]
    if len(signatures) > SIGNATURES_MAX:
        raise NotANote("too many signatures")
    return Note(body + "\n", tuple(signatures))


def _signature_of(line: str) -> Signature:
    match = _SIGNATURE_LINE.fullmatch(line)
    if match is None:
        raise NotANote("not a signature line")
    try:
        raw = base64.b64decode(match[2], validate=True)
    except binascii.Error:
        raise NotANote("a signature is not base64") from None
    if len(raw) < 5 or base64.b64encode(raw).decode() != match[2]:
        raise NotANote("a signature is too short or not canonical base64")
    return Signature(match[1], raw[:4], raw[4:])


def signed(text: str, key: Key, sign: Sign) -> Signature:
    """A log's own signature over a text."""
    assert key.kind == ED25519, "a log signs with a plain Ed25519 key"
    return Signature(key.name, key.id, sign(text.encode()))


def cosigned_message(text: str, timestamp: int) -> bytes:
    """What a witness signs: that it saw this checkpoint at `timestamp` (seconds since 1970)."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def cosigned(text: str, key: Key, timestamp: int, sign: Sign) -> Signature:
    """A witness's cosignature over a checkpoint."""
    assert key.kind == COSIGNATURE_V1, "a witness signs with a cosignature key"
    return Signature(key.name, key.id, timestamp.to_bytes(8, "big") + sign(cosigned_message(text, timestamp)))


def verified_by(note: Note, keys: Iterable[Key], verify: Verify) -> frozenset[str]:
    """The vkeys of `keys` whose signature on the note holds. A signature of a known key that fails counts as none."""
    by_id = {(key.name, key.id): key for key in keys}
    return frozenset(
        key.vkey
        for one in note.signatures
        if (key := by_id.get((one.name, one.key_id))) is not None and _holds(note.text, one, key, verify)
    )


def _holds(text: str, one: Signature, key: Key, verify: Verify) -> bool:
    if key.kind == ED25519:
        return len(one.signature) == 64 and verify(key.public, one.signature, text.encode())
    if len(one.signature) != 72:
        return False
    timestamp = int.from_bytes(one.signature[:8], "big")
    return verify(key.public, one.signature[8:], cosigned_message(text, timestamp))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree's state as its log states it: which log (origin), how many leaves, which root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def checkpoint_of(text: str) -> Checkpoint:
    """A checkpoint from a note's text; `NotANote` when it is none."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] != "" or not lines[0] or "" in lines[:-1]:
        raise NotANote("not a checkpoint: origin, size and root in a line each")
    if not _SIZE.fullmatch(lines[1]):
        raise NotANote("the checkpoint's size is no number")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except ValueError:  # what is no ASCII is no binascii.Error
        raise NotANote("the checkpoint's root is not base64") from None
    if len(root) != 32 or base64.b64encode(root).decode() != lines[2]:
        raise NotANote("the checkpoint's root is not a SHA-256")
    return Checkpoint(lines[0], int(lines[1]), root)
