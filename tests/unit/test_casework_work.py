"""Proves that administrative work (二(三) 事务性工作) meets its dated standard or names the point it misses."""

from datetime import date
from typing import Any

import pytest

from services.casework.domain import RecordWork
from services.casework.projections.work import WORK_BY_OFFICER
from services.contracts.casework import WorkRecorded
from services.contracts.deciding import CommandRejected
from tests.unit.casework_world import CaseworkWorld, record_of
from tests.unit.test_casework_offline import folded

PHOTO = ("ab" * 32,)


def work(**changes: Any) -> RecordWork:
    fields: dict[str, Any] = {
        "officer": "O001", "work_no": "W-1", "work": "survey", "benefit": "dibao_urban", "town": "T01",
        "committee": "T01-C01", "quantity": 2, "minutes": 20, "worked_on": date(2026, 3, 19), "evidence_sha256": PHOTO,
    }  # fmt: skip
    return RecordWork(**(fields | changes))


@pytest.mark.parametrize(
    ("why", "changes", "missed"),
    [
        ("入户调查：每件 8 分钟，须有凭证", {}, ()),
        ("恰好够时", {"minutes": 16}, ()),
        ("差一分钟", {"minutes": 15}, ("minutes",)),
        ("没有凭证", {"evidence_sha256": ()}, ("evidence",)),
        ("同一张照片两次只算一件，仍够一件", {"evidence_sha256": PHOTO * 2}, ()),
        ("两项都差", {"minutes": 1, "evidence_sha256": ()}, ("minutes", "evidence")),
        ("对象排查：不要求凭证", {"work": "screening", "evidence_sha256": (), "minutes": 6}, ()),
        ("核查比对", {"work": "verification", "evidence_sha256": (), "minutes": 5}, ("minutes",)),
        ("业务培训", {"work": "training", "minutes": 10}, ()),
        ("政策宣传须有凭证", {"work": "publicity", "evidence_sha256": ()}, ("evidence",)),
        ("系统录入", {"work": "entry", "minutes": 4, "evidence_sha256": ()}, ()),
    ],
)
def test_work_meets_its_standard_or_names_the_point_missed(
    why: str, changes: dict[str, Any], missed: tuple[str, ...]
) -> None:
    (recorded,) = CaseworkWorld().send(work(**changes), "officer:O001", "T01")
    assert isinstance(recorded, WorkRecorded)
    assert (recorded.missed_points, recorded.standard_met) == (missed, not missed), why
    assert recorded.pack_version == "work_standard@2025-1"


@pytest.mark.parametrize("actor", ["officer:O002", "window:O001", "bureau:B01"])
def test_work_is_recorded_by_the_officer_who_did_it(actor: str) -> None:
    with pytest.raises(CommandRejected, match="author-not-officer"):
        CaseworkWorld().send(work(), actor)


@pytest.mark.parametrize(
    ("benefit", "worked_on", "counts"),
    [
        ("near_dibao_urban", date(2026, 3, 19), True),
        ("rigid_spending_rural", date(2026, 3, 19), True),
        ("emergency", date(2026, 1, 1), True),
        ("emergency", date(2025, 12, 31), False),
    ],
)
def test_work_for_recognitions_and_emergencies_counts_since_the_list_has_them(
    benefit: str, worked_on: date, counts: bool
) -> None:
    """方案二（一）民政建档特殊困难家庭：自2026年目录起可登记。"""
    world, one = CaseworkWorld(), work(benefit=benefit, worked_on=worked_on)
    if counts:
        assert isinstance(world.send(one, "officer:O001")[0], WorkRecorded)
    else:
        with pytest.raises(CommandRejected, match="work-unknown"):
            world.send(one, "officer:O001")


def test_work_before_any_standard_was_adopted_is_refused() -> None:
    with pytest.raises(CommandRejected, match="no-rule-in-force"):
        CaseworkWorld().send(work(worked_on=date(2024, 12, 31)), "officer:O001")


def test_the_officers_month_counts_what_met_its_standard() -> None:
    world = CaseworkWorld()
    for n, minutes in enumerate((20, 20, 1)):
        world.send(work(work_no=f"W-{n}", minutes=minutes), "officer:O001")
    row = folded(WORK_BY_OFFICER, world)["O001/2026-03/survey"]
    assert (row.count, row.standard_met) == (3, 2)


def test_an_older_record_without_a_standard_counts_as_none() -> None:
    older = WorkRecorded(
        work_no="W-0", work="survey", benefit="tekun", officer="O001", town="T01", committee="T01-C01", quantity=1,
        minutes=30, worked_on=date(2026, 3, 3),
    )  # fmt: skip
    one = record_of("officer:O001", older)
    row: Any = WORK_BY_OFFICER.evolve(None, one, WORK_BY_OFFICER.keys(one)[0])
    assert (row.count, row.standard_met) == (1, 0)
