"""Proves what the doors answer that the pages ask and no test asked by itself: their answers, paging and refusals, each town its own."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from services.contracts.roles import ROLES, TOWN_ROLES
from tests.browser.product import Product
from tests.browser.service_doors import ask

SERVICES = ("intake", "casework", "payroll", "audit", "portal")
LOOKING = {"operator", "system-administrator", "auditor"}
# Roles that a token alone does not make: an inspector's grant, and the three that no person has.
PEOPLE = sorted(set(ROLES) - {"inspector"})


def town_of(role: str) -> str | None:
    """A town's role is bound to one."""
    return "T01" if role in TOWN_ROLES else None


def refused(answer: httpx.Response, status: int, code: str) -> None:
    """A problem document in both languages."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["title"]
    assert answer.json()["title_en"]


def pages(product: Product, limit: int, **query: Any) -> Iterator[dict[str, Any]]:
    """The pages of a search of the log, newest first."""
    before = ""
    while before is not None:
        page = ask(product, "audit", "/v1/facts", "auditor", limit=limit, before=before, **query).json()
        yield page
        before = page["before"]


def test_facts_are_found_newest_first_page_by_page_without_one_twice(product: Product) -> None:
    """A small page and a large one tell the same facts in the same order; more than the most is cut to the most."""
    kind = "assist.payroll.run_approved.v1"
    small = [row["event_id"] for page in pages(product, 3, type=kind) for row in page["rows"]]
    large = [row["event_id"] for page in pages(product, 200, type=kind) for row in page["rows"]]
    assert len(small) >= 10
    assert small == large
    assert len(set(small)) == len(small)
    first = next(pages(product, 1000))
    assert len(first["rows"]) == 200
    assert first["before"] is not None


def test_a_fact_is_found_by_id_and_place_and_shows_no_personal_value(product: Product) -> None:
    row = next(pages(product, 1, type="assist.intake.request_received.v1"))["rows"][0]
    by_id = ask(product, "audit", f"/v1/facts/{row['event_id']}", "operator").json()
    by_place = ask(product, "audit", f"/v1/facts/{row['partition']}/{row['sequence']}", "operator").json()
    assert by_id["fact"] == by_place["fact"]
    assert by_id["fact"]["type"] == "assist.intake.request_received.v1"
    assert any(one["event_id"] == row["event_id"] for one in by_id["related"])
    told = json.dumps(by_id["readable"], ensure_ascii=False)
    assert "1990000" not in told
    assert row["subject"] in json.dumps(by_id["fact"])


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"event_id": "no-id"}, 404, "not-found"), ({"place": "0/999999999"}, 404, "not-found"),
        ({"before": "yesterday"}, 422, "parameter-invalid"), ({"since": "yesterday"}, 422, "parameter-invalid"),
        ({"limit": "many"}, 422, "parameter-invalid"),
    ],
)  # fmt: skip
def test_a_search_that_does_not_fit_is_refused(product: Product, query: dict[str, Any], status: int, code: str) -> None:
    refused(ask(product, "audit", "/v1/facts", "auditor", **query), status, code)


def test_what_is_new_begins_where_one_left_off(product: Product) -> None:
    begin = ask(product, "audit", "/v1/new-facts", "operator").json()
    assert begin["rows"] == []
    assert ask(product, "audit", "/v1/new-facts", "operator", after=begin["after"]).json()["rows"] == []
    partition, _, head = begin["after"].partition(",")[0].partition(":")
    behind = ",".join([f"{partition}:{int(head) - 2}", *begin["after"].split(",")[1:]])
    found = ask(product, "audit", "/v1/new-facts", "operator", after=behind, limit=1).json()
    assert [row["sequence"] for row in found["rows"]] == [int(head) - 1]
    rest = ask(product, "audit", "/v1/new-facts", "operator", after=found["after"]).json()
    assert rest["rows"][0]["sequence"] == int(head)
    refused(ask(product, "audit", "/v1/new-facts", "operator", after="everything"), 422, "parameter-invalid")


@pytest.mark.parametrize("path", ["/v1/facts", "/v1/new-facts", "/v1/facts/0/1", "/v1/standing"])
def test_the_log_and_its_standing_are_for_it_and_auditors_alone(product: Product, path: str) -> None:
    for role in PEOPLE:
        answer = ask(product, "audit", path, role, town=town_of(role))
        if role in LOOKING:
            assert answer.status_code == 200, (role, answer.text)
        else:
            refused(answer, 403, "wrong-role")
    assert ask(product, "audit", path, "").status_code == 401


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_says_how_far_it_is_and_what_is_parked(product: Product, service: str) -> None:
    told = ask(product, service, "/v1/standing", "operator").json()
    assert told["service"] == service
    assert told["parked"] == []
    assert told["behind"] == sum(one["behind"] for one in told["partitions"])
    assert all(one["behind"] == one["sealed"] - one["applied"] for one in told["partitions"])
    assert sum(one["sealed"] for one in told["partitions"]) > 1000


def test_only_what_is_parked_is_driven_again_and_only_with_a_reason_left_behind(product: Product) -> None:
    def redrive(role: str, **body: object) -> httpx.Response:
        return ask(product, "casework", "/v1/parked/redrive", role, body={"subject": "finding:none", **body})

    refused(redrive("operator"), 404, "not-parked")
    refused(redrive("system-administrator"), 404, "not-parked")
    refused(redrive("auditor"), 403, "wrong-role")
    refused(redrive("bureau"), 403, "wrong-role")
    refused(redrive("system-administrator", discard=True, reason="r"), 403, "wrong-role")
    refused(redrive("operator", discard=True), 422, "reason-missing")
    refused(redrive("operator", force=True), 422, "body-invalid")


def test_a_rule_pack_in_force_is_told_with_its_citation(product: Product) -> None:
    told = ask(product, "intake", "/v1/rules-in-force/procedure", "window", town="T01").json()
    assert told["name"] == "procedure"
    assert told["citation"]
    assert told["content"]["needs"]["dibao_urban"]["road"] == "accept"
    same = ask(product, "intake", "/v1/rules-in-force/procedure", "bureau").json()
    assert same == told
    refused(ask(product, "intake", "/v1/rules-in-force/no_such_pack", "bureau"), 404, "not-found")
    refused(ask(product, "intake", "/v1/rules-in-force/procedure", "contractor"), 403, "wrong-role")
    assert ask(product, "intake", "/v1/rules-in-force/procedure", "").status_code == 401


def test_a_towns_attendance_is_its_own(product: Product) -> None:
    own = ask(product, "payroll", "/v1/town-attendance/T01", "town-leader", town="T01").json()
    assert own["officers"]
    assert {one["town"] for one in own["sheets"]} <= {"T01"}
    assert own == ask(product, "payroll", "/v1/town-attendance/T01", "bureau-finance").json()
    other = ask(product, "payroll", "/v1/town-attendance/T02", "bureau-finance").json()
    assert not {one["officer"] for one in own["officers"]} & {one["officer"] for one in other["officers"]}
    refused(ask(product, "payroll", "/v1/town-attendance/T02", "town-leader", town="T01"), 403, "wrong-town")
    refused(ask(product, "payroll", "/v1/town-attendance/T01", "officer", town="T01"), 403, "wrong-role")
    money = ask(product, "payroll", "/v1/town-money/T01", "town-leader", town="T01").json()
    assert money == ask(product, "payroll", "/v1/town-money/T01", "bureau-finance").json()
    assert {one["payer_town"] for one in money["invoices"]} == {"T01"}
    assert ask(product, "payroll", "/v1/town-money/T02", "bureau-finance").json()["invoices"] == []
    contracts = [
        one
        for row in ask(product, "casework", "/v1/contractors", "officer", town="T02").json()["rows"]
        for one in row["contracts"]
    ]
    assert {one["town"] for one in contracts} == {""}
    assert ask(product, "payroll", "/v1/town-attendance/T99", "bureau-finance").json()["officers"] == []
    assert "resident" not in json.dumps(own)
    assert own["kinds"]["maternity"] == {
        "zh": "产假",
        "en": "maternity leave",
        "grounds": ["difficult_birth", "further_child", "local_leave"],
    }
    assert "sick_beyond_term" not in own["kinds"], "what a kind becomes is worked out, never recorded"
    assert {one["town"] for one in own["moves"]} <= {"T01"}


def test_an_officer_sees_the_households_in_hand_and_nobody_elses(product: Product) -> None:
    mine = ask(product, "casework", "/v1/caseloads/O001", "officer", actor="officer:O001", town="T01").json()
    assert mine["town"] == "T01"
    assert mine["rows"]
    assert {row["household_no"][:3] for row in mine["rows"]} == {"T01"}
    assert mine["standard"]
    assert mine["rows"] == ask(product, "casework", "/v1/caseloads/O001", "bureau").json()["rows"]
    refused(
        ask(product, "casework", "/v1/caseloads/O001", "officer", actor="officer:O002", town="T01"), 403, "not-own-caseload"
    )  # fmt: skip
    refused(ask(product, "casework", "/v1/caseloads/O001", "town-leader", town="T02"), 404, "not-found")
    refused(ask(product, "casework", "/v1/caseloads/O001", "contractor"), 403, "wrong-role")
    refused(ask(product, "casework", "/v1/caseloads/O999", "bureau"), 404, "not-found")


def test_hand_overs_that_wait_are_the_towns_and_an_officers_own(product: Product) -> None:
    path = "/v1/handovers-waiting"
    rows = ask(product, "casework", path, "bureau").json()["rows"]
    assert {one["town"] for one in ask(product, "casework", path, "town-leader", town="T01").json()["rows"]} <= {"T01"}
    mine = ask(product, "casework", path, "officer", actor="officer:O001", town="T01").json()["rows"]
    assert mine == [one for one in rows if "O001" in (one["officer"], one["receiver"]) and one["town"] == "T01"]
    elsewhere = ask(product, "casework", f"{path}?town=T02", "town-leader", town="T01")
    refused(elsewhere, 403, "wrong-town")
    refused(ask(product, "casework", path, "contractor"), 403, "wrong-role")
    assert ask(product, "casework", path, "").status_code == 401


def test_an_officer_sees_the_own_appraisals_alone(product: Product) -> None:
    told = ask(product, "payroll", "/v1/own-appraisals", "officer", actor="officer:O001", town="T01").json()
    assert told["as_of"]
    assert all(one["points"] for one in told["rows"])
    nobody = ask(product, "payroll", "/v1/own-appraisals", "officer", actor="officer:O999", town="T01").json()
    assert nobody["rows"] == nobody["confirmed"] == []
    assert told["confirmed"], "the quarter that pay goes by, also one from before this software"
    for role in set(PEOPLE) - {"officer"}:
        refused(ask(product, "payroll", "/v1/own-appraisals", role, town=town_of(role)), 403, "wrong-role")


def test_sample_events_are_told_field_by_field_to_whom_they_concern(product: Product) -> None:
    event = {
        "specversion": "1.0", "id": "door-1", "source": "/town/T01", "type": "assist.town.consultation_recorded.v1", "colour": 1,
    }  # fmt: skip

    def tried(body: str, role: str = "operator") -> httpx.Response:
        return ask(product, "intake", "/v1/conformance?town=T01", role, body=body, town=town_of(role))

    lines = tried(json.dumps(event) + "\n" + json.dumps(event)).json()["rows"]
    array = tried(json.dumps([event, event])).json()["rows"]
    assert lines == array
    assert len(array) == 2
    assert {"/colour", "/time"} <= {error[0] for error in array[0]["errors"]}
    assert all(zh and en for _, zh, en in array[0]["errors"])
    for role in ("security-administrator", "system-administrator", "auditor"):
        assert tried(json.dumps(event), role).status_code == 200
    for role in ("bureau", "window", "officer", "audit-administrator"):
        refused(tried(json.dumps(event), role), 403, "wrong-role")
    refused(ask(product, "intake", "/v1/conformance", "operator", body=json.dumps(event)), 422, "parameter-invalid")
