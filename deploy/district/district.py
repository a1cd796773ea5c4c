"""A whole district from a profile and a seed: towns, committees, households, officers; sends and stores nothing.

Household n of a town depends on the profile, the seed, the town and n alone, so any order of generation agrees.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import gcd
from random import Random

from deploy.district.officers import Officer, allot_posts, officer
from deploy.district.pays import Pays
from deploy.district.people import Person, Registry, age_on
from deploy.district.profile import Profile, Shape, Town
from deploy.district.programme import Budget
from deploy.district.rates import Rates, rates_of
from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import PlannedService
from services.contracts.money import Fen, times_ratio
from services.contracts.months import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class Committee:
    """A community (社区) or village committee (村委会) of a town."""

    code: str
    name: str
    village: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of a household; `groups` are the priority groups (二(一)) the member belongs to."""

    person: Person
    relation: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A beneficiary household of the stock; `members[0]` is the applicant (本人)."""

    number: str
    town: str
    committee: str
    category: str
    members: tuple[Member, ...]
    phone: str
    address: str
    monthly_amount_fen: Fen
    benefit_from_month: Month
    officer: str
    visits_per_month: int
    document: str
    reverify_by: date
    care_tier: str = ""
    placement: str = ""
    services: tuple[PlannedService, ...] = ()

    @property
    def priority(self) -> bool:
        return any(member.groups for member in self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class TownPlace:
    """A town with its people as actor texts; `officers` are officer numbers."""

    town: Town
    committees: tuple[Committee, ...]
    window: tuple[str, ...]
    investigators: tuple[str, ...]
    leader: str
    officers: tuple[str, ...]
    first_family: int

    @property
    def code(self) -> str:
        return self.town.code

    @property
    def household_count(self) -> int:
        return sum(self.town.households.values())


@dataclass(frozen=True, kw_only=True)
class District:
    """The generated district. Households, officers and their pay are made when first asked for and then kept."""

    profile: Profile
    seed: int
    towns: tuple[TownPlace, ...]
    registry: Registry

    @cached_property
    def households(self) -> tuple[Household, ...]:
        return tuple(household(self, place, n) for place in self.towns for n in range(1, place.household_count + 1))

    @cached_property
    def officers(self) -> tuple[Officer, ...]:
        first = self.profile.totals.households
        numbered = [(place, rank, number) for place in self.towns for rank, number in enumerate(place.officers)]
        return tuple(
            officer(self.profile, self.registry, self.seed, place.town, rank, number, family=first + i, index=i)
            for i, (place, rank, number) in enumerate(numbered)
        )

    @property
    def budgets(self) -> tuple[Budget, ...]:
        return self.profile.budgets

    @cached_property
    def pays(self) -> Pays:
        return Pays(self.profile, self.officers)

    @cached_property
    def rates(self) -> Rates:
        return rates_of(self.profile)

    @cached_property
    def calendar(self) -> WorkingCalendar:
        return self.profile.calendar

    @cached_property
    def town(self) -> dict[str, TownPlace]:
        return {place.code: place for place in self.towns}

    @property
    def first_free_family(self) -> int:
        """Families from here on belong to nobody in the stock: a month's new applicants take them."""
        return self.profile.totals.households + self.profile.totals.posts


def generate(profile: Profile, seed: int) -> District:
    """The district of `profile` by `seed`; adds up to the profile's totals exactly, by construction."""
    posts = allot_posts(profile)
    # Applicants of any one month also need identities; one request is one family.
    capacity = profile.totals.households + profile.totals.posts + 12 * profile.month.requests
    registry = Registry(profile=profile, capacity=capacity, offset=Random(f"{seed}|registry").randrange(10**6))
    places, first_family, first_officer = [], 0, 1
    for town, post_count in zip(profile.towns, posts, strict=True):
        officers = tuple(f"O{n:03d}" for n in range(first_officer, first_officer + post_count))
        places.append(_place(town, officers, first_family))
        first_family += sum(town.households.values())
        first_officer += post_count
    return District(profile=profile, seed=seed, towns=tuple(places), registry=registry)


def _place(town: Town, officers: tuple[str, ...], first_family: int) -> TownPlace:
    names = [(name, False) for name in town.communities] + [(name, True) for name in town.villages]
    return TownPlace(
        town=town,
        committees=tuple(
            Committee(code=f"{town.code}-C{i:02d}", name=name, village=village)
            for i, (name, village) in enumerate(names, start=1)
        ),
        window=tuple(f"window:{town.code}-W{i}" for i in range(1, town.window_staff + 1)),
        investigators=tuple(f"investigator:{town.code}-I{i}" for i in range(1, town.investigators + 1)),
        leader=f"town-leader:{town.code}",
        officers=officers,
        first_family=first_family,
    )


def household(district: District, place: TownPlace, n: int) -> Household:
    """Household `n` (1…) of a town."""
    profile, town = district.profile, place.town
    number = f"{town.code}-H{n:05d}"
    rng = Random(f"{district.seed}|household|{number}")
    category, committee = _home(profile, place, n - 1)
    members = draw_members(
        profile, district.registry, rng, place.first_family + n - 1, profile.shapes[category], category
    )
    priority = any(member.groups for member in members)
    frequency = profile.visits_per_month[category]
    visits = frequency.priority if priority else frequency.ordinary
    take_over = profile.take_over
    care_tier, placement = _care(district, number, members) if category == "tekun" else ("", "")
    return Household(
        number=number,
        town=town.code,
        committee=committee.code,
        category=category,
        members=members,
        phone=district.registry.phone(place.first_family + n - 1),
        address=address_of(rng, town.name, committee),
        monthly_amount_fen=(
            district.rates.proposed_fen(category, 0, [member.groups for member in members], [care_tier] * len(members))
            if category == "tekun"
            else _amount(profile, rng, category, members)
        ),
        benefit_from_month=Month(rng.randint(*profile.amounts.benefit_from_years), rng.randint(1, 12)),
        officer=place.officers[(n - 1) * len(place.officers) // place.household_count],
        visits_per_month=visits,
        document=take_over.household_document.format(number=number),
        reverify_by=take_over.reverify_from + timedelta(days=rng.randrange(take_over.reverify_days)),
        care_tier=care_tier,
        placement=placement,
        services=district.rates.services(category, priority, care_tier, visits),
    )


def _care(district: District, number: str, members: Sequence[Member]) -> tuple[str, str]:
    """Care tier and placement of a tekun household of the stock, by a stream of chance of its own."""
    failed = failed_items(district, number, members[0].groups)
    inside = Random(f"{district.seed}|placement|{number}").random() * 1000 < district.profile.care.institution_permille
    level = district.rates.ability.level_of(frozenset(failed))
    return level.care_tier, "institution" if inside else "home"


def failed_items(district: District, key: str, groups: tuple[str, ...]) -> list[str]:
    """Which items of daily life a person fails; `key` says who, the groups how likely it is to be many."""
    care, ability = district.profile.care, district.rates.ability
    rng = Random(f"{district.seed}|ability|{key}")
    choices = care.frail_tiers if set(groups) & set(care.frail_groups) else care.tiers
    tier = rng.choices([choice.code for choice in choices], weights=[choice.weight for choice in choices])[0]
    levels = [level.care_tier for level in ability.levels]
    place = levels.index(tier)
    most = ability.levels[place + 1].failed_min - 1 if place + 1 < len(levels) else len(ability.items)
    return sorted(rng.sample(sorted(ability.items), rng.randint(ability.levels[place].failed_min, most)))


def _home(profile: Profile, place: TownPlace, index: int) -> tuple[str, Committee]:
    """Category and committee of a town's household `index` (0…): urban ones live in communities, rural in villages."""
    communities = [committee for committee in place.committees if not committee.village]
    villages = [committee for committee in place.committees if committee.village]
    urban, rural = _blocks(profile, place.town)
    size = sum(urban.values())
    if index < size:
        return _at(urban, index), communities[index * len(communities) // size]
    return _at(rural, index - size), villages[(index - size) * len(villages) // sum(rural.values())]


def _blocks(profile: Profile, town: Town) -> tuple[dict[str, int], dict[str, int]]:
    """Households by category in a town's communities and in its villages; "both" follows the committees' number."""
    committees = len(town.communities) + len(town.villages)
    urban, rural = {}, {}
    for category, count in town.households.items():
        where = profile.categories[category]
        in_communities = {"urban": count, "rural": 0, "both": count * len(town.communities) // committees}[where]
        if not town.villages or not town.communities:
            in_communities = count if town.communities else 0
        urban[category], rural[category] = in_communities, count - in_communities
    return urban, rural


def _at(counts: dict[str, int], index: int) -> str:
    """The category at `index` when `counts` are spread evenly; each category comes up exactly as often as counted."""
    size = sum(counts.values())
    stride = next(s for s in range(max(1, size * 618 // 1000), size + 2) if gcd(s, size) == 1)
    place = index * stride % size
    for category, count in counts.items():
        if place < count:
            return category
        place -= count
    raise AssertionError("counts add up to the size")


def draw_members(
    profile: Profile, registry: Registry, rng: Random, family: int, shapes: Sequence[Shape], category: str
) -> tuple[Member, ...]:
    """The members of one household by a drawn shape: one family name except for the spouse, ages as the shape says."""
    shape = rng.choices(shapes, weights=[shape.weight for shape in shapes])[0]
    people: list[Person] = []
    members = []
    for place in shape.members:
        surname = people[0].name[0] if people and place.relation != "配偶" else None
        female = not people[0].female if people and place.relation == "配偶" else None
        ages = (place.age_min, place.age_max)
        person = registry.person(rng, family, ages, surname, female)
        while any(person.resident_id == other.resident_id for other in people):
            person = registry.person(rng, family, ages, surname, female)
        people.append(person)
        groups = tuple(_groups(profile, rng, age_on(person.born_on, profile.today), category))
        members.append(Member(person=person, relation=place.relation, groups=groups))
    return tuple(members)


def _groups(profile: Profile, rng: Random, age: int, category: str) -> Iterator[str]:
    groups = profile.groups
    if age < groups.minor_below_age:
        yield groups.minor
    if age >= groups.aged_from_age:
        yield groups.aged
    for group, permille in groups.by_chance_permille.get(category, {}).items():
        if rng.random() * 1000 < permille:
            yield group


def _amount(profile: Profile, rng: Random, category: str, members: Sequence[Member]) -> Fen:
    """The sample amount: per head (standard less income) or a flat standard, plus top-ups (分类施保)."""
    amounts = profile.amounts
    standard = amounts.standard_fen.get(category, 0)
    if standard == 0:
        return Fen(0)
    top_up = sum(amounts.top_up_fen.get(group, 0) for member in members for group in member.groups)
    # Income per head in whole yuan, so that amounts look as they do in a real register.
    income = times_ratio(Fen(standard), rng.randrange(amounts.income_permille_max), 1000) // 100 * 100
    return Fen((standard - income) * len(members) + top_up)


def address_of(rng: Random, town_name: str, committee: Committee) -> str:
    """An invented address within a committee."""
    if committee.village:
        return f"{town_name}{committee.name}村{rng.randint(1, 9)}组{rng.randint(1, 120)}号"
    building, stair, floor, door = (rng.randint(1, most) for most in (30, 4, 28, 4))
    return f"{town_name}{committee.name}社区{building}栋{stair}单元{floor}-{door}"
