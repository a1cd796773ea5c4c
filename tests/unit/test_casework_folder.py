"""Proves that every form of a case is printed with its articles, hides what is personal unless it was unsealed, and that what is missing shows."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
import pytest

from services.casework.domain import HOUSEHOLD, CloseCase, GivenMember, PrintPapers, TerminateBenefit
from services.casework.domain.commands import PostTermination, ReverifyHousehold, SuspendBenefit, TakeOverHousehold
from services.casework.forms import FORMS, Bundle, sheets_of
from services.casework.projections.folder import FOLDER_FACTS
from services.casework.projections.proofs import PROCEDURE_PROOFS
from services.contracts.casework import (
    AbilityAssessed,
    CommunityReviewed,
    EligibilityConfirmed,
    HouseholdSurveyed,
    InformationCheckRequested,
    NoticePosted,
    PersonalFieldRead,
)
from services.contracts.deciding import CommandRejected, Record
from services.contracts.folders import ERASED, MASKED, Sheet, Sight, folder_page, forms_page, index_of, numbered
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact
from tests.unit.casework_steps import (
    APPLICANT,
    BOOK,
    DECIDED,
    DECLINE,
    HASH,
    HELP,
    NEEDS,
    REMEDIES,
    SPOUSE,
    A,
    H,
    Said,
    arrange,
    ask,
    close,
    confirm,
    context,
    deliver,
    no,
    objection,
    open_case,
    person,
    returned,
    reviewed,
    run,
    steps,
    survey,
)
from tests.unit.folders import SPOILED, TAGS, Markup, Strongbox, folded, record, spoiled

SECRETS = (APPLICANT.name, SPOUSE.name, APPLICANT.resident_id, SPOUSE.resident_id, "示例丙", "示例路1号", "300.00")
REFUSED = (DECIDED, confirm(outcome="refused", reason="家庭财产超过规定")[1])

TEKUN_REFUSED = confirm(number="R-1-tekun", outcome="refused", reason="有履行义务能力的赡养人")


class Case:
    """The records of a household's facts, and what was sealed in them."""

    def __init__(self, *commands: Said) -> None:
        self.box, self.records = Strongbox(), []
        state: Any = HOUSEHOLD.initial
        day = date(2026, 3, 2)
        for one in commands:
            day, command = one if isinstance(one, tuple) else (day, one)
            for fact in HOUSEHOLD.decide(state, command, context(day)):
                state = HOUSEHOLD.evolve(state, fact)
                self.add(fact, day)

    def add(self, fact: Fact, day: date) -> None:
        place = len(self.records) + 1
        self.records.append(record(f"household:{H}", self.box.seal(fact, f"e{place}"), day, place))

    def sheets(
        self, *, masked: bool = False, without: type[Fact] | None = None, proposed: Mapping[str, Fen] | None = None
    ) -> tuple[Sheet, ...]:
        records = [one for one in self.records if without is None or not isinstance(one.fact, without)]
        facts = folded(FOLDER_FACTS, records)
        sight = Sight() if masked else Sight(clear=self.box.clear)
        bundle = Bundle(
            household_no=H, facts=facts, sight=sight, book=BOOK, proofs=proofs(records), proposed=proposed or {}
        )
        return sheets_of(bundle)


def proofs(records: list[Record]) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for one in records:
        if isinstance(one.fact, PROCEDURE_PROOFS.listens):
            for key in PROCEDURE_PROOFS.keys(one):
                rows[key] = PROCEDURE_PROOFS.evolve(rows.get(key), one, key)
    return rows


def whole(sheets: tuple[Sheet, ...]) -> str:
    return folder_page("casework", H, sheets, made_on=date(2026, 3, 20), sample=True)


def words(sheets: tuple[Sheet, ...], code: str) -> str:
    found = forms_page(sheets, code, "", sample=False)
    assert found is not None, code
    return Markup(found).text


def states(sheets: tuple[Sheet, ...]) -> dict[str, str]:
    return {one.form.code: one.state for one in sheets}


def done(need: str) -> Case:
    return Case(*steps(need), confirm(number=f"R-1-{need}"))


BENEFIT: tuple[Said, ...] = (
    (date(2025, 1, 2), TakeOverHousehold(
        household_no=H, town="T01", committee="T01-C01", category="tekun", members=(APPLICANT, SPOUSE), address="示例路1号",
        monthly_amount_fen=95_600, benefit_from_month=Month(2024, 1), officer="O001", visits_per_month=2, source="市级系统",
        document="示例〔2025〕1号", reverify_by=date(2026, 12, 31),
    )),
    arrange(number="", on=date(2025, 2, 3)),
    (date(2026, 3, 2), ReverifyHousehold(
        household_no=H, investigators=("officer:O002", "officer:O003"), reverified_on=date(2026, 3, 2), cadence="A",
        outcome="changed", income_per_head_fen=30_000, form_sha256=HASH,
    )),
    (date(2026, 3, 3), SuspendBenefit(household_no=H, reason="unreachable")),
    (date(2026, 3, 4), PostTermination(household_no=H, reason="supporter", posted_on=date(2026, 3, 4), proof_sha256=HASH)),
    (date(2026, 3, 13), TerminateBenefit(household_no=H, reason="supporter")),
)  # fmt: skip


# ---- a complete case


@pytest.mark.parametrize("need", NEEDS)
def test_a_complete_case_lacks_nothing_and_every_form_names_its_article(need: str) -> None:
    sheets = done(need).sheets()
    index: Any = index_of("casework", H, sheets)
    assert index["missing"] == []
    assert index["complete"] is True
    assert {one["state"] for one in index["forms"]} <= {"present", "not_required"}
    bound = {one.form.code for one in sheets if one.state == "present"}
    assert {"authorisation", "survey_form", "notice", "decision_form", "procedure_proof"} <= bound
    assert ({"ability_form", "care_agreement"} <= bound) == (need == "tekun")
    assert all(one.article and one.event for one in sheets if one.bound and one.form.code != "procedure_proof")
    assert all(one.article in Markup(whole(sheets)).text for one in sheets if one.bound)


@pytest.mark.parametrize(
    ("code", "elements"),
    [
        ("authorisation", ("授权", "签名", "示例甲", "示例乙", APPLICANT.resident_id, "民发〔2021〕57号第9条")),
        ("survey_form", ("investigator:T01-I1、investigator:T01-I2", "调查人二签名", "在场家庭成员签名", "见证人签名", "300.00 元", "重病", "57号第16条")),
        ("notice", ("示例甲", "2 人", "870.00 元", "公示期 7 天", "2026-03-05 至 2026-03-12", "异议", "57号第19条")),
        ("decision_form", ("审核确认", "予以确认", "每月", "2026-04", "bureau:B01", "57号第20条", "57号第21条")),
        ("procedure_proof", ("程序完备 complete", "57号第22条")),
    ],
)  # fmt: skip
def test_what_a_form_of_a_case_has_on_it(code: str, elements: tuple[str, ...]) -> None:
    said = words(done("dibao_urban").sheets(), code)
    assert [one for one in elements if one not in said] == []


def test_tekun_has_the_supporters_the_ability_and_the_care_agreement() -> None:
    sheets = done("tekun").sheets()
    assert "无法定赡养、抚养、扶养义务人" in words(sheets, "authorisation")
    child = person(GivenMember(resident_id="510212199001010014", name="示例子", relation="儿子"), supporter=True)
    with_child = ask("R-1-tekun", persons=(person(APPLICANT), person(SPOUSE), child), no_supporter=False)
    asked = words(Case(open_case("tekun"), survey(number="R-1-tekun"), with_child).sheets(), "authorisation")
    assert "示例子" in asked
    assert "法定赡养、抚养、扶养义务人 supporter" in asked
    assert "全自理" in words(sheets, "ability_form")
    agreement = words(sheets, "care_agreement")
    assert all(
        one in agreement for one in ("示例丙", "分散供养", "甲方（盖章）", "丙方或监护人签名", "民发〔2021〕43号")
    )


def test_six_items_of_ability_each_with_its_result() -> None:
    case = Case(*steps("tekun"))
    one = next(r.fact for r in case.records if isinstance(r.fact, AbilityAssessed))
    case.box.clear[one.failed_items.at] = '["eat","bathe"]'  # type: ignore[union-attr]
    said = words(case.sheets(), "ability_form")
    for item, result in (("自主吃饭", "不能"), ("自主洗澡", "不能"), ("自主穿衣", "能")):
        assert re.search(rf"{item}\s*{result}", said), item
    assert "能" not in words(case.sheets(masked=True), "ability_form").partition("自主吃饭")[2].partition("自主穿衣")[0]


# ---- what is missing


@pytest.mark.parametrize(
    ("without", "code"),
    [
        (InformationCheckRequested, "authorisation"),
        (HouseholdSurveyed, "survey_form"),
        (NoticePosted, "notice"),
        (EligibilityConfirmed, "decision_form"),
        (AbilityAssessed, "ability_form"),
    ],
)
def test_a_step_that_is_absent_shows_as_a_missing_form(without: type[Fact], code: str) -> None:
    sheets = done("tekun").sheets(without=without)
    assert states(sheets)[code] == "missing"
    index: Any = index_of("casework", H, sheets)
    assert index["complete"] is False
    assert [one["form"] for one in index["forms"] if one["number"] in index["missing"]] == [code]
    assert "缺失 missing" in Markup(whole(sheets)).text
    assert re.search("签名|盖章", words(sheets, code)), "what is missing comes as a blank to sign"


@pytest.mark.parametrize(
    ("said", "code", "state", "why"),
    [
        ((open_case(), survey(investigators=("investigator:T01-I1",))), "survey_form", "failed", "investigators"),
        ((open_case(), survey(family_signed=False)), "survey_form", "failed", "family_signature"),
        ((open_case(), survey(family_signed=False, witness="committee:T01-M1")), "survey_form", "present", ""),
        ((open_case(), survey(), HELP), "help_letter", "present", ""),
        ((open_case(),), "help_letter", "not_required", ""),
        ((open_case(),), "review_minutes", "not_required", ""),
        ((*steps()[:5], objection()), "review_minutes", "missing", ""),
        ((*steps()[:5], objection(), reviewed()), "review_minutes", "present", ""),
        ((*steps()[:5], objection(), reviewed(participants=3)), "review_minutes", "failed", "participants"),
        ((*steps()[:5], objection(), survey(date(2026, 3, 10))), "review_minutes", "not_required", ""),
        ((*steps(), confirm()), "refusal_notice", "not_required", ""),
        ((*steps(), REFUSED), "refusal_notice", "missing", ""),
        ((*steps(), REFUSED, deliver(date(2026, 3, 17))), "refusal_notice", "present", ""),
        ((open_case(), REFUSED), "survey_form", "not_required", ""),
        ((open_case("tekun"), arrange(agreement_sha256="")), "care_agreement", "missing", "care_agreement"),
        ((open_case("tekun"), arrange(agreement_sha256=""), TEKUN_REFUSED), "care_agreement", "not_required", ""),
        ((open_case("tekun", members=1), arrange(placement="institution", agreement_sha256="")), "care_agreement", "not_required", ""),
    ],
)  # fmt: skip
def test_the_state_of_a_form(said: tuple[Said, ...], code: str, state: str, why: str) -> None:
    if code == "care_agreement":
        said = (said[0], survey(number="R-1-tekun"), *said[1:])
    found = next(one for one in Case(*said).sheets() if one.form.code == code)
    assert (found.state, found.why) == (state, why)


def test_an_authorisation_that_lacks_a_member_or_the_supporters_does_not_satisfy() -> None:
    short = Case(*steps())
    asked = next(r for r in short.records if isinstance(r.fact, InformationCheckRequested))
    place = short.records.index(asked)
    change = msgspec.structs.replace
    for need, changes, why in (
        ("dibao_urban", {"authorised_count": 1}, "members"),
        ("tekun", {"no_supporter": False}, "supporters"),
    ):
        case = Case(*steps(need))
        spoilt = change(case.records[place].fact, **changes)
        case.records[place] = change(case.records[place], fact=spoilt)
        found = case.sheets()[0]
        assert (found.state, found.why) == ("failed", why)


def test_who_decided_is_the_authority_on_paper_a_town_where_a_small_sum_was_its_to_decide() -> None:
    case = done("dibao_urban")
    assert "区民政局" in words(case.sheets(), "decision_form").partition("作出决定的机关")[2][:20]
    last = case.records[-2]
    assert isinstance(last.fact, EligibilityConfirmed)
    by_town = msgspec.structs.replace(last.fact, decided_by="town-leader:T01")
    case.records[-2] = msgspec.structs.replace(last, fact=by_town)
    assert "T01 镇人民政府" in words(case.sheets(), "decision_form").partition("作出决定的机关")[2][:40]


def test_an_emergency_that_was_helped_first_owes_its_papers() -> None:
    helped = Case(open_case("temporary"), confirm(date(2026, 3, 2), "R-1-temporary", emergency=True))
    owed = states(helped.sheets())
    assert owed["decision_form"] == "present"
    assert {owed[code] for code in ("authorisation", "survey_form", "notice")} == {"missing"}


def test_a_withdrawn_case_owes_nothing_more() -> None:
    closed = Case(open_case(), CloseCase(household_no=H, application_no=A, reason="withdrawn"))
    assert {one.state for one in closed.sheets()} == {"not_required", "present"}
    assert [one.form.code for one in closed.sheets() if one.bound] == ["procedure_proof"]


def test_a_letter_says_what_the_other_town_answered() -> None:
    assert "T02" in words(Case(open_case(), HELP).sheets(), "help_letter")
    assert "该户已迁走" in words(Case(open_case(), HELP, DECLINE).sheets(), "help_letter")


# ---- notices with their rights


def test_a_refusal_names_its_reason_both_rights_their_bodies_and_terms() -> None:
    said = words(Case(*steps(), REFUSED, deliver(date(2026, 3, 17))).sheets(), "refusal_notice")
    for element in (
        *REMEDIES,
        "家庭财产超过规定",
        "区人民政府",
        "人民法院",
        "2026-05-18",
        "2026-09-17",
        "行政复议法第20条",
        "57号第36-38条",
    ):
        assert element in said, element


def test_forms_of_a_benefit_that_was_taken_over_changed_and_ended() -> None:
    sheets = Case(*BENEFIT).sheets()
    assert states(sheets) == {
        "takeover_record": "present", "care_agreement": "present", "reverification_form": "present", "change_notice": "present",
        "termination_posting": "present", "termination_notice": "present",
    }  # fmt: skip
    ended, changed = words(sheets, "termination_notice"), words(sheets, "change_notice")
    for right in REMEDIES:
        assert right in ended
        assert right in changed
    assert "有履行义务能力的法定赡养、抚养、扶养义务人" in ended
    assert "57号）第31-34条" in ended
    assert "暂停发放" in changed
    assert "无法取得联系" in changed
    assert all("送达未登记" in one.why for one in sheets if one.form.code in ("change_notice", "termination_notice"))
    assert "示例〔2025〕1号" in words(sheets, "takeover_record")
    assert "示例路1号" in words(sheets, "takeover_record")


def test_without_a_pack_that_names_rights_a_notice_says_that_it_is_not_to_be_delivered() -> None:
    case = Case(*BENEFIT)
    facts = folded(FOLDER_FACTS, case.records)
    packs = tuple(pack for pack in BOOK.packs if pack.name != "procedure")
    bundle = Bundle(household_no=H, facts=facts, sight=Sight(), book=type(BOOK)(packs))
    assert "do not deliver" in words(sheets_of(bundle), "termination_notice")


# ---- what may be seen


@pytest.mark.parametrize("said", [*((*steps(need), confirm(number=f"R-1-{need}")) for need in NEEDS), BENEFIT])
def test_nothing_personal_is_on_a_masked_folder(said: tuple[Said, ...]) -> None:
    case = Case(*said)
    masked = whole(case.sheets(masked=True))
    assert MASKED in masked
    assert [secret for secret in (*SECRETS, *case.box.clear.values()) if len(secret) > 2 and secret in masked] == []
    assert not re.search(r"\d{17}[\dX]|\d{6}[*＊]+\d{4}", masked.replace(HASH, ""))
    assert APPLICANT.name in whole(case.sheets())


def test_what_was_erased_is_said_to_be() -> None:
    case = Case(*steps())
    case.box.clear.clear()
    assert ERASED in words(case.sheets(), "survey_form")


def test_a_public_notice_holds_the_whitelist_and_nothing_else_of_the_household() -> None:
    """姓名、人口、金额 – no number, address, income, member, group, reason or digest, whatever is unsealed."""
    case, ended = done("dibao_urban"), Case(*BENEFIT)
    for sheets, code in ((case.sheets(), "notice"), (ended.sheets(), "termination_posting")):
        said = words(sheets, code)
        assert APPLICANT.name in said
        for secret in (
            *SECRETS[1:],
            *APPLICANT.groups,
            "配偶",
            A,
            H,
            HASH,
            "重病",
            "O001",
            "e5",
            "supporter",
            "义务人",
        ):
            assert secret not in said, secret


# ---- harmless, numbered, sample


KEPT = {
    "application_no",
    "need",
    "category",
    "mode",
    "step",
    "cadence",
    "outcome",
    "placement",
    "pack_version",
    "emergency",
}


@pytest.mark.parametrize("said", [*((*steps(need), confirm(number=f"R-1-{need}")) for need in NEEDS), BENEFIT])
def test_markup_in_any_text_stays_text(said: tuple[Said, ...]) -> None:
    case = Case(*said)
    case.records = [
        msgspec.structs.replace(one, fact=spoiled(one.fact, lambda name: name in KEPT)) for one in case.records
    ]
    case.box.clear = {at: text + SPOILED for at, text in case.box.clear.items() if not text.startswith("[")}
    for masked in (False, True):
        page = Markup(whole(case.sheets(masked=masked)))
        assert page.tags <= TAGS
        assert page.attributes <= {"lang", "charset", "class"}
    assert "<script>" in Markup(whole(case.sheets())).text, "the text itself is there"


def test_every_form_has_a_place_of_its_own_and_every_sheet_a_number_of_its_own() -> None:
    assert len({form.place for form in FORMS}) == len({form.code for form in FORMS}) == len(FORMS)
    assert all(re.search(r"[一-鿿]", form.zh) and re.search(r"[a-z]", form.en) for form in FORMS)
    case = Case(*steps()[:5], objection(), survey(date(2026, 3, 10)))
    numbers = [number for number, _ in numbered(case.sheets())]
    assert len(numbers) == len(set(numbers))
    assert {f"{A}/04-1", f"{A}/04-2"} <= set(numbers)


def test_sample_data_are_labelled_on_every_page() -> None:
    sheets = done("dibao_urban").sheets()
    bound = sum(one.bound for one in sheets)
    assert whole(sheets).count("示例数据 sample data") == bound + 1
    assert "示例数据" not in (forms_page(sheets, "notice", A, sample=False) or "")


def test_a_form_that_is_not_there_is_no_page() -> None:
    sheets = done("dibao_urban").sheets()
    assert forms_page(sheets, "help_letter", "", sample=False) is None
    assert forms_page(sheets, "notice", "R-9-tekun", sample=False) is None


def test_the_contents_name_the_digest_of_every_signed_paper() -> None:
    index: Any = index_of("casework", H, done("dibao_urban").sheets())
    evidence = {one["form"]: one["evidence"] for one in index["forms"]}
    assert evidence["authorisation"] == (HASH, HASH)
    assert evidence["survey_form"] == evidence["notice"] == (HASH,)
    assert Markup(whole(done("dibao_urban").sheets())).text.count(HASH) >= 4


# ---- printing is a read


@pytest.mark.parametrize(("paper", "field"), [("", "papers"), ("notice", "papers/notice")])
def test_printing_unmasked_states_who_read_what_and_why(paper: str, field: str) -> None:
    _, facts = run(open_case(), PrintPapers(household_no=H, paper=paper, reason="归档"))
    assert facts == (PersonalFieldRead(field=field, reason="归档", reader_role="bureau"),)


def test_printing_needs_a_reason_a_folder_and_the_own_town() -> None:
    assert no(open_case(), PrintPapers(household_no=H, reason=" ")) == "reason-missing"
    assert no(open_case(), PrintPapers(household_no=H, reason="核对 510212196001010010")) == "personal-in-text"
    assert no(PrintPapers(household_no=H, reason="归档")) == "field-unknown"
    assert no(open_case(), PrintPapers(household_no=H, reason="归档"), town="T03") == "wrong-town"


def test_a_committee_prints_the_notice_of_its_own_households_and_no_other_paper() -> None:
    """村居 hang the notice (art. 19), so they print it with its name; the look is a fact like every other."""
    state, _ = run(open_case())

    def printed(paper: str, actor: str) -> Any:
        command = PrintPapers(household_no=H, paper=paper, reason="张贴")
        return HOUSEHOLD.decide(state, command, context(date(2026, 3, 3), actor=actor, role="committee", town="T01"))

    (fact,) = printed("notice", "committee:T01-C01-M1")
    assert fact == PersonalFieldRead(field="papers/notice", reason="张贴", reader_role="committee")
    for paper, actor, code in (
        ("survey_form", "committee:T01-C01-M1", "paper-not-public"),
        ("", "committee:T01-C01-M1", "paper-not-public"),
        ("notice", "committee:T01-C02-M1", "not-of-committee"),
        ("notice", "committee:T01-C011", "not-of-committee"),
    ):
        with pytest.raises(CommandRejected) as caught:
            printed(paper, actor)
        assert caught.value.code == code


def test_a_notice_is_printed_to_hang_before_it_is_posted_with_the_amount_of_the_opinion() -> None:
    case = Case(*steps()[:3])
    assert {one.state for one in case.sheets() if one.form.code == "notice"} == {"missing"}
    said = words(case.sheets(proposed={A: Fen(43_500)}), "notice")
    for expected in ("示例甲", "2 人", "435.00 元", "自张贴次日起算"):
        assert expected in said
    assert "435.00" not in words(case.sheets(proposed={"R-9-tekun": Fen(43_500)}), "notice")


def test_a_notice_that_hangs_is_printed_as_it_was_posted_until_it_is_posted_again() -> None:
    """An amount typed at the printer replaces no notice: only one objected to and closed is followed by another (art. 19)."""
    for said, hangs in (
        (steps()[:5], True),
        (steps()[:6], True),
        ((*steps()[:5], objection(), survey(date(2026, 3, 10)), close()), False),
    ):
        printed = words(Case(*said).sheets(proposed={A: Fen(43_500)}), "notice")
        assert ("870.00 元" in printed, "435.00 元" in printed) == (hangs, not hangs)


CHILD = GivenMember(resident_id="510212201503030031", name="示例丙", relation="子女")


def test_papers_go_by_the_valid_survey_and_count_whom_it_found() -> None:
    """An invalid survey tells nothing of the members (57号 art. 16); the amount covers whom the valid one found (art. 23)."""
    three = (APPLICANT, SPOUSE, CHILD)
    asked = ask(persons=tuple(person(one) for one in three))
    spoiled = survey(members=(SPOUSE,), family_signed=False)
    case = Case(open_case(), survey(members=three), spoiled, asked, returned(), *steps()[4:], confirm())
    for code in ("notice", "decision_form"):
        said = words(case.sheets(), code)
        assert APPLICANT.name in said
        assert re.search("家庭人口 members ?3" if code == "decision_form" else "3 人", said), said
    unknown = Case(open_case(), spoiled)
    assert SPOUSE.name in words(unknown.sheets(), "authorisation")


def test_a_review_that_lacks_people_is_bound_and_marked() -> None:
    sheets = Case(*steps()[:5], objection(), reviewed(participants=3)).sheets()
    (minutes,) = (one for one in sheets if one.form.code == "review_minutes")
    assert minutes.bound
    assert "不符合 does not satisfy：participants" in Markup(whole(sheets)).text
    assert any(
        isinstance(one.fact, CommunityReviewed)
        for one in folded(FOLDER_FACTS, Case(open_case(), reviewed(date(2026, 3, 4))).records)
    )
