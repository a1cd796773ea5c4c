"""Proves what the portal's safety stands on: closed answers, papers with their own style alone, plain addresses and numbers."""

import hashlib
import re
from base64 import b64encode

import pytest

from services.contracts import printing
from services.eventlog.problems import Problem
from services.eventlog.shell import CLOSED_HEADERS, closed
from services.payroll import forms as slips
from services.portal.api.door import own_path
from services.portal.api.forms import fen_of, whole_of
from services.portal.asking import address_of


def test_an_answer_that_says_nothing_is_closed_and_one_that_does_keeps_its_word() -> None:
    assert dict(closed([])) == CLOSED_HEADERS
    own = [(b"Content-Security-Policy", b"default-src 'self'"), (b"cache-control", b"public")]
    told = closed(own)
    assert told[:2] == own
    assert {name for name, _ in told[2:]} == {b"x-content-type-options", b"referrer-policy"}


@pytest.mark.parametrize(
    ("page", "policy"),
    [
        (printing.page("t", [printing.small("x")]), printing.POLICY),
        (slips.payslip_page("O001", "2026-03", (), None, payment="paid", draft=False, sample=True), slips.POLICY),
    ],
    ids=["form", "payslip"],
)
def test_a_paper_allows_the_style_that_stands_in_it_and_no_other(page: str, policy: str) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert "style=" not in page, "an attribute would need more than the hash"


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/v1/cases/R-T01-2026-03-0001-dibao_urban", "/v1/cases/R-T01-2026-03-0001-dibao_urban"),
        ("/v1/stream-versions/household:T01-H00001", "/v1/stream-versions/household:T01-H00001"),
        ("/v1/cases/x?town=T02", "/v1/cases/x%3Ftown%3DT02"),
        ("/v1/cases/x#y%2e", "/v1/cases/x%23y%252e"),
        ("/v1/cases/户", "/v1/cases/%E6%88%B7"),
    ],
)
def test_a_number_in_a_path_is_one_whatever_stands_in_it(path: str, address: str) -> None:
    assert address_of(path) == address


@pytest.mark.parametrize(
    "path", ["/v1/cases/..", "/v1/facts/../keys", "/v1/facts/./x", "/v1/cases/x\x00", "/v1/x\r\ny"]
)
def test_no_number_leads_to_another_door(path: str) -> None:
    with pytest.raises(Problem) as refused:
        address_of(path)
    assert refused.value.status == 404


@pytest.mark.parametrize("wanted", ["/x\r\nset-cookie: a=b", "/x\ty", "/\x00", "//evil.test"])
def test_no_way_on_carries_another_header(wanted: str) -> None:
    assert own_path(wanted, "/home") == "/home"


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("-12", -12), ("9" * 15, 10**15 - 1), ("9" * 16, None), ("1" * 5000, None), ("--5", None), ("²", None),
     ("1e3", None), ("", None), (" 1", None)],
)  # fmt: skip
def test_whole_numbers_are_those_that_people_mean(text: str, number: int | None) -> None:
    assert whole_of(text) == number


@pytest.mark.parametrize(
    ("text", "amount_fen"),
    [
        ("1,234.5", 123_450),
        ("-3", -300),
        ("1e999", None),
        ("9" * 40, None),
        ("NaN", None),
        ("0.001", None),
        ("²", None),
    ],
)
def test_amounts_are_those_that_people_mean(text: str, amount_fen: int | None) -> None:
    assert fen_of(text) == amount_fen
