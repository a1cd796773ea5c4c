"""A town's work by the pages' forms, without a browser: what several tests stand on."""

import re
import time
from collections.abc import Callable

from tests.browser.paper_forms import Desk, main_of

SitAt = Callable[[str], Desk]
PEOPLE = {"members_name": ["测试人", ""], "members_relation": ["本人", ""]}
TWO = ["window:T01-W1", "officer:O001"]
SIGNED = ("signed.pdf", b"signed", "application/pdf")
MATERIALS = ("application_form", "authorisation", "income_statement")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def resident_id(number: int) -> str:
    """A resident ID of an invented person whose last character checks."""
    first = f"50011219800101{number:03d}"
    return first + "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, first, strict=True)) % 11]


def requested(sit: SitAt, need: str, number: int) -> tuple[Desk, str]:
    """A request with all its papers, taken at the window; its clerk and the number of its case, which opens by itself."""
    desk = sit("window")
    desk.open("/window/new")
    page = desk.send(
        "/window/new", members_id=[resident_id(number), ""], **PEOPLE, needs=[need], materials=list(MATERIALS),
        phone="19900000000", committee="T01-C01",
    )  # fmt: skip
    (item,) = [path for path in re.findall(r'href="/window/items/([^"]+)"', page) if path.endswith(need)]
    for _ in range(100):
        if desk.client.get(f"/cases/{item}").status_code == 200:
            break
        time.sleep(0.1)
    desk.open(f"/cases/{item}")
    return desk, item


def investigated(desk: Desk, number: int, *, conflicts: list[str] | None = None, income: str = "300") -> None:
    """Everything the town does before the notice: the check with its answers, the survey, the review."""
    own = {"members_id": [resident_id(number), ""], **PEOPLE}
    desk.send("/check", **own, no_supporter="yes", authorisation=SIGNED)
    answered = desk.forms("/answers")[0].choices["registers"]
    desk.send("/answers", registers=answered, conflicts=conflicts or [])
    desk.send("/survey", **own, investigators=TWO, mode="household", income_per_head_fen=income, family_signed="yes")
    assert desk.forms("/review")
    desk.send("/review", participants_count="9", result="supported")


def household_of(officer: Desk) -> str:
    """A household that the officer visits."""
    return str(re.findall(r"/field/households/(T01-H[0-9]+)", officer.open("/field/today"))[0])


def ordered(desk: Desk, household: str, contractor: str = "K001", service: str = "rehabilitation") -> str:
    """Order a service on one of the sample's contracts; the order's number."""
    page = desk.open(f"/town-orders?household={household}")
    (form,) = desk.forms("/do/issue-work-order")
    contract = next(one for one in form.choices["contract_no"] if one.startswith(f"{contractor}/"))
    number = form.value("order_no")
    assert household in page
    desk.send(
        "/do/issue-work-order", contract_no=contract, service=service, quantity="2", price_fen="120.50",
        due_on="2026-04-20",
    )  # fmt: skip
    assert str(number) in main_of(desk.page)
    return str(number)
