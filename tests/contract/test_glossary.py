"""Proves that every fact, need, benefit, service and automatic test has its row in the glossary, in both languages."""

import json
import re
from pathlib import Path

from services.casework.forms import FORMS as CASEWORK_FORMS
from services.contracts import audit, casework, intake, payroll, portal
from services.contracts.registry import REGISTRY
from services.intake.forms import FORMS as INTAKE_FORMS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/GLOSSARY.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("| ") and "---" not in line
]
CODES = {code for row in ROWS for cell in (row[0], row[-1]) for code in re.findall(r"`([^`]+)`", cell)}
OWNERS = (intake, casework, payroll, audit, portal)


def pack(name: str) -> dict[str, object]:
    loaded = json.loads((ROOT / f"deploy/district/rules/{name}.json").read_text(encoding="utf-8"))
    content: dict[str, object] = loaded["content"]
    return content


def keys(name: str, field: str) -> set[str]:
    """The names a pack gives under `field`, which is an object or a list of names."""
    named = pack(name)[field]
    assert isinstance(named, (dict, list))
    return set(named)


def test_every_fact_has_a_row() -> None:
    assert len(OWNERS) == len({declared.owner for declared in REGISTRY.values()})
    assert {declared.body.__name__ for declared in REGISTRY.values()} - CODES == set()


def test_every_need_and_benefit_has_a_row() -> None:
    named = keys("intake.procedure", "needs") | keys("casework.procedure", "needs")
    assert (named | keys("casework.work_types", "benefits")) - CODES == set()


def test_every_service_work_and_automatic_test_has_a_row() -> None:
    named = keys("casework.service_standard", "services") | keys("casework.work_types", "works")
    assert (named | keys("audit.audit_tests", "tests")) - CODES == set()


def test_every_form_of_a_folder_has_a_row() -> None:
    assert {form.code for form in (*CASEWORK_FORMS, *INTAKE_FORMS)} - CODES == set()


def test_rows_are_in_both_languages_and_say_a_code_or_a_dash() -> None:
    for row in ROWS:
        assert len(row) == 3, row
        if row[0] in ("中文", "拼音"):
            continue
        assert re.search(r"[一-鿿]", row[0] + row[1]), row
        assert re.search(r"[a-z]", row[1] + row[2]), row
        assert row[2] == "–" or "`" in row[2] + row[0], row


def test_no_chinese_word_means_two_things_in_one_room() -> None:
    for room in re.split(r"^##+ ", TEXT, flags=re.MULTILINE):
        words = [line.split("|")[1].strip() for line in room.splitlines() if line.startswith("| ")]
        assert len(words) == len(set(words)), room.splitlines()[0]
