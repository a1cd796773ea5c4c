"""Proves how the pages of window, committees and town leaders shape rows and read forms; no browser, no service."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import FormData

from services.contracts.calendar import WorkingCalendar
from services.contracts.months import Month
from services.eventlog.seeing import READER, Reader, read_for
from services.portal.api import people
from services.portal.api.committee import came_down, committee_of, notices_of, printing
from services.portal.api.exchange import table_for
from services.portal.api.forms import people_of
from services.portal.api.town_leader import (
    absent_workdays,
    covered_by,
    late_by_holder,
    month_of,
    on_post_in,
    opinions_of,
    temporary_amount,
    workdays_of,
)
from services.portal.api.town_words import INITIALS, NEEDS, found_by, words
from services.portal.api.window import chosen, counts, discoveries_left, with_clocks
from services.portal.api.window_item import papers_of
from services.portal.api.window_request import new_request_no, qr_of, request_body
from services.portal.rendering import STATIC

ME = "window:T01-W1"
CALENDAR = WorkingCalendar(
    version="t", announced_through=date(2026, 12, 31), off_days=frozenset({date(2026, 3, 3)}),
    make_up_days=frozenset({date(2026, 3, 7)}),
)  # fmt: skip


def item(key: str, status: str = "received", **more: object) -> dict[str, object]:
    row = {
        "key": key, "household": "T01-H00001", "request_no": key, "status": status, "need": "dibao_urban", "offered_to": "",
        "responsible": ME, "received_on": "2026-03-02", "ticket_no": "", "committee": "T01-C01",
    }  # fmt: skip
    return {**row, **more}


def clock(
    number: str, left: int, *, name: str = "referral", held_by: str = ME, counting: str = "workdays"
) -> dict[str, object]:
    about = {
        "application_no": number, "clock": name, "household": "", "due_on": "2026-03-09", "held_by": held_by, "with_whom": "", "counting": counting,
    }  # fmt: skip
    return {"clock": about, "days_left": left, "overdue": left < 0}


def test_the_most_urgent_item_comes_first_with_its_most_urgent_clock() -> None:
    rows = with_clocks([item("a"), item("b"), item("c")], [clock("b", 5), clock("c", 2), clock("c", -1, name="outer")])
    assert [(row["key"], row["left"], row["clock"]) for row in rows] == [
        ("c", -1, "outer"),
        ("b", 5, "referral"),
        ("a", None, ""),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [("R-1", ["R-1"]), ("h00001", ["R-1", "R-2"]), ("csdb", ["R-1"]), ("临时", ["R-2"]), ("lsjz", ["R-2"]), ("zz", [])],
)
def test_items_are_found_by_number_household_or_the_needs_words_and_initials(query: str, found: list[str]) -> None:
    rows = [item("R-1"), item("R-2", "withdrawn", need="temporary")]
    assert [row["key"] for row in chosen(rows, "counter", query, "")] == found


def test_items_are_found_by_the_households_that_intake_found_by_a_name() -> None:
    rows = [item("R-1"), item("R-2", "withdrawn", need="temporary")]
    household = rows[0]["household"]
    assert [row["key"] for row in chosen(rows, "counter", "zxm", "", [household])] == [
        row["key"] for row in rows if row["household"] == household
    ]
    assert chosen(rows, "counter", "zxm", "", ["T09-H1"]) == []


def test_a_view_shows_its_statuses_and_mine_also_what_is_offered_to_me() -> None:
    rows = [
        item("a"),
        item("b", "referred"),
        item("c", responsible="window:T01-W2", offered_to=ME),
        item("d", responsible="x:y"),
    ]
    assert [row["key"] for row in chosen(rows, "counter", "", "")] == ["a", "c", "d"]
    assert [row["key"] for row in chosen(rows, "referred", "", "")] == ["b"]
    assert [row["key"] for row in chosen(rows, "all", "", ME)] == ["a", "b", "c"]


def test_the_figures_count_what_is_late_mine_and_offered() -> None:
    rows = with_clocks([item("a"), item("b", "waiting", offered_to=ME, responsible="window:T01-W2")], [clock("a", -2)])
    told = counts(rows, ME)
    assert (told["received"], told["waiting"], told["late"], told["mine"], told["offered"]) == (1, 1, 1, 1, 1)


def test_open_discoveries_alone_wait_by_their_last_day() -> None:
    rows = [
        {"key": "T01-D1", "status": "open", "follow_up_by": "2026-03-09"}, {"key": "T01-D2", "status": "open", "follow_up_by": "2026-03-04"},
        {"key": "T01-D3", "status": "followed", "follow_up_by": "2026-03-01"},
    ]  # fmt: skip
    found = discoveries_left(rows, [clock("T01-D2", 1, name="discovery")])
    assert [(row["key"], row["left"]) for row in found] == [("T01-D2", 1), ("T01-D1", None)]


FORM = FormData(
    [
        ("members_id", "11010519491231002x"), ("members_name", "某人"), ("members_relation", ""), ("members_id", ""), ("members_name", ""),
        ("members_relation", ""), ("needs", "dibao_urban"), ("needs", "medical"), ("materials", "application_form"),
        ("phone", "19900000000"), ("committee", "T01-C01"), ("request_no", "R-T01-20260302-0000abcd"), ("delegated", "yes"),
        ("channel", "window"), ("address", ""),
    ]
)  # fmt: skip


def test_a_request_is_read_as_it_was_typed_and_what_is_empty_is_not_sent() -> None:
    body = request_body(FORM, town="T01", actor=ME, household_no="T01-H00001", day=date(2026, 3, 2))
    assert body["members"] == [{"resident_id": "11010519491231002X", "name": "某人", "relation": "本人"}]
    assert body["needs"] == ["dibao_urban", "medical"]
    assert (body["delegated"], body["near_relative_declared"], body["received_on"]) == (True, False, "2026-03-02")
    assert not {"address", "ticket_no", "discovery_no"} & set(body)


def test_a_row_without_name_and_number_is_nobody() -> None:
    assert (
        people_of(FormData([("members_id", " "), ("members_name", ""), ("members_relation", "子女")]), "members") == []
    )


def test_request_numbers_of_two_forms_differ() -> None:
    day = date(2026, 3, 2)
    first = new_request_no("T01", day, "01890a5d-ac96-774b-bcce-b302099a8057")
    assert first == "R-T01-20260302-099a8057"
    assert first != new_request_no("T01", day, "01890a5d-ac96-774b-bcce-b302099a8058")


def test_the_receipts_code_is_an_image_in_the_page() -> None:
    assert qr_of("R-T01-1").startswith("data:image/svg+xml")
    assert qr_of("R-T01-1") != qr_of("R-T01-2")


def test_a_committee_sees_its_own_notices_by_what_is_to_be_done() -> None:
    day = date(2026, 3, 20)

    def case(
        key: str, status: str, committee: str = "T01-C01", ends: str | None = None, **more: object
    ) -> dict[str, object]:
        row = {
            "key": key,
            "status": status,
            "committee": committee,
            "notice_ends_on": ends,
            "survey_valid": True,
            "contested": [],
            "outcome": "",
            "need": "dibao_urban",
            "check_returned": True,
            "objection_count": 0,
            "open_conflicts": [],
            "papers_by": None,
            "notice_posted_on": "2026-03-05" if ends else None,
        }
        return {**row, **more}

    found = notices_of(
        [
            case("a", "checked"), case("g", "checked", open_conflicts=["bank"]), case("b", "checked", "T01-C02"), case("c", "checked", survey_valid=False),
            case("d", "posted", ends="2026-03-25"), case("e", "notice_closed", ends="2026-03-19"),
            case("f", "notice_closed", ends="2026-03-01"), case("h", "notice_closed", ends="2026-03-19"),
        ],
        committee_of("committee:T01-C01-M1"), day, {"h": {"taken_down_on": "2026-03-19"}},
    )  # fmt: skip
    assert {name: [row["key"] for row in rows] for name, rows in found.items()} == {
        "under_way": ["g", "c"], "to_post": ["a"], "hanging": ["d"], "to_take_down": ["e"],
    }  # fmt: skip


def test_a_notice_is_to_come_down_until_it_is_recorded_for_the_posting_that_hung_last() -> None:
    hung: dict[str, Any] = {"notice_posted_on": "2026-03-10", "notice_ends_on": "2026-03-17"}
    assert not came_down(hung, None)
    assert came_down(hung, {"taken_down_on": "2026-03-18"})
    assert not came_down(hung, {"taken_down_on": "2026-03-02"})


def test_who_is_late_most_comes_first_and_a_hanging_notice_is_never_due_soon() -> None:
    found = late_by_holder(
        [clock("a", -2), clock("b", 2), clock("c", -5, held_by="officer:O1"), clock("d", -1, held_by="officer:O1"),
         clock("e", 1, counting="full_days")]
    )  # fmt: skip
    assert [(row["held_by"], row["late"], row["soon"], row["open"], row["worst"]) for row in found] == [
        ("officer:O1", 2, 0, 2, -5), (ME, 1, 1, 3, -2),
    ]  # fmt: skip


def test_the_leader_signs_only_what_has_a_valid_survey_and_no_open_conflict() -> None:
    def case(key: str, status: str, need: str = "dibao_urban", **more: object) -> dict[str, object]:
        row = {
            "key": key, "status": status, "need": need, "decide_by": "2026-04-01", "survey_valid": True, "contested": [],
            "open_conflicts": [], "outcome": "", "papers_by": None, "check_returned": status == "checked", "notice_ends_on": None,
            "objection_count": 0, "notice_posted_on": "2026-03-05" if status == "notice_closed" else None,
        }  # fmt: skip
        return {**row, **more}

    found = opinions_of(
        [case("a", "checked"), case("b", "checked", open_conflicts=["bank"]), case("c", "notice_closed"), case("d", "opened", "temporary"),
         case("e", "confirmed", "temporary", outcome="confirmed"), case("f", "checked", survey_valid=False),
         case("g", "checked", "temporary", outcome="confirmed", papers_by="2026-04-01")],
        date(2026, 3, 20),
    )  # fmt: skip
    assert {name: [row["key"] for row in rows] for name, rows in found.items()} == {
        "to_sign": ["a", "g"], "conflicts": ["b"], "to_send": ["c"], "to_decide": ["d"],
    }  # fmt: skip


def test_absences_are_counted_on_working_days_of_the_month_alone() -> None:
    """A day off and a weekend are not worked, a made-up Saturday is; a cancelled absence is none."""
    month = Month.parse("2026-03")
    assert workdays_of(month, CALENDAR) == 22
    absences = [
        {"officer": "O1", "status": "recorded", "from_on": "2026-02-27", "until_on": "2026-03-04"},
        {"officer": "O2", "status": "recorded", "from_on": "2026-03-06", "until_on": "2026-03-08"},
        {"officer": "O3", "status": "cancelled", "from_on": "2026-03-06", "until_on": "2026-03-08"},
        {"officer": "O4", "status": "recorded", "from_on": "2026-03-31", "until_on": None},
    ]
    assert absent_workdays(absences, month, CALENDAR) == {"O1": 2, "O2": 2, "O4": 1}


def test_a_sheet_names_who_was_on_a_post_in_the_month() -> None:
    rows = [
        {"officer": "O2", "on_post_from_on": None, "appointed_on": "2020-01-01", "last_day_on": None},
        {"officer": "O1", "on_post_from_on": "2026-04-01", "appointed_on": "2026-04-01", "last_day_on": None},
        {"officer": "O3", "on_post_from_on": "2020-01-01", "appointed_on": "2020-01-01", "last_day_on": "2026-02-27"},
    ]
    assert [row["officer"] for row in on_post_in(rows, Month.parse("2026-03"))] == ["O2"]


@pytest.mark.parametrize("text", ["", "2026-13", "x"])
def test_what_is_no_month_is_the_month_before(text: str) -> None:
    assert str(month_of(text, date(2026, 3, 2))) == "2026-02"


def test_a_need_is_found_by_its_words_and_initials_and_has_both() -> None:
    assert set(INITIALS) == set(NEEDS)
    assert found_by("TK", "tekun")
    assert not found_by("", "tekun")
    assert words("need", "new_need") == ("new_need", "new_need")


def test_the_pages_script_is_served_with_the_others() -> None:
    assert (Path(STATIC) / "town.js").is_file()


def test_only_papers_that_there_are_or_that_are_blank_to_sign_are_offered() -> None:
    def paper(form: str, of: str, state: str) -> dict[str, str]:
        return {"form": form, "of": of, "state": state, "title": f"{form} zh", "title_en": f"{form} en"}

    folder = {
        "forms": [
            paper("application_form", "R-1", "present"), paper("authorisation", "R-1", "missing"),
            paper("materials_notice", "R-1", "present"), paper("materials_notice", "R-1", "present"),
            paper("referral_letter", "R-1", "not_required"), paper("acceptance_notice", "R-2", "present"),
        ]
    }  # fmt: skip
    assert [one[0] for one in papers_of(folder, "R-1")] == ["application_form", "authorisation", "materials_notice"]


@pytest.mark.parametrize(
    ("members", "amount_fen", "over"), [(1, 73_500, False), (3, 220_500, True), (9, 441_000, True)]
)
def test_temporary_help_is_told_before_it_is_signed_and_whether_the_town_may(
    members: int, amount_fen: int, over: bool
) -> None:
    """One sum a member up to the household's cap; more than the town's limit is the bureau's."""
    pack = {"per_member_fen": 73_500, "household_max_fen": 441_000}
    found = temporary_amount(pack, {"needs": {"temporary": {"town_limit_fen": 150_000}}}, members)
    assert (found["members"], found["amount_fen"], found["over"]) == (members, amount_fen, over)


@pytest.mark.parametrize(
    ("status", "survey_valid", "household", "covered"),
    [("opened", False, 5, 3), ("surveyed", True, 3, 3), ("surveyed", True, 2, None), ("surveyed", False, 3, None)],
)
def test_no_sum_is_told_before_a_signature_unless_it_is_sure_how_many_it_covers(
    status: str, survey_valid: bool, household: int, covered: int | None
) -> None:
    case = {"status": status, "survey_valid": survey_valid}
    assert covered_by(case, {"member_count": 3}, {"member_count": household}) == covered
    assert covered_by(case, None, {"member_count": household}) is None


async def test_a_town_may_name_its_own_people_and_the_districts_but_no_other_towns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A town's reader is given rows of no other town, nor those of no town, by the walls; the district's are read beside."""
    everybody = [
        {"acts_as": actor, "role": role, "town": town, "status": status}
        for actor, role, town, status in (
            ("bureau:B1", "bureau", "", "open"), ("officer:O1", "officer", "T01", "open"), ("officer:O2", "officer", "T02", "open"),
            ("bureau:B2", "bureau", "", "closed"), ("trainer:P1", "trainer", "", "open"),
        )
    ]  # fmt: skip

    async def walled(_: Any) -> list[dict[str, Any]]:
        town = READER.get().town
        return [row for row in everybody if not town or row["town"] == town]

    monkeypatch.setattr(people, "everybody", walled)
    door: Any = None
    with read_for(Reader(town="T01")):
        found = await people.nameable(door, {"bureau", "officer"}, "T01")
        assert READER.get().town == "T01"
    assert [row["acts_as"] for row in found] == ["bureau:B1", "officer:O1"]
    district = await people.nameable(door, {"officer"}, "")
    assert [row["acts_as"] for row in district] == ["officer:O1", "officer:O2"]


def test_a_notice_takes_its_amount_while_it_is_to_be_posted_and_not_after() -> None:
    row: dict[str, Any] = {
        "need": "dibao_urban", "objection_count": 0, "notice_ends_on": None, "status": "checked", "survey_valid": True, "check_returned": True,
        "contested": [], "open_conflicts": [], "outcome": "", "papers_by": None, "notice_posted_on": None,
    }  # fmt: skip
    hangs = row | {"status": "posted", "notice_posted_on": "2026-03-19", "notice_ends_on": "2026-03-27"}
    asked = [[one.name for one in printing(case, date(2026, 3, 20)).fields] for case in (row, hangs)]
    assert asked == [["amount_fen"], []]


def test_a_town_leader_is_not_asked_for_what_is_the_bureaus_alone() -> None:
    assert {"personal", "reason"} <= {one.name for one in table_for("bureau").fields}
    assert {"personal", "reason"}.isdisjoint(one.name for one in table_for("town-leader").fields)
