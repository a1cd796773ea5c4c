"""Proves the doors of money: a document leads to its slips page by page, and a town sees its own purchases and no other's."""

from collections.abc import AsyncIterator

import pytest

from deploy.embedded.fixture import EmbeddedCluster
from services.contracts.codec import encoder
from services.contracts.money import Fen
from services.contracts.months import Month
from services.payroll.projections.traces import ChargedLine, SlipMoneyRow
from tests.integration.bodies import body_of
from tests.integration.doors import House, assert_problem, open_house

RELIEF, PAY = "示例〔2026〕1号", "示例〔2026〕/3号"


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("doors") / "keyring") as opened:
        yield opened


def slip(officer: str, month: Month, document: str) -> SlipMoneyRow:
    line = ChargedLine(
        side="part", code="base", month=month, purpose="officer_pay", source="3", document=document, amount_fen=Fen(7)
    )
    return SlipMoneyRow(officer=officer, month=month, town="T01", net_fen=Fen(7), lines=(line, line))


async def test_a_document_leads_to_the_slips_it_pays_page_by_page(house: House) -> None:
    slips = [slip("O001", Month(2026, 3), PAY), slip("O002", Month(2026, 3), RELIEF), slip("O003", Month(2026, 3), PAY),
             slip("O001", Month(2026, 4), PAY), slip("O001", Month(2027, 1), PAY)]  # fmt: skip
    pool = house.runtimes["payroll"].pool
    for one in slips:
        await pool.execute(
            "INSERT INTO payroll.m_slip_money (key, partition, doc) VALUES ($1, 0, $2::jsonb)",
            f"{one.month}/{one.officer}",
            encoder.encode(one).decode(),
        )
    token, found, after = house.token("bureau-finance"), [], ""
    path = f"/v1/traces/slips?year=2026&source=3&document={PAY}&limit=2"
    while True:
        page = (await house.get("payroll", f"{path}&after={after}", token)).json()
        if not page["rows"]:
            break
        found += [(row["key"], row["amount_fen"]) for row in page["rows"]]
        after = page["after"]
    assert found == [("2026-03/O001", 14), ("2026-03/O003", 14), ("2026-04/O001", 14)]
    assert_problem(await house.get("payroll", path, house.token("town-leader")), 403, "wrong-role")


async def test_a_town_asks_and_sees_its_own_purchases_and_no_other_towns(house: House) -> None:
    asked = await house.command("payroll", body_of("payroll", "request-town-purchase"), "town-leader")
    assert asked.status_code == 200
    budgeted = await house.command("payroll", body_of("payroll", "budget-town-fund"), "town-leader")
    assert budgeted.status_code == 200
    unapproved = await house.command("payroll", body_of("payroll", "order-town-payment"), "town-leader")
    assert_problem(unapproved, 409, "town-payment-not-approved")
    await house.settle()
    leader = house.token("town-leader")
    seen = (await house.get("payroll", "/v1/town-money/T01", leader)).json()
    assert [row["status"] for row in seen["purchases"]] == ["requested"]
    assert [row["left_fen"] for row in seen["funds"]] == [100]
    assert_problem(await house.get("payroll", "/v1/town-money/T02", leader), 403, "wrong-town")
    other = body_of("payroll", "request-town-purchase") | {"purchase_no": "GM-2", "town": "T02"}
    assert_problem(await house.command("payroll", other, "town-leader"), 403, "wrong-town")
    assert_problem(await house.get("payroll", "/v1/town-money/T01", house.token("officer")), 403, "wrong-role")
