"""Proves how the pages about officers read forms with parts, make numbers, and choose what they offer."""

from datetime import date

import pytest

from services.eventlog.problems import Problem
from services.portal.api import field_caseload, officers, posting, recruitment
from services.portal.api.forms import body_of
from services.portal.api.officers_forms import FORMS
from services.portal.api.recruitment_forms import FORMS as ROUNDS

_PERSON = {
    "officer": "O200",
    "resident_id": "500112198001010000",
    "name": "某人",
    "phone": "1",
    "bank_account": "62220000",
}
_CONTRACT = {
    "contract/contract_no": "HT1", "contract/mode": "service_contract", "contract/from_on": "2026-04-01", "contract/document": "文",
}  # fmt: skip
_POST = {"appointed_on": "2026-04-01", "position": "member", "education": "本科", "document": "文"}


def test_an_appointment_has_a_contract_and_of_certificate_round_and_exceptions_what_was_filled_in() -> None:
    body = body_of(FORMS["appoint-officer"], {**_PERSON, **_POST, **_CONTRACT})
    assert body["contract"] == {
        "contract_no": "HT1",
        "mode": "service_contract",
        "from_on": "2026-04-01",
        "document": "文",
    }
    assert (body["certificates"], body["exceptions"]) == ([], [])
    assert not {"round_no", "candidate_no", "candidate"} & set(body)
    more = {
        "candidate": "XP1/B001", "exception-diploma/reason": "急需", "exception-diploma/document": "批1",
        "certificates/qualification": "assistant", "certificates/number": "Z1",
    }  # fmt: skip
    body = body_of(FORMS["appoint-officer"], {**_PERSON, **_POST, **_CONTRACT, **more})
    assert (body["round_no"], body["candidate_no"]) == ("XP1", "B001")
    assert body["exceptions"] == [{"rule": "diploma", "reason": "急需", "document": "批1"}]
    assert body["certificates"] == [{"qualification": "assistant", "number": "Z1"}]
    assert not [name for name in body if "/" in name]


def test_a_part_that_is_missing_is_told_by_its_field() -> None:
    with pytest.raises(Problem) as told:
        body_of(FORMS["record-contract"], {"officer": "O001", "contract/contract_no": "HT1"})
    assert {one.pointer for one in told.value.errors} == {"/contract/mode", "/contract/from_on", "/contract/document"}


def test_a_quarter_is_chosen_as_one_and_a_share_comes_with_what_is_upheld() -> None:
    assert body_of(FORMS["propose-appraisal"], {"officer": "O001", "closed": "2025Q4"}) == {
        "command": "propose-appraisal", "officer": "O001", "year": 2025, "quarter": 4,
    }  # fmt: skip
    ruled = {
        "officer": "O001",
        "year": "2025",
        "quarter": "4",
        "point": "training",
        "reason": "实",
        "share_permille": "96.5",
    }
    assert body_of(FORMS["rule-on-appraisal"], {**ruled, "upheld": "yes"})["share_permille"] == 965
    assert "share_permille" not in body_of(FORMS["rule-on-appraisal"], {**ruled, "upheld": "no"})


def test_an_added_duty_stays_in_the_town_and_a_move_adds_none() -> None:
    said = {
        "officer": "O001",
        "town": "T01",
        "report_no": "BG1",
        "since_on": "2026-03-01",
        "reason": "缺员",
        "to_town": "T02",
        "duty": "窗口",
    }
    duty = body_of(FORMS["report-reassignment"], {**said, "kind": "duty"})
    assert (duty["to_town"], duty["duty"]) == ("T01", "窗口")
    move = body_of(FORMS["report-reassignment"], {**said, "kind": "move"})
    assert move["to_town"] == "T02"
    assert "duty" not in move


def test_numbers_follow_the_highest_and_carry_the_day() -> None:
    assert posting.next_number("O", ["O001", "O198", "O052"]) == "O199"
    assert posting.next_number("O", []) == "O001"
    assert recruitment.next_candidate([{"candidate_no": "B001"}, {"candidate_no": "x"}]) == "B002"
    first, second = (posting.new_number(date(2026, 3, 31), "QJ") for _ in range(2))
    assert first.startswith("QJ20260331-")
    assert first != second


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 3, 31), "2025Q4", "2024Q3"),
        (date(2026, 4, 1), "2026Q1", "2024Q4"),
        (date(2026, 12, 31), "2026Q3", "2025Q2"),
    ],
)
def test_only_quarters_that_are_over_are_offered(day: date, first: str, last: str) -> None:
    found = list(officers.closed_quarters(day))
    assert (found[0], found[-1], len(found)) == (first, last, officers.QUARTERS_BACK)
    assert list(officers.years_over(day)) == ["2025", "2024", "2023"]


def test_a_month_is_offered_until_it_is_planned() -> None:
    """A row that only counts visits made is no plan."""
    rows = [{"month": "2026-12", "planned": 3}, {"month": "2027-01", "planned": 0}]
    assert list(officers.plannable(date(2026, 12, 5), rows)) == ["2027-01"]


def test_towns_with_vacant_posts_colleagues_on_duty_and_officers_that_are_looked_for() -> None:
    posts = [
        {"status": "vacant", "town": "T02"},
        {"status": "filled", "town": "T01"},
        {"status": "vacant", "town": "T02"},
    ]
    assert officers.vacant_towns(posts, {"T02": ("晴川街道", "Riverside")}) == {
        "T02": ("晴川街道（空 2）", "Riverside (2 vacant)")
    }
    duties = [
        {"key": "O001", "on_duty": True, "committees": ("T01-C01",)}, {"key": "O002", "on_duty": True, "committees": ()},
        {"key": "O003", "on_duty": False, "committees": ()},
    ]  # fmt: skip
    assert officers.colleagues_of(duties, "O001") == {"O002": ("O002", "O002")}
    rows = [
        {"officer": "O003", "post_no": "T01-P02", "status": "left", "town": "T01"},
        {"officer": "O004", "post_no": "T01-P01", "status": "on_post", "town": "T01"},
    ]  # fmt: skip
    assert [row["officer"] for row in officers.found_by(rows, " t01 ")] == ["O004", "O003"]
    assert [row["officer"] for row in officers.found_by(rows, "o003")] == ["O003"]


def test_to_be_present_is_no_absence_and_none_is_chosen_for_anybody() -> None:
    kinds = {code: {"zh": code, "en": code, "grounds": []} for code in ("absent", "present", "sick")}
    assert list(officers.kinds_of({"kinds": kinds})["kinds"]) == ["absent", "sick"]
    assert next(one for one in FORMS["record-absence"].fields if one.name == "kind").unset


def test_a_pack_gives_its_codes_in_the_order_of_their_rank_and_none_is_no_offence() -> None:
    pack = {"diplomas": {"本科": {"en": "bachelor", "rank": 40}, "大专": {"en": "diploma", "rank": 30}}}
    assert officers.both(pack, "diplomas") == {"大专": ("大专", "diploma"), "本科": ("本科", "bachelor")}
    assert officers.both(None, "diplomas") == {}
    kinds = {"maternity": {"zh": "产假", "en": "maternity", "grounds": ["difficult_birth"]}}
    assert officers.kinds_of({"kinds": kinds})["grounds"] == {"difficult_birth": ("难产", "difficult birth")}
    assert officers.kinds_of(None) == {"kinds": {}, "grounds": {}}


def test_a_round_reads_scores_lines_and_picks() -> None:
    scored = {"round_no": "XP1", "candidate_no": "B001", "score": "91.5", "document": "文"}
    assert body_of(ROUNDS["score-candidate"], scored)["score_hundredths"] == 9150
    with pytest.raises(Problem):
        body_of(ROUNDS["score-candidate"], {**scored, "score": "九十"})
    opened = {"round_no": "XP1", "opened_on": "2026-03-01", "document": "文", "sought": "T01 2\nT02 1"}
    assert body_of(ROUNDS["open-recruitment"], opened)["sought"] == [
        {"town": "T01", "posts": 2},
        {"town": "T02", "posts": 1},
    ]
    with pytest.raises(Problem):
        body_of(ROUNDS["open-recruitment"], {**opened, "sought": "T01 两人"})
    picked = body_of(
        ROUNDS["select-candidates"], {"round_no": "XP1", "picks": "B001", "reason": "面试", "document": "文"}
    )
    assert picked["picks"] == [{"candidate_no": "B001", "reason": "面试"}]
    assert "reason" not in picked


def test_candidates_stand_by_town_and_place_and_only_those_with_a_place_can_be_selected() -> None:
    rows = [
        {"key": "XP1/B002", "town": "T01", "rank": None}, {"key": "XP1/B001", "town": "T01", "rank": 2}, {"key": "XP1/B003", "town": "T01", "rank": 1},
    ]  # fmt: skip
    found = recruitment.in_order(rows)
    assert [one["candidate_no"] for one in found] == ["B003", "B001", "B002"]
    offered = recruitment.offered_in(
        {"sought": [{"town": "T01", "post_count": 2}]}, found, {"T01": ("晴川街道", "Riverside")}
    )
    assert list(offered["ranked"]) == ["B003", "B001"]
    assert offered["sought"] == {"T01": ("晴川街道（2 人）", "Riverside (2)")}


def test_an_officer_sees_hand_overs_given_and_named_in() -> None:
    rows = [
        {"key": "O001/YJ1", "officer": "O001", "receivers": ["O002"]}, {"key": "O003/YJ2", "officer": "O003", "receivers": ["O001"]},
        {"key": "O003/YJ3", "officer": "O003", "receivers": ["O002"]},
    ]  # fmt: skip
    assert [one["key"] for one in field_caseload.own_past(rows, "O001")] == ["O003/YJ2", "O001/YJ1"]
