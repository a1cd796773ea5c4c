"""Asks witnesses to cosign a checkpoint (C2SP tlog-witness): any number of them, k of n wanted, none waited for long."""

import asyncio
import base64
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import httpx

from services.audit.transparency import note
from services.audit.transparency.note import Key, Note, Signature, Verify, key_of
from services.eventlog import metrics

log = logging.getLogger(__name__)

WITNESS_SECONDS: Final = 1.0
# A witness that did not answer is not waited for again so soon: checkpoints do not slow down because one is away.
AWAY_SECONDS: Final = 15.0
ANSWER_BYTES_MAX: Final = 64 * 1024
NOT_ASKED: Final = "did not answer a while ago, not asked"
_CONTRADICTS: Final = ("409", "422")
_SIZE_TYPE: Final = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: where it answers, and the key it cosigns with."""

    url: str
    key: Key


def witness_of(text: str) -> Witness:
    """A witness from its setting, ``<url> <vkey>``; `NotANote` when the key is none."""
    url, _, vkey = text.strip().partition(" ")
    return Witness(url, key_of(vkey.strip()))


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What witnesses said of one checkpoint; `refusals` in words, by witness."""

    signatures: tuple[Signature, ...]
    refusals: dict[str, str]


class Witnesses:
    """All witnesses of one log. Remembers what size each has seen, so that most questions are answered at once."""

    def __init__(self, witnesses: Sequence[Witness], verify: Verify, http: httpx.AsyncClient) -> None:
        self._witnesses, self._verify, self._http = witnesses, verify, http
        self._seen: dict[str, int] = {}
        self._away_until: dict[str, float] = {}

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(one.key for one in self._witnesses)

    async def cosign(self, signed: Note, prove: Callable[[int], list[bytes]]) -> Cosigned:
        """Ask all at once. `prove(old)`: the consistency proof from `old` leaves to this checkpoint."""
        answers = await asyncio.gather(*(self._ask(one, signed, prove) for one in self._witnesses))
        refusals = {name: answer for name, answer in answers if isinstance(answer, str)}
        for name, reason in refusals.items():
            if reason.startswith(_CONTRADICTS):
                metrics.WITNESS_REFUSALS.inc()
                log.critical("a witness saw another history of this log", extra={"witness": name, "reason": reason})
            elif reason != NOT_ASKED:
                log.warning("a witness did not cosign", extra={"witness": name, "reason": reason})
        return Cosigned(tuple(answer for _, answer in answers if isinstance(answer, Signature)), refusals)

    async def _ask(
        self, witness: Witness, signed: Note, prove: Callable[[int], list[bytes]]
    ) -> tuple[str, Signature | str]:
        name = witness.key.name
        if time.monotonic() < self._away_until.get(name, 0.0):
            return name, NOT_ASKED
        try:
            async with asyncio.timeout(WITNESS_SECONDS):
                return name, await self._answer(witness, signed, prove)
        except (httpx.TransportError, TimeoutError) as error:
            self._away_until[name] = time.monotonic() + AWAY_SECONDS
            return name, f"does not answer: {type(error).__name__}"
        except (httpx.HTTPError, ValueError) as error:
            return name, f"{type(error).__name__}: {error}"

    async def _answer(self, witness: Witness, signed: Note, prove: Callable[[int], list[bytes]]) -> Signature | str:
        name, size = witness.key.name, note.checkpoint_of(signed.text).size
        for _ in range(2):  # once more, when it tells that it has seen another size
            old = min(self._seen.get(name, 0), size)
            answer = await self._post(witness, request_body(old, prove(old), signed))
            if answer.status_code != 409 or not answer.headers.get("content-type", "").startswith(_SIZE_TYPE):
                break
            if not answer.text.strip().isdecimal():
                return f"409 {answer.text[:200]!r}"
            self._seen[name] = int(answer.text)
        if answer.status_code != 200:
            return f"{answer.status_code} {answer.text[:200]!r}"
        found = self._signature(witness, signed, answer.text)
        if isinstance(found, Signature):
            self._seen[name] = size
        return found

    async def _post(self, witness: Witness, body: bytes) -> httpx.Response:
        url = f"{witness.url.rstrip('/')}/add-checkpoint"
        answer = await self._http.post(url, content=body, timeout=WITNESS_SECONDS)
        if len(answer.content) > ANSWER_BYTES_MAX:
            raise ValueError("the answer is too long")
        return answer

    def _signature(self, witness: Witness, signed: Note, lines: str) -> Signature | str:
        answered = note.note_of(f"{signed.text}\n{lines}".encode())
        for one in answered.signatures:
            if note.verified_by(Note(signed.text, (one,)), [witness.key], self._verify):
                return one
        return "no cosignature of the key we know"


def request_body(old: int, proof: Iterable[bytes], signed: Note) -> bytes:
    """The body of ``add-checkpoint``: the size the witness knows, the proof from there, an empty line, the checkpoint."""
    lines = [f"old {old}", *(base64.b64encode(one).decode() for one in proof)]
    return ("\n".join(lines) + "\n\n").encode() + signed.document()
