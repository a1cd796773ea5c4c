"""Proves what pages show of rows they are given: words for codes, what was cut, forms to whom may send them."""

from datetime import date
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from jinja2 import ChoiceLoader, DictLoader
from starlette.datastructures import FormData

from services.contracts.erasure_words import AGAINST
from services.contracts.sealed import KeyGroup
from services.intake.domain.erasure import Ground
from services.portal.api import erasures as erasing
from services.portal.api import money_words
from services.portal.api.audit_forms import RAISE, SEVERITIES, VERIFIED
from services.portal.api.bureau_forms import ERASURES
from services.portal.api.bureau_words import named
from services.portal.api.field_own import CONTEST_APPRAISAL
from services.portal.api.findings import STATUSES, SUPPRESSION_STATUS
from services.portal.api.money_forms import FORMS
from services.portal.api.officers_forms import FORMS as OFFICERS_FORMS
from services.portal.api.posts import FACTORS, begun_with
from services.portal.api.town_forms import OPINIONS
from services.portal.rendering import Pages

_TOLD: dict[str, Any] = {
    "status": 200, "problem": None, "errors": [], "typed": FormData(), "new_id": lambda: "1", "done": "", "lists": {}, "forms": FORMS,
    "words": money_words, "area_path": "/pay",
}  # fmt: skip


def page(template: str, *, role: str = "auditor", **shown: Any) -> str:
    """The main part of a page in English, without the frame around all pages."""
    pages = Pages({"T01": "Riverside"})
    loader = pages._environment.loader
    assert loader is not None
    pages._environment.loader = ChoiceLoader([DictLoader({"base.html": "{% block main %}{% endblock %}"}), loader])
    session = SimpleNamespace(role=role, acts_as=f"{role}:X1", town="", form_token="f")
    visitor = SimpleNamespace(
        who=lambda actor: actor.partition(":")[2] or actor, told=lambda _, en: en, session=session
    )
    given = {**_TOLD, "session": session, "visitor": visitor, "who": visitor.who, **shown}
    return pages.filled(template, language="en", **given)


TESTS = {"clock_late": ("逾期办理", "a clock ran out")}


def test_a_grant_of_access_is_told_in_words() -> None:
    nothing: dict[str, Any] = dict.fromkeys(("log", "recomputed", "attested"))
    grant = {
        "key": "JC1", "organisation": "o", "document": "d", "from_on": "a", "until_on": "b", "scope": "tests", "towns": ["T01"],
        "tests": ["clock_late"],
    }  # fmt: skip
    shown = page(
        "audit/overview.html", granted=[grant], tests=TESTS, coverage=None, totals={"open": 1, "closed": 0, "overdue": 0},
        checkpoints=[], logs=[], areas={}, **nothing,
    )  # fmt: skip
    assert "Riverside" in shown
    assert "a clock ran out" in shown
    assert "clock_late" not in shown


@pytest.mark.parametrize(
    ("by", "whose", "said"),
    [("town", "T01", "Riverside"), ("town", "district", "District"), ("unit", "T01", "Riverside"), ("unit", "bureau", "the bureau"),
     ("responsible", "officer:O001", "O001"), ("responsible", "", "(nobody yet)")],
)  # fmt: skip
def test_ages_are_told_by_the_names_of_towns_units_and_people(by: str, whose: str, said: str) -> None:
    row = {by: whose, "ages": [1, 0, 0, 0], "overdue": 0, "by_status": {}}
    shown = page(
        "audit/findings.html", rows=[], following=None, as_of="2026-03-01",
        chosen=dict.fromkeys(("town", "status", "severity", "test", "overdue", "ended"), ""),
        ageing=[row], by=by, statuses={}, severities={}, ages=[], towns=[], tests={}, filtered=False, rule_of=None,
        raising=RAISE, finding_no="R1", records="", supervises=frozenset({"auditor"}),
    )  # fmt: skip
    assert f'<th scope="row">{said}</th>' in shown


def test_an_invoice_without_money_says_why_in_words() -> None:
    invoice = {
        "key": "K001/F1", "contractor": "K001", "contract_no": "HT1", "status": "unfunded", "amount_fen": 5, "orders": ["A"],
        "payer_town": "", "source": "", "recorded_by": "bureau-finance:F1", "approved_by": "", "bank_reference": "",
    }  # fmt: skip
    for code, why in (("town-fund-short", "own money is not enough"), ("a-later-code", "could not be set aside")):
        one = {**invoice, "code": code}
        shown = page("finance/invoices.html", invoices=[one], payables=[], today="2026-03-01", owed=[], names={})
        assert why in shown
        assert code not in shown


def test_a_leader_is_told_for_how_many_a_sum_is_and_none_where_that_is_unsure() -> None:
    cases = [
        {"key": key, "need": "temporary", "status": "opened", "committee": "C", "household": "H", "decide_by": "d",
         "near_relative_declared": False, "objection_count": 0}
        for key in ("A", "B")
    ]  # fmt: skip
    shown = page(
        "leader/opinions.html", role="town-leader", waiting={"to_send": [], "to_sign": [], "conflicts": [], "to_decide": cases},
        amounts={"A": {"members": 3, "amount_fen": 220_500, "limit_fen": 150_000, "over": True}}, reserve=[], budget=None, w=lambda _, code: code,
        bureau=[], forms=OPINIONS, town="T01", today=date(2026, 3, 1),
    )  # fmt: skip
    assert shown.count("By the standard, for 3") == 1
    assert shown.count("look at its form for how many") == 1


def test_what_rests_is_told_in_words() -> None:
    rests = {
        "suppression_no": "SP-1", "status": "ended", "finding_no": "", "test": "clock_late", "about": "household:T01-H00001",
        "reason": "r", "until": "2026-05-01", "proposed_by": "auditor:A1", "proposed_on": "2026-04-01", "approved_by": "",
        "why": "", "ended_on": None,
    }  # fmt: skip
    shown = page("audit/suppressions.html", rows=[rests], statuses=SUPPRESSION_STATUS, tests=TESTS)
    assert "a clock ran out · T01-H00001" in shown
    assert "clock_late" not in shown


def test_a_list_of_cases_goes_on_with_what_it_was_narrowed_to_and_names_towns() -> None:
    row = {
        "key": "R-T01-1-tekun", "need": "tekun", "status": "checked", "overdue_count": 0, "accepted_on": "2026-03-01",
        "decide_by": "2026-03-31", "outcome": "confirmed", "paused_clocks": [], "responsible": "bureau:B01",
    }  # fmt: skip

    def listed(following: str | None, *, first: bool) -> str:
        return page(
            "cases/cases.html", rows=[row], count=101, following=following, first=first, town="T01", own_town=None,
            towns={"T01": ("北塔镇",) * 2, "T02": ("南湖街道",) * 2}, wanted="", mine=True, stands="open", statuses={}, needs={},
            case_status={}, named=named, left=None,
        )  # fmt: skip

    shown = listed("2026-03-31 R-T01-1-tekun", first=True)
    assert "/cases?town=T01&amp;status=open&amp;mine=yes&amp;next=2026-03-31%20R-T01-1-tekun" in shown
    assert '<option value="T01" selected>北塔镇</option>' in shown
    assert '<option value="T02">南湖街道</option>' in shown
    assert "First page" not in shown
    last = listed(None, first=False)
    assert 'href="/cases?town=T01&amp;status=open&amp;mine=yes">First page' in last
    assert "Next page" not in last


@pytest.mark.parametrize(
    ("role", "status", "asks"),
    [("bureau-finance", "approved", True), ("auditor", "approved", False), ("bureau-finance", "funded", False)],
)
def test_money_is_asked_for_again_of_an_approved_run_alone_by_whoever_may(role: str, status: str, asks: bool) -> None:
    run = {
        "month": "2026-03", "status": status, "charges": {"1": 500, "2": 300, "3": 0}, "committed": ["2"], "gross_fen": 1, "net_fen": 1, "tax_fen": 1,
        "employer_insurance_fen": 1, "settled_fen": 0, "recovery_open_fen": 0, "returned_count": 0, "file_count": 0,
    }  # fmt: skip
    empty: dict[str, Any] = dict.fromkeys(
        ("files", "returns", "held", "reversals", "contests", "declared", "slips"), ()
    )
    shown = page(
        "finance/run.html", role=role, run=run, steps=[], returned=None, following="", declarations={}, units={}, **empty
    )  # fmt: skip
    assert shown.count("/do/commit-run") == asks, "asked of who has a charge and has not set it aside"
    assert ("not enough" in shown) == asks


@pytest.mark.parametrize(("scored", "said"), [(True, "stand below"), (False, "without points")])
def test_an_officer_reads_which_quarter_sets_the_coefficient_of_this_months_pay(scored: bool, said: str) -> None:
    quarter = {"year": 2025, "quarter": 4, "grade": "good", "coefficient_permille": 1000, "work_counted": 12}
    appraisal = {**quarter, "status": "settled", "score_permille": 900, "points": [], "objections": []}
    shown = page(
        "field/own.html", role="officer", training=None, months=[], year=2026, this_month="2026-03", counting=quarter,
        appraisals=[appraisal] if scored else [], points={}, grades={"good": ("良好", "good")}, standing={"settled": ("s", "s")},
        contesting=CONTEST_APPRAISAL, hours=lambda minutes: "", clock=lambda _: None, part="own", link="", boxed=None,
        words=lambda listed, code: listed.get(code, (code, code)),
    )  # fmt: skip
    assert "from the appraisal of 2025, quarter 4" in shown
    assert "12 work records" in shown
    assert said in shown


def test_the_page_of_posts_begins_with_the_figures_of_the_last_allotment() -> None:
    town = {"town": "T01", "post_count": 3, "proposed_count": 2, "figures": [{"factor": "residents", "amount": 41_000}]}
    last = {
        "allotted_on": "2026-01-05",
        "document": "D1",
        "reason": "why",
        "pack_version": "post_allocation@1",
        "towns": [town],
    }
    begin = begun_with(last, {"T01": 6})
    assert begin == {"T01.residents": 41_000, "T01.beneficiaries": 6}
    staffed = {"town": "T01", "posts": 3, "filled": 3, "vacant": 0, "tenure_months_average": 5}
    shown = page(
        "bureau/posts.html", role="bureau-leader", staffed={"as_of": "2026-03-01", "rows": [staffed]}, factors=FACTORS, found=None,
        begin=begin, last=last, weights={"residents": 1}, kept=[], forms=OFFICERS_FORMS, typed={},
    )  # fmt: skip
    assert 'aria-label="Riverside residents" value="41000"' in shown
    assert "differs from the formula because: why" in shown
    assert begun_with(None, {}) == {}


@pytest.mark.parametrize(
    ("amount", "said"), [(500_000, "3,800.00"), (100_000, "over the fund"), (None, "no reserve fund of 2026")]
)
def test_a_leader_sees_what_is_left_of_the_years_reserve_fund_before_signing(amount: int | None, said: str) -> None:
    spent = [
        {"key": key, "reserve_fund": "T01-RF", "decided_on": day, "amount_fen": 120_000}
        for key, day in (("A", date(2026, 2, 1)), ("B", date(2025, 12, 1)))
    ]
    budget = {"amount_fen": amount, "document": "D", "from_on": "2026-01-01"} if amount else None
    shown = page(
        "leader/opinions.html", role="town-leader", waiting={"to_send": [], "to_sign": [], "conflicts": [], "to_decide": []},
        amounts={}, reserve=spent, budget=budget, w=lambda _, code: code, bureau=[], forms=OPINIONS, town="T01", today=date(2026, 3, 1),
    )  # fmt: skip
    assert said in shown


def erasure(**changes: Any) -> dict[str, Any]:
    return {
        "key": "SC-1", "status": "requested", "ground": "purpose_achieved", "received_on": "2026-03-01", "requested_on": "2026-03-02",
        "requested_by": "bureau:B1", "against": ["benefit"], "not_before": "2037-01-01", "decided_by": "", "decided_on": None,
        "reason": "", "groups": [], "kept_groups": [], "kept_until": None, "done_on": None, **changes,
    }  # fmt: skip


def erasures(role: str, *rows: dict[str, Any]) -> str:
    return page(
        "bureau/erasures.html", role=role, rows=rows, statuses=erasing.STATUSES, against=AGAINST, groups=erasing.GROUPS,
        grounds=erasing.GROUNDS, today=date(2026, 3, 2), number="SC-2", forms=ERASURES, area_path="/bureau/erasures",
    )  # fmt: skip


def test_an_erasure_that_is_barred_says_why_and_cannot_be_approved() -> None:
    """Both decide by role: the caseworker registers, the leader decides, and approves only what nothing stands against."""
    barred, free = erasure(), erasure(against=[], not_before=None)
    shown = erasures("bureau-leader", barred)
    assert "a benefit is being paid" in shown
    assert "not before 2037-01-01" in shown
    assert "approve-erasure" not in shown
    assert "refuse-erasure" in shown
    assert "request-erasure" not in shown
    assert "approve-erasure" in erasures("bureau-leader", free)
    asked = erasures("bureau", free)
    assert "request-erasure" in asked
    assert "approve-erasure" not in asked


def test_an_erasure_that_is_done_says_what_went_and_what_is_kept_until_when() -> None:
    done = erasure(
        status="done", against=[], not_before=None, decided_by="bureau-leader:L1", decided_on="2026-03-03", groups=["identity"],
        kept_groups=["retention"], kept_until="2057-01-01", done_on="2026-03-03",
    )  # fmt: skip
    shown = erasures("bureau-leader", done)
    for said in ("erased by law", "identity and contact", "accounts that vouchers rest on", "until 2057-01-01"):
        assert said in shown
    assert "refuse-erasure" not in shown


def test_the_page_of_erasures_has_a_word_for_whatever_intake_says() -> None:
    assert set(erasing.GROUNDS) == set(get_args(Ground))
    assert set(erasing.GROUPS) == set(get_args(KeyGroup))


def test_a_town_key_is_revoked_from_its_line_and_shown_as_ended() -> None:
    issued = [{"town": "T01", "issued_on": {"1": "2026-03-02", "2": "2026-03-03"}, "revoked_on": {"1": "2026-03-04"}}]
    given: dict[str, Any] = {
        "issued": issued, "key": "", "town": "", "tried_events": "", "checked": None, "waiting": [], "sees_waiting": False,
    }  # fmt: skip
    shown = page("log/onboarding.html", role="security-administrator", **given)
    assert "revoked on 2026-03-04" in shown
    assert shown.count('action="/onboarding/keys/revoke"') == 1
    assert 'name="key_no" value="2"' in shown
    assert "/onboarding/keys/revoke" not in page("log/onboarding.html", role="operator", **given)


def test_a_finding_tells_each_step_in_words_and_leads_the_auditor_to_its_record() -> None:
    finding = {
        "finding_no": "F-1", "summary_zh": "甲", "summary_en": "A", "severity": "high", "status": "open", "overdue": False, "due_on": None,
        "rule": "clock_late", "law": "法", "about": "officer:O001", "town": "T01", "opened_at": None, "opened_by": "auditor:A1", "unit": "T01",
        "responsible": "town-leader:T01", "measures": "", "statement": "", "recurred_in": [],
    }  # fmt: skip
    steps = [
        {"step": "finding_assigned", "text": "T01 town-leader:T09；请核实"}, {"step": "finding_assigned", "text": "bureau bureau:B01"},
        {"step": "rectification_verified", "text": "看过现场；sent_back"},
    ]  # fmt: skip
    history = [
        {"on": "2026-03-04", "by": "auditor:A1", "due_on": None, "event_id": f"e-{n}", **one}
        for n, one in enumerate(steps)
    ]
    opened: dict[str, Any] = {"evidence": [], "evidence_files": [], "answer_evidence": [], "answer_files": []}

    def read_by(role: str) -> str:
        return page(
            "audit/finding.html", role=role, finding=finding, opened=opened, history=history, steps=[], lists={}, start={},
            statuses=STATUSES, severities=SEVERITIES, step_names={}, papers={}, outcomes=VERIFIED, facts={}, rule_of=lambda code: (code, code),
        )  # fmt: skip

    shown = read_by("auditor")
    assert "Riverside T09; 请核实" in shown
    assert "the bureau B01" in shown
    assert "看过现场; sent back" in shown
    assert 'href="/log/facts/e-2"' in shown
    assert "python verify.py bundle.zip" in shown
    other = read_by("town-leader")
    assert "/log/facts" not in other
    assert "/bundles" not in other


@pytest.mark.parametrize(
    ("witnesses", "said", "not_said"),
    [([], "two things cannot be known", "--witness"), (["w1", "w2"], "2 witnesses are set up, 1", "cannot be known")],
)
def test_where_proofs_are_shown_it_is_said_what_they_cannot_show(
    witnesses: list[str], said: str, not_said: str
) -> None:
    shown = page(
        "audit/bundles.html", kinds={"town": ("一个镇街", "one town")}, kind="town", of="T01", keys={}, vkeys=[], made=[], wanted=1,
        towns={"T01": ("北塔镇",) * 2}, witnesses=witnesses,
    )  # fmt: skip
    assert said in shown
    assert not_said not in shown
    assert '<option value="T01">北塔镇</option>' in shown


def test_a_households_members_are_told_in_the_language_of_the_page() -> None:
    row: dict[str, Any] = {
        "household_no": "T01-H00001", "due_on": None,
        "committee": "T01-C01", "category": "tekun", "priority": False, "care_tier": "", "placement": "", "services": [], "visits_done": 0,
        "last_visit_on": None, "members": [{"relation": "本人"}, {"relation": "子女（2）"}, {"relation": "舅舅"}],
    }  # fmt: skip
    card = Pages({})._environment.get_template("field/pieces.html").module.card
    shown = str(card(lambda _, en: en, named, row, {}, {}, {}, "2026-03-31"))
    assert "applicant, child (2), 舅舅" in shown
