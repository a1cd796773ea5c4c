"""Proves that nobody's name, number, phone, account or address stands in clear where it need not: pages, exports, addresses, logs."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deploy.district import history_script, load_profile, month_script, opening_script, stock_script
from deploy.embedded.home import open_home
from services.contracts.months import Month
from services.eventlog.ids import uuid7
from tests.browser.guests import SEED, Guests, Seen, first_of

# What the district's script calls the personal values it plants, by what they are.
_PLANTED = {
    "resident_id": "number", "phone": "phone", "contact": "phone", "bank_account": "account", "account_no": "account",
    "address": "address", "name": "name",
}  # fmt: skip
# A table's head, or a value that a planted error spoilt, is nobody's.
_SHAPES = {
    "number": re.compile(r"[0-9]{17}[0-9X]"), "phone": re.compile(r"[0-9]{11}"), "account": re.compile(r"[0-9]{16,19}"),
    "address": re.compile(r".*[0-9].*"), "name": re.compile(r"(?!姓名)[\u4e00-\u9fff]{2,4}"),
}  # fmt: skip
_TEXT = ("text/", "application/json", "application/problem+json", "application/manifest+json")


def planted(guests: Guests) -> dict[str, set[str]]:
    """Every personal value in clear that the feed sent to the product, by what it is."""
    month = Month.of(load_profile(guests.product.home.parent / "district").today)
    district = guests.district
    steps = [*history_script(district), *month_script(district, month, SEED)]
    calls = [*opening_script(district), *stock_script(district), *(call for step in steps for call in step.calls)]
    found: dict[str, set[str]] = {kind: set() for kind in _PLANTED.values()}
    for call in calls:
        for one in _parts(call.body):
            somebody = "resident_id" in one or "relation" in one
            for name, value in one.items():
                kind = _PLANTED.get(name) if isinstance(value, str) else None
                if kind is not None and _SHAPES[kind].fullmatch(value) and (somebody or kind != "name"):
                    found[kind].add(value)
    return found


def _parts(body: Any) -> Iterator[dict[str, Any]]:
    """A body and everything in it that has fields."""
    if isinstance(body, dict):
        yield body
    for value in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        yield from _parts(value)


def contents_of(answer: httpx.Response) -> str:
    """Everything that is written in an answer, what is packed in it as well."""
    if answer.content.startswith(b"PK"):
        return "\n".join(_unpacked(answer.content))
    kind = answer.headers.get("content-type", "")
    return answer.text if kind.startswith(_TEXT) else answer.content.decode("latin-1")


def _unpacked(packed: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        for name in files.namelist():
            content = files.read(name)
            yield name
            if content.startswith(b"PK"):
                yield from _unpacked(content)
            else:
                yield content.decode("utf-8", errors="replace")


class Planted:
    """The planted values, ready to be looked for in any text."""

    def __init__(self, values: dict[str, set[str]]) -> None:
        self.values = values
        self._numbers = values["number"] | values["phone"] | values["account"]
        # An address begins with its town: by its first two characters those that it may be are few.
        self._places: dict[str, list[str]] = {}
        for one in sorted(values["address"]):
            self._places.setdefault(one[:2], []).append(one)
        self._begin = re.compile("|".join(map(re.escape, self._places)))

    def found_in(self, text: str) -> list[str]:
        """What stands in a text in clear. A name is a word of its own: within a sentence it may be something else."""
        numbers = self._numbers.intersection(re.findall(r"[0-9]{11,}X?", text))
        names = self.values["name"].intersection(
            re.findall(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,4}(?![\u4e00-\u9fff])", text)
        )
        begun = ((one[0], one.start()) for one in self._begin.finditer(text))
        places = {one for first, at in begun for one in self._places[first] if text.startswith(one, at)}
        return sorted(numbers | names | places)


@pytest.fixture(scope="module")
def clear(guests: Guests) -> Planted:
    return Planted(planted(guests))


WALKERS = (
    "own-committee", "own-window", "own-officer", "own-leader", "bureau", "bureau-leader", "finance", "district-finance",
    "trainer", "contractor", "auditor", "inspector", "operator", "system", "security", "audit-log",
)  # fmt: skip


def test_the_district_planted_enough_to_be_found(clear: Planted) -> None:
    """The proof below looks for hundreds of values of each kind, and would see one."""
    assert {kind: len(values) > 40 for kind, values in clear.values.items()} == dict.fromkeys(clear.values, True)
    for values in clear.values.values():
        assert clear.found_in(f"<td>{min(values)}</td>") != []


# The sheet of the committee's board: applicants' names hang there by law (57号 art. 24), beside members and amounts alone.
_HANGS = re.compile(r"/standing-lists/[^/]+/print")


@pytest.mark.parametrize("account", first_of("own-committee", "own-window", "own-officer", rest=WALKERS))
async def test_no_page_or_file_of_any_role_says_who_anybody_is(guests: Guests, clear: Planted, account: str) -> None:
    """Every page and export that leads on from a role's home, workbooks and archives unpacked; and no address of them either."""
    told = []
    for seen in await guests.walk(account):
        if not _HANGS.fullmatch(seen.path):
            told += [f"{seen.path}: {one}" for one in clear.found_in(contents_of(seen.answer))]
        told += [f"address {one}" for address in _addresses(seen) for one in clear.found_in(address)]
    assert told == []


def _addresses(seen: Seen) -> list[str]:
    actions = [form.action for form in seen.page.forms] if seen.page else []
    return [seen.path, seen.answer.headers.get("location", ""), *(seen.page.links if seen.page else ()), *actions]


async def test_a_bundle_of_the_whole_log_names_nobody(guests: Guests, clear: Planted) -> None:
    """What an inspection takes away is sealed where it is personal, to the last packed file."""
    fields = (("kind", "whole"), ("of", ""), ("commandid", str(uuid7())))
    answer = await guests["auditor"].post("/bundles", fields)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert clear.found_in(contents_of(answer)) == []


async def test_names_are_shown_for_a_reason_alone_and_to_whoever_has_the_household(
    guests: Guests, clear: Planted
) -> None:
    """The one way to read a name: a form with its reason, by whoever the household is in hand of; without a reason nothing."""
    walked = await guests.walk("own-officer")
    household = next(seen.path for seen in walked if seen.path.startswith("/field/households/"))
    without = await guests["own-officer"].post(household, [("field", "names"), ("reason", "")])
    assert (without.status_code, clear.found_in(without.text)) == (422, [])
    shown = await guests["own-officer"].post(household, [("field", "names"), ("reason", "入户核对")])
    assert shown.status_code == 200
    assert clear.found_in(shown.text) != [], "and then the name is there: the search above would have found it"


async def test_no_log_and_no_metric_says_who_anybody_is(guests: Guests, clear: Planted) -> None:
    """Every file of the installation's log folder, and what each service's ``/metrics`` says, after all the pages above."""
    told = []
    for file in sorted(open_home(guests.product.home).logs.iterdir()):
        told += [f"{file.name}: {one}" for one in clear.found_in(file.read_text(encoding="utf-8", errors="replace"))]
    async with httpx.AsyncClient(timeout=30.0) as http:
        for service in ("intake", "casework", "payroll", "audit", "portal"):
            answer = await http.get(f"http://127.0.0.1:{guests.ports[service]}/metrics")
            told += [f"{service} metrics: {one}" for one in clear.found_in(answer.text)]
    assert told == []
