"""Proves the standing list (公布): who hangs there, by the whitelist and no name on the log; what puts it out of date; both pages and files."""

import csv
import io
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from services.casework.domain import ResumeBenefit, SuspendBenefit, TerminateBenefit
from services.casework.domain.commands.lists import PublishStandingList, StandingEntry
from services.casework.domain.lists.standing import content_sha256
from services.casework.list_forms import (
    benefit_list_page,
    cell,
    lines_file,
    payment_file,
    standing_list_page,
    text_cell,
)
from services.casework.projections.households import HOUSEHOLDS, HouseholdRow
from services.casework.projections.lists import (
    BENEFIT_LINES,
    BENEFIT_LISTS,
    STANDING_LISTS,
    BenefitLinesRow,
    BenefitListRow,
    LineRow,
    StandingListRow,
)
from services.contracts.casework import ListChange, MonthAmount, StandingListPublished
from services.contracts.codec import encoder
from services.contracts.money import Fen
from services.contracts.months import Month
from tests.unit.casework_steps import APPLICANT, HASH, SPOUSE
from tests.unit.casework_world import CaseworkWorld, take_over
from tests.unit.test_casework_list_returns import rows_of
from tests.unit.test_casework_lists import H1, H2, H3, MARCH, PAYER, answer, issued, opened, paid, refused, returned


def publish(committee: str = "T01-C01", on: date = date(2026, 3, 12), **changes: Any) -> PublishStandingList:
    fields: dict[str, Any] = {"town": "T01", "committee": committee, "published_on": on, "proof_sha256": HASH}
    return PublishStandingList(**(fields | changes))


def published(world: CaseworkWorld, actor: str = "town-leader:T01") -> StandingListPublished:
    (fact,) = world.send(publish(), actor, "T01")
    assert isinstance(fact, StandingListPublished)
    return fact


def current(world: CaseworkWorld, committee: str = "T01-C01") -> tuple[StandingEntry, ...]:
    """Who receives help now, by the read model of households, as the worklist of what is out of date asks it."""
    rows = rows_of(world, HOUSEHOLDS)
    assert all(isinstance(row, HouseholdRow) for row in rows.values())
    return tuple(
        StandingEntry(
            household_no=number, category=row.category, member_count=row.covered_members,
            amount_fen=row.monthly_amount_fen,
        )
        for number, row in sorted(rows.items())
        if row.status == "receiving" and row.committee == committee and row.monthly_amount_fen and not row.suspended_from
    )  # fmt: skip


def test_it_lists_a_committees_recipients_with_members_and_amount() -> None:
    world = opened()
    world.send(take_over("T01-H00004", committee="T01-C02"))
    world.send(take_over("T01-H00005", category="hardship", monthly_amount_fen=5_000))
    fact = published(world)
    assert (fact.household_count, fact.member_count, fact.amount_fen) == (3, 3, 120_000)
    assert fact.pack_version == "benefit_lists@2025-1"


def test_no_name_of_anybody_is_on_the_log() -> None:
    stated = encoder.encode(published(opened())).decode()
    for member in (APPLICANT, SPOUSE):
        assert member.name not in stated
        assert member.resident_id not in stated


@pytest.mark.parametrize(
    ("why", "changes"),
    [
        ("终止", [TerminateBenefit(household_no=H2, reason="own_request")]),
        ("死亡", [TerminateBenefit(household_no=H2, reason="death", died_on=date(2026, 3, 1))]),
        ("暂停", [SuspendBenefit(household_no=H2, reason="unreachable")]),
        ("新增", [take_over("T01-H00009")]),
    ],
)
def test_a_change_puts_the_list_out_of_date_until_it_is_posted_again(why: str, changes: list[Any]) -> None:
    """The worklist compares by the read model; the fact was made from decisions: both say the same of the same households."""
    world = opened()
    assert published(world).content_sha256 == content_sha256(current(world)), why
    for command in changes:
        world.send(command)
    (row,) = rows_of(world, STANDING_LISTS).values()
    assert isinstance(row, StandingListRow)
    assert row.content_sha256 != content_sha256(current(world)), why
    assert published(world).content_sha256 == content_sha256(current(world)), why
    (row,) = rows_of(world, STANDING_LISTS).values()
    assert row.times == 2


def test_resumed_is_listed_again_and_a_visit_changes_nothing() -> None:
    world = opened()
    first = published(world)
    world.send(SuspendBenefit(household_no=H2, reason="unreachable"))
    world.send(ResumeBenefit(household_no=H2, reason="reached"))
    assert content_sha256(current(world)) == first.content_sha256


@pytest.mark.parametrize(
    ("command", "actor", "town", "code"),
    [
        (publish(), "committee:T01-C02-M1", "T01", "not-of-committee"),
        (publish(), "town-leader:T02", "T02", "wrong-town"),
        (publish("T02-C01"), "town-leader:T01", "T01", "wrong-committee"),
        (publish(on=date(2026, 3, 13)), "town-leader:T01", "T01", "time-in-future"),
        (publish(on=date(2026, 3, 11)), "town-leader:T01", "T01", "out-of-order"),
    ],
)
def test_who_may_post_which_list_and_when(command: PublishStandingList, actor: str, town: str, code: str) -> None:
    world = opened()
    published(world, "committee:T01-C01-M1")
    assert refused(world, command, actor, town) == code


# ---- on paper and in files


class Text(HTMLParser):
    """The cells of each table row, and every tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.inside = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


def test_the_standing_page_shows_name_members_and_amount_and_nothing_else() -> None:
    world = opened()
    published(world)
    page = standing_list_page(
        "T01-C01",
        "2026-03-12",
        current(world),
        {H1: "示例甲", H2: "<script>乙"},
        {"dibao_urban": "民发〔2021〕57号第24条"},
        sample=True,
    )
    heads, *lines = Text(page).rows
    assert len(heads) == 3
    assert lines == [["示例甲", "1", "400.00"], ["<script>乙", "1", "400.00"], ["—", "1", "400.00"]]
    assert "script" not in Text(page).tags
    assert H1 not in page, "not even the household's number"
    assert "示例数据" in page
    assert "示例数据" not in standing_list_page("T01-C01", "", (), {}, {}, sample=False)


def told(world: CaseworkWorld) -> tuple[BenefitListRow, list[BenefitLinesRow]]:
    return rows_of(world, BENEFIT_LISTS)["T01-2026-03"], list(rows_of(world, BENEFIT_LINES).values())


def test_the_list_as_a_page_has_its_totals_changes_and_lines() -> None:
    world = issued(opened())
    world.send(answer(paid(H1), returned(H2)), PAYER)
    row, groups = told(world)
    page = Text(benefit_list_page(row, groups, sample=True))
    assert ["城市低保 urban dibao", "3", "1,200.00"] in page.rows
    lines = {cells[0]: cells for cells in page.rows if cells[0].startswith("T01-H")}
    assert (lines[H1][6], lines[H1][8]) == ("本人账户 the person's own", "已发放 paid")
    assert lines[H2][8:] == ["退回 returned", "账户已销户"]
    assert lines[H3][8] == "已送银行 with the bank"


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_read_as_a_formula(begin: str) -> None:
    assert cell(f"{begin}HYPERLINK(1)") == f"'{begin}HYPERLINK(1)"
    assert cell("账户已销户") == "账户已销户"


def test_an_account_stays_text_to_its_last_digit() -> None:
    assert text_cell("6222000011112222333") == "\t6222000011112222333"
    assert text_cell("=1+1") == "'=1+1"
    content = payment_file([(H1, 40_000), (H2, 1)], {H1: ("6222000011112222333", "=SUM(A1)", "self")})
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[1] == [H1, "\t6222000011112222333", "'=SUM(A1)", "self", "40000"]
    assert rows[2] == [H2, "", "", "", "1"]


def test_the_file_of_lines_has_every_line_and_who_is_on_it_no_more() -> None:
    line = LineRow(
        household_no=H1, category="dibao_urban", amount_fen=Fen(80_000), account="p_1", holder="self", shared_by=2,
        arrears=(MonthAmount(month=Month(2026, 2), amount_fen=Fen(40_000)),), state="returned", reason="-2+3",
    )  # fmt: skip
    gone = ListChange(
        household_no=H2, category="tekun", change="stopped", reason="death", before_fen=Fen(95_600), after_fen=Fen(0)
    )
    world = opened()
    issued(world)
    row, _ = told(world)
    row = type(row)(**{name: getattr(row, name) for name in row.__struct_fields__} | {"changes": (gone,)})
    group = BenefitLinesRow(town="T01", month=MARCH, committee="T01-C01", draft_no=1, lines=(line,))
    _, first, second = csv.reader(io.StringIO(lines_file(row, [group]).decode("utf-8-sig")))
    assert first == [
        H1, "T01-C01", "dibao_urban", "80000", "p_1", "self", "2", "2026-02", "returned", "'-2+3", "", "",
    ]  # fmt: skip
    assert second[0] == H2
    assert second[-2:] == ["stopped", "death"]
