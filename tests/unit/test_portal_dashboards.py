"""Proves that the dashboards' figures are what a plain count of the sample's records gives, cut by cut and day by day."""

import json
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import msgspec

from services.contracts.casework import (
    CaseOpened,
    EligibilityConfirmed,
    EligibilityRefused,
    ExamCredited,
    OfficerMonthClosed,
    OfficerMonthPlanned,
    StepOverdue,
    TrainingCredited,
    VisitCompleted,
    VisitRated,
    VisitSetAside,
    WorkRecorded,
)
from services.contracts.codec import encoder
from services.contracts.deciding import CHINA, Record
from services.contracts.intake import DiscoveryOverdue, ReferralOverdue, RequestReceived
from services.contracts.payroll import (
    FundBudgeted,
    FundCommitted,
    FundCredited,
    FundPaid,
    FundReleased,
    InvoiceFunded,
    RunApproved,
)
from services.payroll.projections.funds import FUNDS
from services.portal.api import bureau_words
from services.portal.api.audit_forms import SEVERITIES
from services.portal.api.figures import Column, columns_of, shades
from services.portal.measures import AREAS, BY_CODE, MEASURES, RATIOS, Delta, counted_since, deltas_of
from services.portal.measures.words import KINDS, PARTS
from services.portal.projections.as_at import FINDING_AGES, OFFICERS, TOWN_POSTS
from services.portal.projections.measured import MEASURED_FACTS, MONTH_MEASURES, MonthMeasure
from services.portal.store.figures import Where, cut_of
from tests.unit.recorded_world import recorded

RULES = Path("deploy/district/rules")
Rows = dict[tuple[str, int], MonthMeasure]


@cache
def folded() -> Rows:
    """The model's rows by key and partition, as the worker folds them."""
    rows: dict[tuple[str, int], MonthMeasure | None] = {}
    for record in recorded():
        if type(record.fact) in MONTH_MEASURES.listens:
            for key in MONTH_MEASURES.keys(record):
                place = key, record.partition
                rows[place] = MONTH_MEASURES.evolve(rows.get(place), record, key)
    return {place: row for place, row in rows.items() if row is not None}


def total(cut: str, measure: str, by: str = "town", until: str = "9999") -> Counter[str]:
    """What the rows of a cut say of a measure up to a day."""
    found: Counter[str] = Counter()
    for row in folded().values():
        if row.place.startswith(f"{cut}|{measure}|"):
            days = {f"{row.month}-{day}": amount for day, amount in row.days.items()}
            found[getattr(row, by)] += sum(amount for day, amount in days.items() if day <= until)
    return +found


def counted(*kinds: type[Any]) -> list[Record]:
    return [record for record in recorded() if isinstance(record.fact, kinds)]


def day_of(record: Record) -> str:
    return record.envelope.time.astimezone(CHINA).date().isoformat()


def test_counts_by_town_are_the_records_counted_plainly() -> None:
    """Each figure that is one fact each, against a count of the records that knows nothing of deltas."""
    plain = {
        "requests": (RequestReceived,),
        "granted": (EligibilityConfirmed,),
        "refused": (EligibilityRefused,),
        "overdue_steps": (StepOverdue, ReferralOverdue, DiscoveryOverdue),
        "ratings": (VisitRated,),
        "exams_taken": (ExamCredited,),
    }
    for measure, kinds in plain.items():
        expected = Counter(str(record.fact.town) for record in counted(*kinds))  # type: ignore[attr-defined]
        assert total("town", measure) == expected, measure
    assert total("town", "requests").total() > 100


def test_amounts_are_the_records_added_up_plainly() -> None:
    visits: Counter[str] = Counter()
    for record in counted(VisitCompleted, VisitSetAside):
        fact: Any = record.fact
        visits[fact.officer] += 1 if isinstance(fact, VisitCompleted) else -1
    assert total("officer", "visits", "officer") == visits
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    for record in counted(WorkRecorded, OfficerMonthPlanned, OfficerMonthClosed, TrainingCredited):
        match record.fact:
            case WorkRecorded() as work:
                expected["work_records"][work.town] += work.quantity
                expected["work_minutes"][work.town] += work.minutes
            case OfficerMonthPlanned() as month:
                expected["caseload"][month.town] += len(month.tasks)
            case OfficerMonthClosed() as month:
                expected["visits_planned"][month.town] += month.planned_count
            case TrainingCredited(kind="party") as credit:
                expected["party_minutes"][credit.town] += credit.minutes
    for measure, amounts in expected.items():
        assert total("town", measure) == +amounts, measure
    assert set(expected) >= {"work_records", "work_minutes", "caseload", "party_minutes"}


def test_money_is_what_the_funds_themselves_say_is_left() -> None:
    """Committed and paid against the facts added up; what is left against the balance the last fact of a source states."""
    committed: Counter[str] = Counter()
    for record in counted(FundCommitted, FundReleased, FundCredited):
        fact: Any = record.fact
        committed[fact.source] += fact.amount_fen if isinstance(fact, FundCommitted) else -fact.amount_fen
    paid = Counter[str]()
    for record in counted(FundPaid, FundCredited):
        fact = record.fact
        paid[fact.source] += fact.amount_fen if isinstance(fact, FundPaid) else -fact.amount_fen
    moved = total("part", "committed", "part") - committed
    assert all(amount > 0 for amount in moved.values())  # what was promised and paid before take-over, and nothing less
    assert total("part", "paid", "part").total() >= paid.total() > 0
    budget, left = total("part", "budget", "part"), total("part", "left", "part")
    assert left == budget - total("part", "committed", "part")
    shares: Counter[str] = Counter()
    for record in counted(RunApproved, InvoiceFunded, FundReleased, FundCredited):
        fact = record.fact
        for share in () if getattr(fact, "payer_town", "") else fact.by_town:
            shares[share.town] += (
                share.amount_fen if isinstance(fact, RunApproved | InvoiceFunded) else -share.amount_fen
            )
    assert total("town", "town_committed") == +shares
    assert len(shares) > 1


def test_money_of_a_year_is_what_payroll_has_of_that_years_sources() -> None:
    """Budgets and what is left of each budget year, as the finance office's page has them, and never two years added up."""
    funds: dict[tuple[str, int], Any] = {}
    for record in recorded():
        if type(record.fact) in FUNDS.listens:
            for key in FUNDS.keys(record):
                place = key, record.partition
                funds[place] = FUNDS.evolve(funds.get(place), record, key)
    years = {key.partition("-")[0] for key, _ in funds}
    assert years
    for year, measure in product(years, ("budget", "left", "paid")):
        mine: Counter[str] = Counter()
        for (key, _), row in funds.items():
            if key.startswith(year):
                back = row.credited_fen if measure == "paid" else 0
                mine[key.partition("-")[2]] += getattr(row, f"{measure}_fen") - back
        assert of_year(measure, year) == +mine, (measure, year)


def of_year(measure: str, year: str, rows: Rows | None = None) -> Counter[str]:
    """What the rows of a year's months say of a measure, by source."""
    found: Counter[str] = Counter()
    for row in (folded() if rows is None else rows).values():
        if row.place.startswith(f"parts|{measure}|{year}"):
            found[row.part] += row.amount
    return +found


def test_what_is_done_on_an_earlier_years_money_counts_for_that_year() -> None:
    """A budget booked before its year began, one taken over in its year, and a payment of the year before, made in January."""
    budgeted, paid = counted(FundBudgeted)[0], counted(FundPaid)[0]

    def of(record: Record, subject: str, day: date, **changed: Any) -> Record:
        envelope = msgspec.structs.replace(
            record.envelope, subject=subject, time=datetime(day.year, day.month, day.day, tzinfo=CHINA)
        )
        return msgspec.structs.replace(
            record, envelope=envelope, fact=msgspec.structs.replace(record.fact, source="3", **changed)
        )

    rows: dict[tuple[str, int], MonthMeasure] = {}
    for record in (
        of(budgeted, "fund:2025-3", date(2025, 2, 3), year=2025, amount_fen=700),
        of(budgeted, "fund:2026-3", date(2025, 12, 20), year=2026, amount_fen=900),
        of(paid, "fund:2025-3", date(2026, 1, 12), amount_fen=300),
        of(paid, "fund:2026-3", date(2026, 2, 12), amount_fen=50),
    ):  # fmt: skip
        for key in MONTH_MEASURES.keys(record):
            row = MONTH_MEASURES.evolve(rows.get((key, 0)), record, key)
            assert row is not None
            rows[key, 0] = row
    assert [of_year("budget", year, rows)["3"] for year in ("2025", "2026")] == [700, 900]
    assert [of_year("paid", year, rows)["3"] for year in ("2025", "2026")] == [300, 50]
    begin, end = date(2025, 1, 1), date(2026, 3, 31)
    assert [counted_since(BY_CODE[code], begin, end) for code in ("visits", "budget", "open_cases")] == [
        begin, date(2026, 1, 1), date.min,
    ]  # fmt: skip


def test_a_level_as_at_a_day_is_what_was_open_that_evening() -> None:
    """Open cases on each day of the sample's month: opened and not decided by then, found case by case."""
    opened: dict[str, str] = {}
    ended: dict[str, str] = {}
    for record in recorded():
        fact: Any = record.fact
        if isinstance(fact, CaseOpened):
            opened[fact.application_no] = day_of(record)
        elif type(fact).__name__ in ("EligibilityConfirmed", "EligibilityRefused", "CaseClosed"):
            ended[fact.application_no] = day_of(record)
    first = date.fromisoformat(min(opened.values()))
    seen = set()
    for day in ((first + timedelta(days=n)).isoformat() for n in range(40)):
        there = sum(since <= day and ended.get(no, "9999") > day for no, since in opened.items())
        assert total("all", "open_cases", until=day).total() == there, day
        seen.add(there)
    assert len(seen) > 5


def test_every_cut_of_a_measure_adds_up_to_the_same() -> None:
    """By town, all together, and by part where every fact has one: one total."""
    for measure in MEASURES:
        whole = sum(row.amount for row in folded().values() if row.place.startswith(f"all|{measure.code}|"))
        towns = sum(row.amount for row in folded().values() if row.place.startswith(f"town|{measure.code}|"))
        assert whole == towns, measure.code
    parts = sum(row.amount for row in folded().values() if row.place.startswith("part|visits|"))
    assert parts == total("all", "visits").total() > 100


def test_a_rows_amount_is_the_sum_of_its_days_and_it_is_stored_as_it_was_folded() -> None:
    assert len(folded()) > 500
    for row in folded().values():
        assert row.amount == sum(row.days.values())
    some = next(iter(folded().values()))
    assert msgspec.json.decode(encoder.encode(some), type=MonthMeasure) == some


def test_every_fact_behind_a_figure_is_found_again() -> None:
    """The facts behind a measure add up to the measure."""
    behind: Counter[str] = Counter()
    for record in recorded():
        if type(record.fact) in MEASURED_FACTS.listens:
            for key in MEASURED_FACTS.keys(record):
                row = MEASURED_FACTS.evolve(None, record, key)
                assert row is not None
                assert row.event_id == record.envelope.id
                behind[row.measure] += row.amount
    for measure in MEASURES:
        whole = sum(row.amount for row in folded().values() if row.place.startswith(f"all|{measure.code}|"))
        assert behind[measure.code] == whole, measure.code


def test_no_delta_of_any_fact_names_an_unknown_measure_or_part() -> None:
    named: set[tuple[str, str]] = set()
    for record in recorded():
        if type(record.fact) in MONTH_MEASURES.listens:
            named |= {(delta.measure, delta.part) for delta in deltas_of(record)}
    for code, part in named:
        kind = BY_CODE[code].parts
        assert not part or kind == "course" or part in PARTS[kind], (code, part)


def test_a_thing_has_one_name_on_every_page() -> None:
    """Sources as the pack names them that finance's pages ask for, severities as findings have them."""
    pack = json.loads((RULES / "payroll.funding.json").read_bytes())["content"]["sources"]
    assert PARTS["source"] == {code: (one["zh"], one["en"]) for code, one in pack.items()} == bureau_words.SOURCES
    assert PARTS["severity"] == {code: SEVERITIES[code] for code in ("low", "medium", "high")}


def test_officers_posts_and_findings_are_read_as_at_a_day() -> None:
    """Staffing and ageing rows are folded of their own facts: everybody has a stay, every open finding a day."""
    rows: dict[str, dict[str, Any]] = defaultdict(dict)
    for record in recorded():
        for model in (OFFICERS, TOWN_POSTS, FINDING_AGES):
            if type(record.fact) in model.listens:
                for key in model.keys(record):
                    rows[model.name][key] = model.evolve(rows[model.name].get(key), record, key)
    officers, posts = rows["officers"].values(), rows["town_posts"].values()
    there = [one for one in officers if any(stay.until is None for stay in one.stays)]
    assert len(there) == total("all", "posts_filled", "measure").total() or len(there) <= sum(
        p.post_count for p in posts
    )
    assert any(one.certificates for one in officers)
    findings = [one for one in rows["finding_ages"].values() if any(stay.until is None for stay in one.opened)]
    assert len(findings) == total("all", "open_findings", "measure").total() > 0


def test_the_cut_that_is_read_is_the_coarsest_that_can_answer() -> None:
    everywhere = Where(since=date(2026, 3, 1), until=date(2026, 3, 31))
    in_town = Where(since=everywhere.since, until=everywhere.until, town="T01")
    assert [cut_of(everywhere, by) for by in ("all", "day", "town", "part", "officer", "committee")] == [
        "all", "all", "town", "parts", "officer", "committee",
    ]  # fmt: skip
    assert [cut_of(in_town, by) for by in ("all", "day", "part", "committee")] == ["town", "town", "part", "committee"]


def test_every_area_has_figures_each_defined_in_words() -> None:
    for area in AREAS:
        for column in columns_of(area):
            for language in ("zh", "en"):
                assert column.name(language)
                assert column.definition(language)
    assert {measure.area for measure in MEASURES} == set(AREAS)
    assert {measure.parts for measure in MEASURES if measure.parts} == set(KINDS)
    assert all(ratio.over in BY_CODE and ratio.under in BY_CODE for ratio in RATIOS)


def test_figures_read_as_people_write_them() -> None:
    by_code = {column.code: column for area in AREAS for column in columns_of(area)}
    assert by_code["visits"].text({"visits": 1234}) == "1,234"
    assert by_code["visits"].text({"visits": 1234}, plain=True) == "1234"
    assert by_code["paid"].text({"paid": 123_456}) == "1,234.56"
    assert by_code["party_minutes"].text({"party_minutes": 90}) == "1.5"
    assert by_code["visits_met_share"].text({"visits": 8, "visits_met": 7}) == "87.5 %"
    assert by_code["satisfaction"].text({"ratings": 4, "rating_points": 19}) == "4.75"
    assert by_code["visits_met_share"].text({}) == "–"


def test_shades_go_from_the_least_to_the_most_and_leave_out_what_is_not_there() -> None:
    assert shades([0, 50, 100, None]) == [0, 2, 4, None]
    assert shades([7, 7]) == [0, 0]
    assert shades([None]) == [None]


def test_a_share_is_read_at_a_day_when_its_measures_are() -> None:
    by_code = {column.code: column for column in columns_of("money")}
    assert by_code["paid_share"].level
    assert not Column(figure=BY_CODE["visits"]).level
    assert Delta(measure="visits", town="T01", amount=1).officer == ""
