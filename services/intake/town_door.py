"""The one way in for town events, whatever the road: read, check the town, decide; bad input is refused or quarantined."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from services.contracts.codec import derived_id
from services.eventlog import metrics
from services.eventlog.api.commands import told_apart
from services.eventlog.api.runtime import Runtime
from services.eventlog.deciding import Incoming, Outcome
from services.eventlog.logs import TRACE
from services.intake import store, town_events
from services.intake.domain import QuarantineInput, ReceiveRequest
from services.intake.domain.commands import KeptRoad
from services.intake.town_events import BadInput

_NOT_TEXT: Final = "base64:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one event: a decided outcome, or the reason it is no valid event."""

    outcome: Outcome | None
    bad: BadInput | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One event as it came in: its bytes, where it lay (bad input is quarantined there), what is known to be wrong."""

    raw: bytes
    place: str = ""
    bad: BadInput | None = None


class NotKept(RuntimeError):
    """Bad input could not be put into quarantine: a bug, and the input must come again."""


async def now(runtime: Runtime) -> datetime:
    """The instant by which events are judged: the sample's simulated clock, or real time."""
    if not runtime.settings.simulated_clock:
        return datetime.now(UTC)
    instant = await runtime.pool.fetchval("SELECT log.now()")
    assert isinstance(instant, datetime)
    return instant


async def take(
    runtime: Runtime, town: str, given: Sequence[Given], *, road: Literal["http"] | KeptRoad, trusted: bool = True
) -> list[Taken]:
    """Decide the events of one town, in order. Over HTTP bad input is the caller's; from inbox and file it is quarantined.

    `trusted` is False when a signature did not fit: then everything is bad input.
    """
    at = await now(runtime)
    incoming: list[Incoming] = []
    bad: dict[int, BadInput] = {}
    for i, one in enumerate(given):
        try:
            if not trusted:
                raise BadInput(
                    "signature-invalid",
                    "签名不符或镇街未登记密钥",
                    "the signature does not fit, or the town has no key",
                )
            if one.bad is not None:
                raise one.bad
            incoming.append(_command(one.raw, town, at))
        except BadInput as error:
            bad[i] = error
            if road != "http":
                incoming.append(_quarantine(runtime, one, town if trusted else _claimed(town), road, error))
                metrics.QUARANTINED.labels(error.code).inc()
    await store.claim_numbers(
        runtime.decider, [one.command for one in incoming if isinstance(one.command, ReceiveRequest)]
    )
    decided = iter(told_apart(incoming, await runtime.decider.execute(incoming)))
    taken = [
        Taken(outcome=None if i in bad and road == "http" else next(decided), bad=bad.get(i)) for i in range(len(given))
    ]
    if any(one.bad and one.outcome and one.outcome.status == "failed" for one in taken):
        raise NotKept("quarantining bad input raised; see the log")
    return taken if road == "http" else await _keep_undecided(runtime, town, given, taken, road)


async def _keep_undecided(
    runtime: Runtime, town: str, given: Sequence[Given], taken: list[Taken], road: KeptRoad
) -> list[Taken]:
    """Where nobody reads an answer, what was not decided is kept in quarantine: neither dropped nor in others' way.

    That is an event whose id stands for other content, and one at which the decision itself raised (a bug, logged).
    """
    kept = list(taken)
    for i, one in enumerate(taken):
        if one.bad is not None or one.outcome is None or one.outcome.status not in ("conflict", "failed"):
            continue
        error = BadInput(one.outcome.code, one.outcome.zh, one.outcome.en)
        if one.outcome.status == "conflict":
            error = BadInput(error.code, error.zh, error.en, (("/id", "编号已用于其他内容", "is used already"),))
        (outcome,) = await runtime.decider.execute([_quarantine(runtime, given[i], town, road, error)])
        if isinstance(outcome, Exception):
            raise outcome
        metrics.QUARANTINED.labels(error.code).inc()
        kept[i] = Taken(outcome=outcome, bad=error)
    return kept


def _claimed(town: str) -> str:
    """A town name that nobody vouched for, fit to be a subject."""
    return town if len(town) <= 20 and town.isascii() and town.replace("-", "").isalnum() else "unknown"


def _command(raw: bytes, town: str, at: datetime) -> Incoming:
    event = town_events.read(raw)
    command = town_events.command_of(event, at)
    if event.town != town:
        raise BadInput(
            "wrong-town",
            "凭证不属于该镇街",
            "the credential is for another town",
            (("/source", "不是本镇街", "is another town"),),
        )
    return Incoming(
        commandid=town_events.command_id(event), command=command, actor=f"system:{town}", role="town-system", town=town,
        must_state=True, traceparent=TRACE.get(),
    )  # fmt: skip


def _quarantine(runtime: Runtime, one: Given, town: str, road: KeptRoad, error: BadInput) -> Incoming:
    place = f"{one.place}/{fingerprint(runtime, one.raw)}"
    command = QuarantineInput(
        town=town, road=road, place=place, code=error.code, reason_zh=error.zh[:500], reason_en=error.en[:500],
        payload=payload_text(one.raw),
    )  # fmt: skip
    return Incoming(
        commandid=derived_id(f"{town}/{place}", "quarantine"), command=command, actor=f"system:{town}",
        role="town-system", must_state=True, traceparent=TRACE.get(),
    )  # fmt: skip


def fingerprint(runtime: Runtime, raw: bytes) -> str:
    """12 hex digits that tell inputs apart; keyed, for a plain hash would let anybody test what a person's data are."""
    return runtime.keyring.command_hash(raw)[:12]


def payload_text(raw: bytes) -> str:
    """Input as text that `payload_bytes` turns back into the same bytes."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return _NOT_TEXT + base64.b64encode(raw).decode()
    return text if not text.startswith(_NOT_TEXT) else _NOT_TEXT + base64.b64encode(raw).decode()


def payload_bytes(text: str) -> bytes:
    """The bytes that `payload_text` kept."""
    return base64.b64decode(text.removeprefix(_NOT_TEXT)) if text.startswith(_NOT_TEXT) else text.encode()
