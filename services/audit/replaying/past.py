"""Answers for a view as at a day, as known then: reads the log to the prefix within its time, and keeps a few answers."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from services.audit.replaying.reading import NoSuchPrefix, Prefix, Reading, prefix_at
from services.audit.replaying.travelling import Apart, View, happened_by, told
from services.contracts.deciding import Model, Record
from services.contracts.envelope import partition_of
from services.contracts.registry import kinds_read_as
from services.eventlog.api.runtime import Runtime
from services.eventlog.problems import FieldError, Problem

PAST_SECONDS_MAX: Final = 60.0
VIEWS_KEPT_MAX: Final = 8
TIMELINE_FACTS_MAX: Final = 5_000
_TOO_LONG: Final = partial(
    Problem,
    status=503, code="as-of-too-long", zh=f"回放日志超过 {PAST_SECONDS_MAX:.0f} 秒，请稍后再查或用 jiuzhu 命令",
    en=f"replaying the log takes more than {PAST_SECONDS_MAX:.0f} seconds", retry_after_seconds=60,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """As at a day (None: any), as known by a prefix of the log; `text` is how the prefix was asked for."""

    as_at: date | None
    known: Prefix
    text: str


def moment_of(runtime: Runtime, as_at: str, known_on: str, *, under: str = "") -> Moment:
    """A moment from a query: a day as YYYY-MM-DD, a sealing instant or the size of a root checkpoint; 422 for others."""
    return Moment(
        as_at=_day(as_at, f"/query/{under}as_at"),
        known=_prefix(runtime, known_on, f"/query/{under}known_on"),
        text=known_on,
    )


def _day(text: str, pointer: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _unfit(pointer, "日期须为 YYYY-MM-DD", "a day is written YYYY-MM-DD") from None


def _prefix(runtime: Runtime, text: str, pointer: str) -> Prefix:
    if not text:
        return Prefix()
    try:
        if text.isascii() and text.isdigit():
            return prefix_at(runtime.settings.transparency, int(text))
        instant = datetime.fromisoformat(text.replace(" ", "+"))
    except NoSuchPrefix:
        raise _unfit(pointer, "没有该大小的根检查点", "no published root checkpoint is of that size") from None
    except ValueError:
        raise _unfit(
            pointer, "须为带时区的时刻或检查点大小", "an instant with its zone, or a checkpoint's size"
        ) from None
    if instant.tzinfo is None:
        raise _unfit(pointer, "时刻须带时区", "an instant needs its zone")
    return Prefix(sealed_until=instant)


def _unfit(pointer: str, zh: str, en: str) -> Problem:
    return Problem(
        status=422, code="parameter-invalid", zh=zh, en=en,
        errors=(FieldError(pointer=pointer, zh="此处不符合要求", en="does not fit"),),
    )  # fmt: skip


@dataclass(slots=True)
class Past:
    """What one process answers of the past. A view by an instant or a checkpoint never changes, and is kept."""

    runtime: Runtime
    _kept: "OrderedDict[tuple[str, date | None, str], dict[str, dict[str, Any]]]" = field(default_factory=OrderedDict)
    _one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def rows(self, model: Model[Any], moment: Moment) -> dict[str, dict[str, Any]]:
        """The rows of a model at a moment, by key."""
        name = (model.name, moment.as_at, moment.text)
        async with self._one_by_one:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
            view = View(self.runtime.service, model)
            async for batch in self._batches(model, moment.known):
                view.take(record for record in batch if happened_by(record, moment.as_at))
            rows = view.rows()
            if await self._settled(moment):
                self._kept[name] = rows
                while len(self._kept) > VIEWS_KEPT_MAX:
                    self._kept.popitem(last=False)
            return rows

    async def difference(self, model: Model[Any], first: Moment, second: Moment) -> dict[str, Any]:
        """What tells a model at two moments apart, by the facts that only one of them holds."""
        apart = Apart(View(self.runtime.service, model), View(self.runtime.service, model))
        async with self._one_by_one:
            held = [await self._held(one.known) for one in (first, second)]
            async for batch in self._batches(model, _longer(*held)):
                for record in batch:
                    in_first, in_second = (
                        _reaches(reach, record) and happened_by(record, moment.as_at)
                        for reach, moment in zip(held, (first, second), strict=True)
                    )
                    apart.take(record, in_first, in_second)
        return apart.document()

    async def _held(self, known: Prefix) -> dict[int, int] | None:
        """How far a prefix reaches in each partition; None: to the end."""
        if known.sequences:
            return dict(known.sequences)
        if known.sealed_until is None:
            return None
        reading = Reading(known)
        async for _ in reading.records(self.runtime.settings, client="jiuzhu-past", wanted=lambda _: False):
            continue
        return {head.partition: head.sequence for head in reading.heads}

    async def timeline(self, subject: str, moment: Moment) -> list[dict[str, Any]]:
        """All facts about one subject, of every service, in the order of the log; personal fields left out."""
        found: list[dict[str, Any]] = []
        partition = partition_of(subject, self.runtime.settings.partitions)
        reading, began = Reading(moment.known), time.monotonic()
        async for batch in reading.records(
            self.runtime.settings, client="jiuzhu-past", wanted=lambda _: True, partitions=(partition,)
        ):
            _in_time(began)
            found += [
                told(record)
                for record in batch
                if record.envelope.subject == subject and happened_by(record, moment.as_at)
            ]
            await asyncio.sleep(0)
        return found[-TIMELINE_FACTS_MAX:]

    async def _batches(self, model: Model[Any], known: Prefix) -> AsyncIterator[list[Record]]:
        kinds = frozenset(kind for body in model.listens for kind in kinds_read_as(body))
        began = time.monotonic()
        async for batch in Reading(known).records(
            self.runtime.settings, client="jiuzhu-past", wanted=kinds.__contains__
        ):
            _in_time(began)
            yield batch
            await asyncio.sleep(0)

    async def _settled(self, moment: Moment) -> bool:
        """Whether nothing can be sealed into the prefix any more: a checkpoint, or an instant that is over."""
        if moment.known.sequences:
            return True
        now: datetime = await self.runtime.pool.fetchval("SELECT clock_timestamp()")
        until = moment.known.sealed_until
        return until is not None and (now - until).total_seconds() > PAST_SECONDS_MAX


def _in_time(began: float) -> None:
    if time.monotonic() - began > PAST_SECONDS_MAX:
        raise _TOO_LONG()


def _reaches(held: dict[int, int] | None, record: Record) -> bool:
    return held is None or record.envelope.sequence <= held.get(record.partition, 0)


def _longer(first: dict[int, int] | None, second: dict[int, int] | None) -> Prefix:
    """The prefix that holds whatever either of two holds."""
    if first is None or second is None:
        return Prefix()
    partitions = sorted({*first, *second})
    return Prefix(sequences=tuple((p, max(first.get(p, 0), second.get(p, 0))) for p in partitions))
