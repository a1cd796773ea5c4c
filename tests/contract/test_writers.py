"""Proves who may say what: no service constructs another's fact, none is stated about a foreign subject."""

import ast
import importlib
from pathlib import Path
from types import ModuleType

import pytest

from deploy.district import generate, month_script
from deploy.installation import SERVICES
from services.contracts.deciding import Service
from services.contracts.registry import OWNERS, REGISTRY, UPCASTS, Fact, kind_of
from tests.unit.district_world import MARCH, SEED, World, before_month, small_profile

ROOT = Path(__file__).parents[2]
FACTS = {declared.body: declared for declared in REGISTRY.values()}
# What makes an instant, an id or a choice; in a pure module it would make two foldings differ.
IMPURE = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("uuid", "uuid1")}
PURE = ("rules", "domain", "reactions", "projections", "pay", "statement", "sweep", "tests_", "town_events")


def named_facts(source: str) -> dict[str, type]:
    """What the names of a module stand for, as far as they come from the contracts: ``name`` and ``module.name``."""
    names: dict[str, type] = {}
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("services.contracts"):
            continue
        module = importlib.import_module(str(node.module))
        for alias in node.names:
            if not hasattr(module, alias.name):
                importlib.import_module(f"{node.module}.{alias.name}")
            found = getattr(module, alias.name)
            shown = alias.asname or alias.name
            if isinstance(found, type):
                names[shown] = found
            elif isinstance(found, ModuleType):
                names |= {f"{shown}.{name}": value for name, value in vars(found).items() if isinstance(value, type)}
    return names


def constructed(source: str) -> set[type]:
    """Fact classes a module calls, by whatever name it imported them."""
    names = named_facts(source)
    called = {ast.unparse(node.func) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)}
    return {body for name, body in names.items() if name in called and body in FACTS}


def modules_of(service: str) -> list[Path]:
    return sorted((ROOT / "services" / service).rglob("*.py"))


@pytest.mark.parametrize("service", OWNERS)
def test_a_service_constructs_its_own_facts_only(service: str) -> None:
    made: set[type] = set()
    for path in modules_of(service):
        for body in constructed(path.read_text(encoding="utf-8")):
            assert FACTS[body].owner == service, f"{path.name} constructs {FACTS[body].kind}"
            made.add(body)
    assert made, "nothing found: the search is blind"


def test_every_declared_fact_is_stated_by_somebody() -> None:
    """A fact nobody writes would be a promise without a keeper; the shared ones go through the service's declaration.

    An older version is only read: its upcast leads to the one that is written.
    """
    made = {
        body for owner in OWNERS for path in modules_of(owner) for body in constructed(path.read_text(encoding="utf-8"))
    }
    made |= {body for s in SERVICES for body in (s.refused, s.rule_pack_adopted, s.parked_discarded)}
    assert {FACTS[body].kind for body in set(FACTS) - made} == set(UPCASTS)


@pytest.mark.parametrize(
    "forged",
    [
        "from services.contracts.payroll import RunApproved as Yes\nYes(month=1)",
        "from services.contracts import payroll as facts\nfacts.RunApproved(month=1)",
        "def late():\n    from services.contracts.payroll import RunApproved\n    return (RunApproved(month=1),)",
    ],
)
def test_the_search_sees_a_foreign_fact_under_any_name(forged: str) -> None:
    (body,) = constructed(forged)
    assert FACTS[body].kind == "assist.payroll.run_approved.v1"


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_declares_its_own_shared_facts_and_decides_about_each_of_its_subjects(service: Service) -> None:
    for body in (service.refused, service.rule_pack_adopted, service.parked_discarded):
        assert FACTS[body].owner == service.name
    for declared in REGISTRY.values():
        if declared.owner == service.name and declared.subject != "*":
            assert service.aggregate_of(f"{declared.subject}:x").prefix == declared.subject


class Watching(World):
    """The month in memory, which also writes down who stated what about which kind of subject."""

    def heard(self, service: Service, subject: str, fact: Fact) -> None:
        said.add((service.name, subject.partition(":")[0], kind_of(type(fact))))
        super().heard(service, subject, fact)


said: set[tuple[str, str, str]] = set()


def test_in_a_whole_month_every_fact_is_stated_by_its_owner_about_its_subject() -> None:
    """The declared writers are the real ones: a small district's stock and March, decided by the services themselves."""
    district, world = generate(small_profile(), SEED), Watching()
    for call in before_month(district):
        world.now = call.at
        world.send(call)
    for step in month_script(district, MARCH, SEED):
        world.now = step.at
        world.tick()
        for call in step.calls:
            world.send(call)
    assert len({kind for _, _, kind in said}) > 35
    for service, subject, kind in said:
        declared = REGISTRY[kind]
        assert (declared.owner, declared.subject) in {(service, subject), (service, "*")}, kind


def impure_calls(source: str) -> set[str]:
    return {
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and (ast.unparse(node.value).rpartition(".")[2], node.attr) in IMPURE
    }


def test_no_pure_module_asks_for_the_time() -> None:
    """What import-linter cannot see: `datetime` is imported for its type, but nobody asks it what time it is."""
    assert impure_calls("import datetime\nx = datetime.datetime.now(UTC)\ny = date.today") == {
        "datetime.datetime.now",
        "date.today",
    }
    paths = [*modules_of("contracts"), *(path for owner in OWNERS for path in modules_of(owner))]
    pure = [
        path
        for path in paths
        if any(part.startswith(PURE) for part in path.relative_to(ROOT).parts) or "contracts" in path.parts
    ]
    assert len(pure) > 40
    for path in pure:
        assert impure_calls(path.read_text(encoding="utf-8")) == set(), path
