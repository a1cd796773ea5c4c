"""The keyring: a key per person and group, and the product's secrets, wrapped by a master key, outside PostgreSQL.

One SQLite file (fsynced, secure delete) beside ``master.key``. Losing the folder makes sealed fields unreadable for
ever and nothing else; erasing a person (docs/adr/0015) deletes that person's rows.
"""

import base64
import fcntl
import hashlib
import hmac
import os
import sqlite3
import stat
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.contracts.sealed import Clear, Sealed, sealed_aad

_NONCE_BYTES: Final = 12
_BUSY_SECONDS: Final = 30.0
_CACHED_KEYS_MAX: Final = 5_000  # about 2 kB each
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS person_key (person TEXT, grp TEXT, wrapped BLOB NOT NULL, PRIMARY KEY (person, grp)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID;
"""


# The product's own secrets; a keyring that lacks one was never finished, or is not the one the log was written with.
SECRETS: Final = ("pepper", "command-hash", "token-signing", "certificate-signing", "checkpoint-signing")
# Those a keyring has had from the first version on: one that lacks a later secret is older, not lost.
_ALWAYS: Final = SECRETS[:4]


class KeyringUnusable(RuntimeError):
    """The keyring folder is missing, unreadable by this user, readable by others, or wrapped by another master key."""


class Erased(LookupError):
    """The key of that person and group is gone; what it sealed cannot be read any more."""


def create_keyring(folder: Path) -> None:
    """Make the folder, the master key and the product's own secrets, unless they exist."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    master = folder / "master.key"
    if not master.exists():
        descriptor, temporary = tempfile.mkstemp(prefix=".master.", dir=folder)
        try:
            os.write(descriptor, os.urandom(32))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            os.link(temporary, master)
        except FileExistsError:
            pass
        finally:
            os.unlink(temporary)
    keyring = Keyring(folder)
    for name in SECRETS:
        keyring.ensure_secret(name)
    keyring.close()


def is_complete(folder: Path) -> bool:
    """Whether a keyring of the product lies there, of whatever version; makes nothing."""
    if not (folder / "master.key").is_file() or not (folder / "keyring.sqlite").is_file():
        return False
    with opened(folder) as keyring:
        return set(_ALWAYS) <= set(keyring.secret_names(""))


class Keyring:
    """An open keyring. One per process, used from one thread; new keys are durable after `flush`."""

    def __init__(self, folder: Path) -> None:
        master = folder / "master.key"
        if not master.is_file():
            raise KeyringUnusable(
                f"密钥库不存在：{folder}；no keyring at {folder}: run `jiuzhu up`, or restore its backup"
            )
        if stat.S_IMODE(master.stat().st_mode) & 0o077:
            raise KeyringUnusable(f"{master} 对他人可读；{master} is readable by others: chmod 600 it")
        self._wrap = AESGCM(master.read_bytes())
        self._database = sqlite3.connect(folder / "keyring.sqlite", timeout=_BUSY_SECONDS, isolation_level=None)
        # SQLite does not wait when two processes switch a new file to WAL at once; they take turns here.
        with master.open("rb") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            (folder / "keyring.sqlite").chmod(0o600)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")
            self._database.execute("PRAGMA secure_delete=ON")
            self._database.executescript(_SCHEMA)
        self._keys: dict[tuple[str, str], AESGCM] = {}
        self._secrets: dict[str, bytes] = {}
        self._writing = False
        self._seen = self._change_counter()

    def close(self) -> None:
        self.flush()
        self._database.close()

    def flush(self) -> None:
        """Make every key created so far durable. Call before anything sealed with them is committed."""
        if self._writing:
            self._database.execute("COMMIT")
            self._writing = False

    def discard_unflushed(self) -> None:
        """Forget keys created since the last flush, with what they sealed."""
        if self._writing:
            self._database.execute("ROLLBACK")
            self._writing = False
            self._keys.clear()

    def _wrapped(self, key: bytes, label: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._wrap.encrypt(nonce, key, label.encode())

    def _unwrapped(self, wrapped: bytes, label: str) -> bytes:
        try:
            return self._wrap.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], label.encode())
        except InvalidTag as error:
            raise KeyringUnusable(
                f"{label}: 主密钥不符；wrapped by another master key: restore the right master.key"
            ) from error

    def _change_counter(self) -> int:
        """SQLite's counter of what other connections committed."""
        return int(self._database.execute("PRAGMA data_version").fetchone()[0])

    def _person_key(self, person: str, group: str, *, create: bool) -> AESGCM:
        # Another process may have erased the person: what a forgotten key sealed nobody could ever open.
        if not self._writing and (seen := self._change_counter()) != self._seen:
            self._seen = seen
            self._keys.clear()
        cached = self._keys.get((person, group))
        if cached is not None:
            return cached
        label = f"{person}/{group}"
        query = "SELECT wrapped FROM person_key WHERE person = ? AND grp = ?"
        row = self._database.execute(query, (person, group)).fetchone()
        if row is None and create:
            if not self._writing:
                self._database.execute("BEGIN IMMEDIATE")
                self._writing = True
                row = self._database.execute(query, (person, group)).fetchone()
            if row is None:
                row = (self._wrapped(os.urandom(32), label),)
                self._database.execute("INSERT INTO person_key VALUES (?, ?, ?)", (person, group, row[0]))
        if row is None:
            raise Erased(f"no key for {label}")
        if len(self._keys) >= _CACHED_KEYS_MAX:
            self._keys.clear()
        key = self._keys[person, group] = AESGCM(self._unwrapped(row[0], label))
        return key

    def seal(self, value: Clear, *, at: str, kind: str, subject: str) -> Sealed:
        """Encrypt a personal value for its place (`at` = ``<event id>/<field path>``); makes the key if needed."""
        key = self._person_key(value.person, value.group, create=True)
        nonce = os.urandom(_NONCE_BYTES)
        box = nonce + key.encrypt(nonce, value.text.encode(), sealed_aad(at, kind, subject))
        return Sealed(person=value.person, group=value.group, at=at, box=base64.b64encode(box).decode())

    def unseal(self, value: Sealed, *, kind: str, subject: str) -> str:
        """The clear text; `Erased` when the key is gone, `KeyringUnusable` when the box was moved or altered."""
        self._keys.pop((value.person, value.group), None)
        key = self._person_key(value.person, value.group, create=False)
        box = base64.b64decode(value.box)
        try:
            return key.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], sealed_aad(value.at, kind, subject)).decode()
        except InvalidTag as error:
            raise KeyringUnusable(f"a sealed field at {value.at} does not open: moved or altered") from error

    def groups_of(self, person: str) -> tuple[str, ...]:
        """The groups of which a person has a key, in order."""
        query = "SELECT grp FROM person_key WHERE person = ? ORDER BY grp"
        return tuple(group for (group,) in self._database.execute(query, (person,)))

    def erase(self, person: str, groups: Collection[str] | None = None) -> int:
        """Delete a person's keys, all or those of `groups`, and scrub the file; the number of keys deleted."""
        self.flush()
        delete = "DELETE FROM person_key WHERE person = ? AND grp = ?"
        wanted = self.groups_of(person) if groups is None else groups
        count = sum(self._database.execute(delete, (person, group)).rowcount for group in wanted)
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._keys = {place: key for place, key in self._keys.items() if place[0] != person}
        return count

    def holds(self, person: str, group: str) -> bool:
        """Whether that key is still there: what it sealed can be read. Makes none."""
        query = "SELECT 1 FROM person_key WHERE person = ? AND grp = ?"
        return self._database.execute(query, (person, group)).fetchone() is not None

    def ensure_secret(self, name: str, value: bytes | None = None) -> bytes:
        """The secret of that name, made at random (or from `value`) the first time."""
        try:
            return self.secret(name)
        except LookupError:
            wrapped = self._wrapped(value or os.urandom(32), f"secret/{name}")
            self._database.execute("INSERT OR IGNORE INTO secret VALUES (?, ?)", (name, wrapped))
            return self.secret(name)

    def put_secret(self, name: str, value: bytes) -> None:
        """Put a secret in the place of whatever had its name, durably: a password's hash, which people change."""
        self._database.execute(
            "INSERT OR REPLACE INTO secret VALUES (?, ?)", (name, self._wrapped(value, f"secret/{name}"))
        )
        self._secrets.pop(name, None)

    def secret(self, name: str) -> bytes:
        """A named secret, read once; `LookupError` when there is none."""
        if name not in self._secrets:
            self._secrets[name] = self.stored_secret(name)
        return self._secrets[name]

    def stored_secret(self, name: str) -> bytes:
        """A named secret as it stands now, which another process may have put anew; `LookupError` when there is none."""
        row = self._database.execute("SELECT wrapped FROM secret WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise LookupError(f"the keyring has no secret {name!r}")
        return self._unwrapped(row[0], f"secret/{name}")

    def secret_names(self, prefix: str) -> Iterator[str]:
        """Names of the secrets that start with `prefix`."""
        # Not LIKE: its wildcards could come in with the name of a town that nobody vouched for.
        for (name,) in self._database.execute(
            "SELECT name FROM secret WHERE substr(name, 1, ?) = ?", (len(prefix), prefix)
        ):
            yield name

    def pseudonym(self, text: str) -> str:
        """The keyed pseudonym of an identifier: ``p_`` and 26 base-32 characters (130 bits of HMAC-SHA-256)."""
        digest = hmac.digest(self.secret("pepper"), text.encode(), hashlib.sha256)
        return "p_" + base64.b32encode(digest).decode().lower()[:26]

    def command_hash(self, command: bytes) -> str:
        """Keyed HMAC-SHA-256 of a command's canonical bytes, hex; tells a repeat from a reuse of its id."""
        return hmac.digest(self.secret("command-hash"), command, hashlib.sha256).hex()


@contextmanager
def opened(folder: Path) -> Iterator[Keyring]:
    """A keyring for the length of a block."""
    keyring = Keyring(folder)
    try:
        yield keyring
    finally:
        keyring.close()
