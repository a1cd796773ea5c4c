"""Proves that an inspector's access is granted for a term and a scope, holds within them alone, and leaves its traces."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.audit.domain.inspection import (
    GrantInspectorAccess,
    Inspection,
    OpenInspectorSession,
    RecordInspectorRead,
    RevokeInspectorAccess,
    in_force,
)
from services.contracts.audit import InspectorSessionOpened
from services.eventlog.auth import Identity, NotAuthenticated, Tokens
from services.eventlog.keyring import create_keyring, opened
from tests.unit.findings_desk import LEADER, Desk

END = date(2026, 3, 31)
READ = RecordInspectorRead(inspection_no="JC-1", finding_no="R-1", what="evidence")


def grant(**changes: Any) -> GrantInspectorAccess:
    fields: dict[str, Any] = {
        "inspection_no": "JC-1", "inspector": "inspector:JW01", "organisation": "示例区纪委监委", "document": "示例函〔2026〕3号",
        "scope": "log", "from_on": date(2026, 3, 2), "until_on": END,
    }  # fmt: skip
    return GrantInspectorAccess(**fields | changes)


def state(desk: Desk) -> Inspection:
    found = desk.states["inspection:JC-1"]
    assert isinstance(found, Inspection)
    return found


def test_access_holds_from_its_first_to_its_last_day_and_expires_with_what_was_read() -> None:
    desk = Desk(today=date(2026, 2, 27))
    desk.says(LEADER, grant())
    session = OpenInspectorSession(inspection_no="JC-1")
    assert desk.no(LEADER, session) == "grant-not-in-force"
    desk.until(date(2026, 3, 2))
    desk.says(LEADER, session)
    desk.says("inspector:JW01", READ)
    desk.says("inspector:JW01", READ)
    assert [in_force(state(desk), day) for day in (date(2026, 3, 1), END, date(2026, 4, 1))] == [False, True, False]
    desk.until(END)
    desk.says("inspector:JW01", READ)
    desk.until(date(2026, 4, 1))
    row = desk.rows("inspections")["JC-1"]
    assert (row.status, row.ended_on, row.sessions, row.reads, row.last_read) == ("expired", END, 1, 3, "R-1/evidence")
    assert desk.no("inspector:JW01", READ) == "grant-ended"
    assert desk.no(LEADER, session) == "grant-ended"


def test_revoked_access_ends_at_once() -> None:
    desk = Desk()
    desk.says(LEADER, grant())
    desk.says(LEADER, RevokeInspectorAccess(inspection_no="JC-1", reason="检查提前结束"))
    assert not in_force(state(desk), desk.today)
    assert desk.no("inspector:JW01", READ) == "grant-ended"
    desk.until(date(2026, 4, 2))
    assert desk.names() == ["InspectorAccessGranted", "InspectorAccessRevoked"]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("grant-too-long", {"until_on": date(2026, 5, 31)}),
        ("grant-too-long", {"from_on": date(2026, 2, 1), "until_on": date(2026, 2, 28)}),
        ("grant-too-long", {"from_on": date(2026, 4, 1)}),
        ("grant-scope", {"scope": "towns"}),
        ("grant-scope", {"scope": "log", "towns": ("T01",)}),
        ("grant-scope", {"scope": "tests", "tests": ("visits_overlap",), "towns": ("T01",)}),
        ("text-missing", {"document": " "}),
        ("personal-in-text", {"organisation": "联系人 13800000000"}),
    ],
)
def test_a_grant_has_a_scope_a_document_and_at_most_its_days(code: str, changes: dict[str, Any]) -> None:
    assert Desk().no(LEADER, grant(**changes)) == code


def test_ninety_days_are_the_most_and_nobody_grants_to_themselves() -> None:
    Desk().says(LEADER, grant(until_on=date(2026, 5, 30)))
    assert Desk().no("inspector:JW01", grant()) == "granted-to-self"


def test_a_session_is_for_one_town_of_a_grant_of_towns_and_ends_with_the_grant() -> None:
    desk = Desk()
    desk.says(LEADER, grant(scope="towns", towns=("T01", "T02")))
    assert desk.no(LEADER, OpenInspectorSession(inspection_no="JC-1")) == "grant-scope"
    assert desk.no(LEADER, OpenInspectorSession(inspection_no="JC-1", town="T03")) == "grant-scope"
    (first,) = desk.says(LEADER, OpenInspectorSession(inspection_no="JC-1", town="T02"))
    assert isinstance(first, InspectorSessionOpened)
    assert first.expires_at == datetime(2026, 3, 2, 12, tzinfo=UTC), "eight hours from noon in China"
    desk.today = END
    (last,) = desk.says(LEADER, OpenInspectorSession(inspection_no="JC-1", town="T01"))
    assert isinstance(last, InspectorSessionOpened)
    assert last.expires_at <= datetime(2026, 3, 31, 16, tzinfo=UTC), "the end of the last day in China"


def test_no_token_for_an_inspector_without_a_grant_or_longer_than_a_day(tmp_path: Path) -> None:
    """The token itself says by which grant it reads; one that says none is none, and others carry none."""
    create_keyring(tmp_path / "keyring")
    with opened(tmp_path / "keyring") as keyring:
        tokens = Tokens(keyring)
        bare = Identity(actor="inspector:JW01", role="inspector", town=None)
        good = Identity(actor="inspector:JW01", role="inspector", town=None, grant="JC-1", service="audit")
        with pytest.raises(ValueError, match="grant"):
            tokens.issue(bare, valid_for=timedelta(hours=1))
        with pytest.raises(ValueError, match="at most"):
            tokens.issue(good, valid_for=timedelta(hours=25))
        with pytest.raises(ValueError, match="grant"):
            tokens.issue(Identity(actor="a:1", role="auditor", town=None, grant="JC-1"), valid_for=timedelta(hours=1))
        assert tokens.read(tokens.issue(good, valid_for=timedelta(hours=1))) == good
        asking = Identity(actor="inspector:JW01", role="inspector", town=None, service="audit")
        assert tokens.read(tokens.issue(asking, valid_for=timedelta(minutes=5))) == asking, "to ask audit for one"
        over = tokens.issue(good, valid_for=timedelta(seconds=-1))
        with pytest.raises(NotAuthenticated, match="token-expired"):
            tokens.read(over)
