"""Proves that the sample district adds up to the plan's figures exactly and is the same bytes for the same seed."""

import hashlib
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from deploy.district import District, generate, load_profile
from deploy.district.district import household
from deploy.district.people import age_on, is_resident_id, luhn_digit
from deploy.district.profile import check_totals
from services.contracts.months import Month

PLACE = Path(__file__).parents[2] / "deploy" / "district"
SEED = 20260301
PINNED = "c394ceb4baf8c00489d17e79e7aa1e4d32ab6375db75ba73a61e8d2bd7c4d679"


@cache
def sample() -> District:
    return generate(load_profile(PLACE), SEED)


def fingerprint(district: District) -> str:
    def hook(value: object) -> object:
        assert isinstance(value, Month)
        return str(value)

    content = msgspec.json.encode((district.households, district.officers), enc_hook=hook, order="deterministic")
    return hashlib.sha256(content).hexdigest()


def test_the_plans_figures_are_met_exactly() -> None:
    district = sample()
    committees = [committee for place in district.towns for committee in place.committees]
    assert len(district.towns) == 26
    assert sum(not committee.village for committee in committees) == 129
    assert sum(committee.village for committee in committees) == 66
    assert len({committee.code for committee in committees}) == 195
    assert sum(place.town.residents for place in district.towns) == 831_700
    assert len(district.officers) == len({officer.number for officer in district.officers}) == 198
    assert len(district.households) == len({home.number for home in district.households}) == 25_000


def test_names_of_places_do_not_repeat() -> None:
    district = sample()
    assert len({place.town.name for place in district.towns}) == 26
    assert len({committee.name for place in district.towns for committee in place.committees}) == 195


def test_households_are_counted_by_category_as_the_profile_says() -> None:
    district = sample()
    for place in district.towns:
        homes = [home for home in district.households if home.town == place.code]
        expected = {category: count for category, count in place.town.households.items() if count}
        assert Counter(home.category for home in homes) == expected
        assert {home.committee for home in homes} <= {committee.code for committee in place.committees}
        assert {home.officer for home in homes} == set(place.officers)


def test_posts_follow_residents_and_beneficiaries_and_no_town_goes_without() -> None:
    district = sample()
    posts = {place.code: len(place.officers) for place in district.towns}
    assert sum(posts.values()) == 198
    assert min(posts.values()) >= 1
    for place in district.towns:
        share = place.town.residents / 831_700 + place.household_count / 25_000
        assert abs(posts[place.code] - 198 * share / 2) < 1
        assert sum(officer.position == "lead" for officer in district.officers if officer.town == place.code) == 1


def test_every_number_of_a_person_is_valid_and_nobodys_elses() -> None:
    district = sample()
    people = [member.person for home in district.households for member in home.members]
    people += [officer.person for officer in district.officers]
    assert all(is_resident_id(person.resident_id) for person in people)
    assert len({person.resident_id for person in people}) == len(people)
    prefixes = Counter(person.resident_id[:4] for person in people)
    assert {"5001", "5002", "5102", "5122", "5123", "5135"} == set(prefixes)
    accounts = {officer.bank_account for officer in district.officers}
    assert len(accounts) == 198
    assert all(len(account) == 19 and luhn_digit(account[:-1]) == account[-1] for account in accounts)
    assert len({officer.phone for officer in district.officers}) == 198


def test_ages_fit_groups_and_family() -> None:
    today, groups = sample().profile.today, sample().profile.groups
    for home in sample().households:
        for member in home.members:
            age = age_on(member.person.born_on, today)
            assert (groups.minor in member.groups) is (age < 18), home.number
            assert (groups.aged in member.groups) is (age >= groups.aged_from_age), home.number
            assert len(set(member.groups)) == len(member.groups)
        assert home.members[0].relation == "本人"
        applicant = home.members[0].person.born_on.year
        for member in home.members[1:]:
            years = member.person.born_on.year - applicant
            if member.relation == "子女":
                assert years >= 15, home.number
            if member.relation == "父母":
                assert years <= -15, home.number


def test_a_single_tekun_minor_is_the_only_household_without_an_adult() -> None:
    for home in sample().households:
        ages = [age_on(member.person.born_on, sample().profile.today) for member in home.members]
        assert max(ages) >= 18 or home.category == "tekun", home.number


def test_amounts_lie_between_nothing_and_standard_plus_top_ups() -> None:
    amounts = sample().profile.amounts
    for home in sample().households:
        if home.category == "tekun":
            continue
        top_up = sum(amounts.top_up_fen[group] for member in home.members for group in member.groups)
        standard = amounts.standard_fen.get(home.category, 0)
        assert home.monthly_amount_fen <= standard * len(home.members) + top_up * (standard > 0)
        assert (home.monthly_amount_fen > 0) is (home.category != "hardship")


def test_a_tekun_household_of_the_stock_has_a_tier_a_place_and_the_amount_that_follows() -> None:
    tekun = sample().rates.tekun
    for home in sample().households:
        assert bool(home.care_tier) is bool(home.placement) is (home.category == "tekun"), home.number
        if home.category == "tekun":
            fee = tekun.care_monthly_fen[home.care_tier]
            assert home.monthly_amount_fen == (tekun.basic_monthly_fen + fee) * len(home.members)
        visits = sum(one.times_per_month for one in home.services if one.service == "regular_visit")
        assert visits == home.visits_per_month
    shares = Counter(home.care_tier for home in sample().households if home.category == "tekun")
    assert shares["self_reliant"] > shares["half_care"] > shares["full_care"] > 100


def test_visits_due_are_about_thirteen_thousand_a_month() -> None:
    due = sum(home.visits_per_month for home in sample().households)
    assert 0.5 <= due / 25_000 <= 0.6


def test_the_second_source_is_one_percent_of_last_years_municipal_figure() -> None:
    budgets = sample().budgets
    for year in (2025, 2026):
        assert {budget.source for budget in budgets if budget.year == year} == {"1", "2", "3", "4"}
    capped = [budget for budget in budgets if budget.cap_basis_fen is not None]
    assert all(budget.cap_basis_document for budget in capped)
    assert [budget.amount_fen * 100 for budget in capped] == [budget.cap_basis_fen for budget in capped]
    assert sorted(budget.year for budget in capped) == [2025, 2026]


def test_the_same_seed_gives_the_same_bytes() -> None:
    changed = "the district changed; if the profile changed on purpose, pin the new fingerprint"
    assert fingerprint(sample()) == PINNED, changed


def test_another_seed_gives_another_district_with_the_same_sums() -> None:
    other = generate(sample().profile, SEED + 1)
    home = household(other, other.towns[3], 17)
    assert home != household(sample(), sample().towns[3], 17)
    assert home.number == household(sample(), sample().towns[3], 17).number


def test_a_household_is_the_same_whatever_else_was_generated() -> None:
    alone = generate(sample().profile, SEED)
    index = 0
    for place in alone.towns:
        for n in (place.household_count, 1):
            assert household(alone, place, n) == sample().households[index + n - 1]
        index += place.household_count


def test_a_profile_that_does_not_add_up_is_refused_with_the_figure() -> None:
    profile = sample().profile
    totals = msgspec.structs.replace(profile.totals, residents=831_701)
    with pytest.raises(ValueError, match="831701 residents, its towns add up to 831700"):
        check_totals(msgspec.structs.replace(profile, totals=totals))


def test_a_directory_holds_exactly_one_profile(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="exactly one"):
        load_profile(tmp_path)


def test_posts_number_through_the_district() -> None:
    numbers = [officer.number for officer in sample().officers]
    assert numbers == sorted(numbers)
    assert all(first < second for first, second in pairwise(officer.post_no for officer in sample().officers))
