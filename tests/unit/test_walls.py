"""Proves that every read model is behind the wall, that what is not so plainly says why, and that a wall's words name real fields."""

import typing

import msgspec
import pytest

from services.audit.service import SERVICE as AUDIT
from services.casework.service import SERVICE as CASEWORK
from services.contracts.deciding import Model
from services.eventlog.auth import Identity
from services.eventlog.seeing import NOBODY, READER, WHOLE_DISTRICT, Reader, asked_by, note, read_for, reader_of
from services.eventlog.walls import condition_of, wall_name
from services.intake.service import SERVICE as INTAKE
from services.payroll.service import SERVICE as PAYROLL
from services.portal.service import SERVICE as PORTAL

MODELS = {
    f"{service.name}.{model.name}": model
    for service in (INTAKE, CASEWORK, PAYROLL, AUDIT, PORTAL)
    for model in service.models
}
# Adding to this list is a decision: all towns can see these, and only doors tell them apart.
EVERY_TOWN = {
    "intake.folder_facts", "casework.folder_facts", "payroll.runs", "audit.checkable", "audit.spot_checks",
    "portal.officers",
}  # fmt: skip
# Rows that somebody sees besides the people of the row's town.
WIDER = {
    "audit.findings": (("unit",), "responsible"),
    "payroll.slips": (("slip.town",), "slip.officer"),
    "payroll.payslips": ((), "officer"),
    "payroll.appraisals": ((), "officer"),
    "casework.service_plans": ((), "officer"),
}


def test_only_these_models_stand_before_the_wall_and_each_says_why() -> None:
    open_ones = {name for name, model in MODELS.items() if condition_of(model) is None}
    assert open_ones == EVERY_TOWN
    assert all(len(MODELS[name].every_town) > 30 for name in open_ones)


def test_only_these_models_are_seen_by_more_than_their_town() -> None:
    assert {n: (m.seen_by, m.own) for n, m in MODELS.items() if m.seen_by or m.own} == WIDER


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_model_with_a_town_is_narrowed_by_it_and_one_without_is_the_districts(name: str) -> None:
    model = MODELS[name]
    condition = condition_of(model)
    has_town = "town" in model.row.__struct_fields__
    if condition is not None:
        assert (" OR town = " in condition) is has_town
        assert " OR " in condition or not has_town
    for path in (*model.seen_by, *([model.own] if model.own else [])):
        assert _names_a_field(model, path), path


def _names_a_field(model: Model[msgspec.Struct], path: str) -> bool:
    row: type = model.row
    for name in path.split("."):
        hints = typing.get_type_hints(row)
        if name not in hints:
            return False
        row = hints[name]
    return True


def test_a_policy_of_other_words_has_another_name() -> None:
    conditions = {condition for model in MODELS.values() if (condition := condition_of(model)) is not None}
    assert len({wall_name(one) for one in conditions}) == len(conditions) >= 5


def test_who_only_reads_sees_nothing_before_saying_who_it_is_and_then_what_is_theirs() -> None:
    """A door that asks nobody shows nobody's rows; a command's door decides on the whole district."""
    officer = Identity(actor="officer:O001", role="officer", town="T01")
    for method, before, after in (
        ("GET", NOBODY, Reader(town="T01", actor="officer:O001")),
        ("HEAD", NOBODY, Reader(town="T01", actor="officer:O001")),
        ("POST", WHOLE_DISTRICT, WHOLE_DISTRICT),
    ):
        with read_for(asked_by(method)):
            assert READER.get() == before
            note(method, officer)
            assert READER.get() == after
        assert READER.get() == WHOLE_DISTRICT, "the next request begins anew"
    assert reader_of(Identity(actor="bureau:B1", role="bureau", town=None)) == WHOLE_DISTRICT
