"""Proves what audit's pages make of facts and forms: commands of filled-in forms, steps by role, the drawing of causes, differences told."""

from typing import Any

import pytest
from starlette.datastructures import FormData

from services.eventlog.problems import Problem
from services.portal.api import money_forms
from services.portal.api.audit_forms import (
    BY_STEP,
    CHECK,
    INSPECTORS,
    PLAN,
    RAISE,
    STEPS,
    SUPPRESSIONS,
    cited,
    result_form,
    steps_open,
)
from services.portal.api.auditing import flat, in_order, told_apart, totals
from services.portal.api.event_log import COLUMN, ROW, drawing, short
from services.portal.api.findings import STATUSES, ageing_of, assigned_to, extension_asked, rule_of
from services.portal.api.forms import body_of
from services.portal.api.menu import FINDING_READERS, menu_of
from services.portal.asking import Services


def _fact(event_id: str, cause: str | None = None) -> dict[str, Any]:
    return {"event_id": event_id, "causationid": cause, "type": "assist.intake.x.v1", "subject": "household:H1"}


def test_each_effect_stands_in_the_column_after_its_cause_and_a_line_leads_to_it() -> None:
    drawn = drawing([_fact("a"), _fact("b", "a"), _fact("c", "a"), _fact("d", "c")], "c")
    assert {box.fact["event_id"]: (box.x // COLUMN, box.y // ROW) for box in drawn.boxes} == {
        "a": (0, 0), "b": (1, 0), "c": (1, 1), "d": (2, 0)
    }  # fmt: skip
    assert len(drawn.lines) == 3
    assert [box.fact["event_id"] for box in drawn.boxes if box.here] == ["c"]


def test_a_cause_that_is_not_shown_or_goes_in_a_circle_ends_the_drawing_all_the_same() -> None:
    assert drawing([_fact("a", "elsewhere")], "a").lines == []
    assert len(drawing([_fact("a", "b"), _fact("b", "a")], "a").boxes) == 2


def test_a_type_is_shown_without_what_all_types_have_alike() -> None:
    assert short("assist.audit.finding_opened.v1") == "audit.finding_opened"


def test_a_difference_names_the_fields_that_changed_and_the_facts_behind_each_row() -> None:
    told = told_apart({
        "row_count": 1, "fact_count": 2,
        "rows": [{"key": "T01", "before": {"key": "T01", "open": 1, "low": 2}, "after": {"key": "T01", "open": 3, "low": 2}}],
        "facts": [{"keys": ["T01"], "event_id": "x"}, {"keys": ["T02"], "event_id": "y"}],
    })  # fmt: skip
    assert told["rows"] == [
        {"key": "T01", "fields": [("open", "1", "3")], "facts": [{"keys": ["T01"], "event_id": "x"}]}
    ]


def test_lists_and_objects_in_a_row_stay_short() -> None:
    assert flat({"a": [1, 2], "b": {"c": 1}, "d": None, "e": 5}) == {"a": "[2]", "b": "{…}", "d": "", "e": "5"}


def test_open_late_and_closed_findings_are_added_up_over_towns() -> None:
    rows = [
        {"ages": [1, 2, 0, 0], "by_status": {"closed": 4}, "overdue": 1},
        {"ages": [0, 0, 0, 1], "by_status": {}, "overdue": 0},
    ]
    assert totals(rows) == {"open": 4, "closed": 4, "overdue": 1}


def test_a_plan_is_read_from_per_cents_and_a_month_only_where_the_kind_has_one() -> None:
    given = {
        "spot_check_no": "SC-1", "kind": "officers", "on": "2026-03-31", "purpose": "p", "design": "per_town",
        "period": "2026-03", "confidence_permille": "95", "tolerable_permille": "2.5", "acceptable_count": "0", "rounds_max": "2", "extension_count": "5",
    }  # fmt: skip
    plan = body_of(PLAN, given)
    assert (plan["confidence_permille"], plan["tolerable_permille"], plan["rounds_max"]) == (950, 25, 2)
    assert plan["period"] == ""
    assert body_of(PLAN, given | {"kind": "visits"})["period"] == "2026-03"
    assert "forced" not in plan
    assert body_of(PLAN, given | {"forced_item": "O1", "forced_reason": "r"})["forced"] == [
        {"item": "O1", "reason": "r"}
    ]
    with pytest.raises(Problem):
        body_of(PLAN, given | {"confidence_permille": "95.55"})


def test_a_sheet_says_of_each_attribute_whether_it_deviates() -> None:
    form = result_form([{"code": code, "zh": code, "en": code} for code in ("use", "work", "staffing")])
    given = {"item": "O1", "checked_on": "2026-03-31", "attribute-use": "deviating", "attribute-work": "unexamined"}
    with pytest.raises(Problem) as told:
        body_of(form, given, {"form_sha256": [b"x"]})
    assert [one.pointer for one in told.value.errors] == ["/attribute-staffing"]
    body = body_of(form, given | {"attribute-staffing": "conforming"}, {"form_sha256": [b"x"]})
    assert (body["deviating"], body["unexamined"], body["evidence_sha256"]) == (["use"], ["work"], [])
    assert not [name for name in body if name.startswith("attribute")]


def test_checkers_are_separated_by_chinese_or_other_commas() -> None:
    body = body_of(CHECK["assign-field-sheets"], {"checkers": "auditor:A1，bureau:B1、bureau:B2,", "items": "O1"})
    assert body["checkers"] == ["auditor:A1", "bureau:B1", "bureau:B2"]
    assert body["items"] == ["O1"]


def _standing(status: str, **on: str) -> dict[str, Any]:
    never = {"escalated_on": None, "handled_on": None, "accounted_on": None, "extension_asked": False}
    return {"status": status, **never, **on}


def test_a_finding_is_escalated_then_handled_then_accounted_for_each_once() -> None:
    def next_of(**on: str) -> set[str]:
        wanted = {"escalate-finding", "handle-finding", "account-for-finding"}
        return {form.command for form in steps_open("bureau-leader", _standing("open", **on))} & wanted

    day = "2026-03-31"
    assert next_of() == {"escalate-finding"}
    assert next_of(escalated_on=day) == {"handle-finding"}
    assert next_of(escalated_on=day, handled_on=day) == {"account-for-finding"}
    assert next_of(escalated_on=day, handled_on=day, accounted_on=day) == set()


def test_a_wish_for_more_days_is_decided_once_it_was_asked_and_not_asked_twice() -> None:
    steps = ("finding_assigned", "rectification_extension_requested", "rectification_extension_decided")
    assert [extension_asked([{"step": one} for one in steps[:n]]) for n in range(4)] == [False, False, True, False]
    assert not extension_asked([{"step": one} for one in (*steps[:2], "finding_assigned")])
    standing = _standing("assigned")
    assert "decide-rectification-extension" not in {one.command for one in steps_open("auditor", standing)}
    asked = {**standing, "extension_asked": True}
    assert "decide-rectification-extension" in {one.command for one in steps_open("auditor", asked)}
    for finding, offered in ((standing, True), (asked, False)):
        there = {one.command for one in steps_open("town-leader", finding)}
        assert ("request-rectification-extension" in there) is offered


def test_whom_a_finding_is_assigned_to_begins_with_who_has_it_or_its_towns_leader() -> None:
    finding = {"town": "T04", "unit": "", "responsible": ""}
    assert assigned_to(finding) == {"unit": "T04", "responsible": "town-leader:T04"}
    assert assigned_to({**finding, "unit": "T04", "responsible": "officer:O007"})["responsible"] == "officer:O007"
    assert assigned_to({**finding, "town": "district"}) == {"unit": "bureau", "responsible": ""}


class _Ages(Services):
    """Audit's answer: a row has only the key that was asked for."""

    async def get(self, service: str, path: str, **parameters: Any) -> Any:
        whose = {"town": ["T02", "district"], "unit": ["bureau", "T02"], "responsible": ["officer:O001"]}
        return {"rows": [{parameters["by"]: one} for one in whose[parameters["by"]]]}


@pytest.mark.parametrize("by", ["town", "unit", "responsible"])
async def test_ages_are_asked_by_unit_and_person_too_and_the_towns_with_findings_stay_offered(by: str) -> None:
    nobody: Any = None
    services = _Ages(http=nobody, urls={}, tokens=nobody, identity=nobody, inspectors=nobody)
    rows, towns = await ageing_of(services, by)
    assert [list(row) for row in rows] == [[by]] * len(rows)
    assert (len(rows) > 0, towns) == (True, ["T02"])


def test_a_rule_is_named_in_both_languages_and_partitions_stand_by_number() -> None:
    assert rule_of("公示满七日 / a notice stands") == ("公示满七日", "a notice stands")
    assert rule_of("公示") == ("公示", "公示")
    assert [name for name, _ in in_order({"9": 1, "root": 1, "11": 1, "0": 1})] == ["root", "0", "9", "11"]


def test_an_inspector_states_no_step_of_a_spot_check_or_of_misuse_and_may_raise_a_finding() -> None:
    forms = [PLAN, *CHECK.values(), result_form([]), *money_forms.FORMS.values(), *SUPPRESSIONS.values()]
    assert [form.command for form in forms if "inspector" in form.roles] == []
    assert "inspector" in RAISE.roles


def test_records_are_cited_by_place_and_event_as_the_log_shows_them() -> None:
    assert cited("3/1024 019c-a") == {"event_id": "019c-a", "partition": 3, "sequence": 1024}
    for wrong in ("3/1024", "3 1024 019c", "a/b c"):
        with pytest.raises(ValueError, match=r".*"):
            cited(wrong)


def test_a_grant_names_towns_or_tests_only_where_its_scope_is_of_them() -> None:
    typed = {
        "inspection_no": "JC-1", "inspector": "inspector:J1", "organisation": "纪委", "document": "文", "from_on": "2026-03-01",
        "until_on": "2026-03-30", "tests": "x",
    }  # fmt: skip
    form = INSPECTORS["grant-inspector-access"]
    found = {
        scope: body_of(form, FormData([*typed.items(), ("scope", scope), ("towns", "T01"), ("towns", "T02")]))
        for scope in ("log", "towns", "tests")
    }
    assert not {"towns", "tests"} & set(found["log"])
    assert (found["towns"]["towns"], "tests" in found["towns"]) == (["T01", "T02"], False)
    assert (found["tests"]["tests"], "towns" in found["tests"]) == (["x"], False)


def test_an_inspector_only_reads_findings_and_each_status_has_a_step_for_somebody() -> None:
    assert all(steps_open("inspector", _standing(status)) == () for status in STATUSES)
    assert next(step.command for step in steps_open("auditor", _standing("answered"))) == "verify-rectification"
    assert all(step.roles <= FINDING_READERS for step, _ in STEPS)
    assert {status for _, statuses in STEPS for status in statuses} == {
        "open", "assigned", "contested", "answered", "verified", "closed",
    }  # fmt: skip


def test_the_form_of_a_step_becomes_its_command() -> None:
    body = body_of(BY_STEP["answer-finding"], {"measures": "two\r\nlines", "commandid": "x"}, {"evidence_files": [b""]})
    assert (body["command"], body["measures"]) == ("answer-finding", "two lines")
    assert len(body["evidence_files"]) == 1
    assert body_of(BY_STEP["decide-rectification-extension"], {"approved": "no", "reason": "r"})["approved"] is False


@pytest.mark.parametrize(("role", "home"), [("auditor", "/audit"), ("inspector", "/audit"), ("operator", "/log")])
def test_each_begins_its_day_at_its_main_page_and_finds_a_page_once(role: str, home: str) -> None:
    paths = [entry.path for entry in menu_of(role)]
    assert paths[0] == home
    assert len(paths) == len(set(paths))
