"""A device (低保员手机) as its batches come in: which of its numbers are here, which are missing, how wrong its clock is."""

from collections.abc import Iterable
from typing import Final

import msgspec

from services.casework.domain.commands import ReceiveVisitBatch
from services.casework.domain.guards import rejected_unless
from services.casework.rules import Delivery
from services.contracts.casework import RefusedRecord, SequenceRange, VisitBatchReceived
from services.contracts.deciding import Aggregate, Context
from services.contracts.registry import Fact

# A device misses a handful of numbers; somebody who sends far ahead must not fill the state.
RANGES_MAX: Final = 1_000


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state: the town it works for, the numbers that came in, the refusals that stand."""

    town: str = ""
    received: tuple[SequenceRange, ...] = ()
    refused: tuple[RefusedRecord, ...] = ()


def merged(ranges: Iterable[SequenceRange]) -> tuple[SequenceRange, ...]:
    """The same numbers in as few ranges as there can be, in order."""
    found: list[SequenceRange] = []
    for one in sorted(ranges, key=lambda one: one.first_sequence):
        if found and one.first_sequence <= found[-1].last_sequence + 1:
            last = max(found[-1].last_sequence, one.last_sequence)
            found[-1] = SequenceRange(first_sequence=found[-1].first_sequence, last_sequence=last)
        else:
            found.append(one)
    return tuple(found)


def missing(received: tuple[SequenceRange, ...]) -> tuple[SequenceRange, ...]:
    """The numbers from 1 to the highest received that have not come in."""
    ends = (0, *(one.last_sequence for one in received))
    return tuple(
        SequenceRange(first_sequence=end + 1, last_sequence=one.first_sequence - 1)
        for end, one in zip(ends, received, strict=False)
        if one.first_sequence > end + 1
    )


def _with(received: tuple[SequenceRange, ...], numbers: Iterable[int]) -> tuple[SequenceRange, ...]:
    return merged((*received, *(SequenceRange(first_sequence=n, last_sequence=n) for n in numbers)))


def decide(state: Device, command: ReceiveVisitBatch, context: Context) -> tuple[Fact, ...]:
    """What is new in a batch; a batch that comes once more with nothing new states nothing."""
    rejected_unless(
        state.town in ("", command.town), "device-of-town", "该设备登记在其他镇街", "this device is another town's"
    )
    new = tuple(n for n in sorted(set(command.received_sequence)) if not _holds(state.received, n))
    refused = tuple(one for one in command.refused if one not in state.refused)
    if not new and not refused:
        return ()
    received = _with(state.received, new)
    rejected_unless(len(received) <= RANGES_MAX, "sequence-torn", "设备序号缺口过多", "too many gaps in its numbers")
    skew_seconds = round((context.now - command.sent_at).total_seconds())
    allowed = context.rule_on("delivery", context.today, Delivery).skew_seconds_max
    received_batch = VisitBatchReceived(
        device=command.device,
        town=command.town,
        uploaded_by=context.actor,
        sent_at=command.sent_at,
        skew_seconds=skew_seconds,
        clock_wrong=abs(skew_seconds) > allowed,
        received_sequence=new,
        refused=refused,
        missing=missing(received),
        last_sequence=received[-1].last_sequence if received else 0,
        pack_version=context.rules.version_on("delivery", context.today),
    )
    return (received_batch,)


def _holds(received: tuple[SequenceRange, ...], number: int) -> bool:
    return any(one.first_sequence <= number <= one.last_sequence for one in received)


def evolve(state: Device, fact: Fact) -> Device:
    match fact:
        case VisitBatchReceived():
            came = set(fact.received_sequence)
            refused = tuple(one for one in (*state.refused, *fact.refused) if one.device_sequence not in came)
            return Device(town=fact.town, received=_with(state.received, came), refused=refused[-RANGES_MAX:])
        case _:
            return state


DEVICE: Final = Aggregate(
    prefix="device", state=Device, initial=Device(), commands=(ReceiveVisitBatch,), decide=decide, evolve=evolve
)
