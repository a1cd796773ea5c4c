"""Proves that the sample's spot check comes to its end by the steps its script gives, whoever is drawn."""

from typing import Any

import msgspec
import pytest

from deploy.district.call import Call
from deploy.district.spot_check import SampleCheck
from services.audit.api import DOORS
from services.audit.domain.spot_check import SPOT_CHECK
from services.audit.domain.spot_check_state import SeedSource
from services.audit.projections.spot_checks import FIELD_SHEETS, SPOT_CHECKS
from services.contracts.audit import RootCheckpoint
from services.contracts.codec import decoder_of
from services.contracts.deciding import Command, CommandRejected
from services.contracts.months import Month
from tests.unit.audit_told import log_of
from tests.unit.spot_check_world import OFFICERS, ORIGIN, SHA, Played, seed_source
from tests.unit.test_audit_models import fold

COMMANDS: Any = SPOT_CHECK.commands
STEPS_MAX = 20


def filled(body: dict[str, Any], source: SeedSource) -> Command:
    """A command as the edge would hand it on."""
    union: Any = COMMANDS[0]
    for one in COMMANDS[1:]:
        union |= one
    command: Command = decoder_of(union).decode(msgspec.json.encode(body))
    checkpoint = RootCheckpoint(origin=ORIGIN, size=40, root_sha256=SHA)
    added = {"candidates": OFFICERS, "checkpoint": checkpoint, "source": source}
    return msgspec.structs.replace(command, **{n: v for n, v in added.items() if n in command.__struct_fields__})


def shown(played: Played, number: str) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    records = log_of(*((f"spot_check:{number}", fact) for fact in played.facts))
    checks = [msgspec.to_builtins(row, enc_hook=str) for row in fold(SPOT_CHECKS, records).values()]
    sheets = [msgspec.to_builtins(row, enc_hook=str) for row in fold(FIELD_SHEETS, records).values()]
    return (checks[0] if checks else None), sheets


def sends(played: Played, calls: list[Call], source: SeedSource) -> str:
    """The code of the first refusal; whoever sends has a role that may."""
    for call in calls:
        command = filled(call.body, source)
        assert call.role in DOORS.roles[type(command)]
        try:
            played.does(command, call.actor)
        except CommandRejected as no:
            return no.code
    return ""


@pytest.mark.parametrize("root_size", [57, 58, 59, 60])
def test_the_samples_spot_check_ends_whoever_is_drawn(root_size: int) -> None:
    check, played, extended = SampleCheck(month=Month(2026, 3), seed=1), Played(), 0
    source = seed_source(root_size=root_size)
    for _ in range(STEPS_MAX):
        calls = check.next(shown(played, check.number))
        if not calls:
            break
        if (told := sends(played, calls, source)) == "extension-due":
            extended += 1
            told = sends(played, check.extended(), source)
        assert told == ""
    row, sheets = shown(played, check.number)
    assert row is not None
    assert row["status"] in ("within", "exceeded")
    assert row["filled_count"] == len(sheets) > 50
    assert (row["status"] == "within") == (row["deviating_count"] == 0) or extended == 1
