"""Proves what the window's forms say and hide, what is missing shows, and that a match's persons are seen by those who decide."""

import re
from datetime import date
from typing import Any

import msgspec
import pytest

from services.contracts.casework import HouseholdMember, HouseholdSurveyed, HouseholdTakenOver
from services.contracts.deciding import CommandRejected
from services.contracts.folders import MASKED, Sheet, Sight, folder_page, forms_page, index_of
from services.contracts.intake import (
    ApplicationAccepted,
    MatchPersonsRead,
    MaterialsNoticeIssued,
    PersonalFieldRead,
    RequestReceived,
)
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact, kind_of
from services.contracts.sealed import Sealed
from services.intake.api import _COMPARING, _PRINTING, DOORS
from services.intake.domain import (
    HOUSEHOLD,
    PERSON,
    AcceptReferral,
    CompleteReferral,
    DecideMatch,
    IntroduceApplication,
    Person,
    PrintPapers,
    ReadMatch,
    ReferApplication,
    ReturnReferral,
    WithdrawApplication,
)
from services.intake.domain.commands import GivenDelegate
from services.intake.forms import FORMS, Bundle, sheets_of
from services.intake.projections import FOLDER_FACTS, PERSONS
from tests.unit.folders import SPOILED, TAGS, Markup, Strongbox, folded, record, spoiled
from tests.unit.test_intake_matching import AWAY, FIRST, note, told
from tests.unit.test_intake_window import BOOK, TODAY, after, context, member, refused, request, supply

H, N = "T01-H00001", "R-1-dibao_urban"
ADDRESS, PHONE, CONSENT = "示例路1号", "19900000001", "c" * 64
SECRETS = ("示例甲", "示例代", ADDRESS, PHONE, member().resident_id)
NEEDS = ("dibao_urban", "dibao_rural", "tekun", "temporary", "near_dibao_urban", "rigid_spending_rural")
OF: dict[str, Any] = {"household_no": H, "town": "T01"}


class Window:
    """The records of a household's facts at the window, and what was sealed in them."""

    def __init__(self, *commands: Any) -> None:
        self.box, self.records = Strongbox(), []
        state: Any = HOUSEHOLD.initial
        for command in commands:
            for fact in HOUSEHOLD.decide(state, command, context(TODAY)):
                state = HOUSEHOLD.evolve(state, fact)
                place = len(self.records) + 1
                self.records.append(record(f"household:{H}", self.box.seal(fact, f"e{place}"), TODAY, place))

    def sheets(self, *, masked: bool = False, without: type[Fact] | None = None) -> tuple[Sheet, ...]:
        records = [one for one in self.records if without is None or not isinstance(one.fact, without)]
        sight = Sight() if masked else Sight(clear=self.box.clear)
        return sheets_of(Bundle(household_no=H, facts=folded(FOLDER_FACTS, records), sight=sight, book=BOOK))


def asked(**changes: Any) -> Any:
    delegate = GivenDelegate(name="示例代", relation="邻居", authority_sha256="d" * 64)
    return request(**({"address": ADDRESS, "delegated": True, "delegate": delegate} | changes))


def whole(sheets: tuple[Sheet, ...]) -> str:
    return folder_page("intake", H, sheets, made_on=TODAY, sample=True)


def words(sheets: tuple[Sheet, ...], code: str) -> str:
    found = forms_page(sheets, code, "", sample=False)
    assert found is not None, code
    return Markup(found).text


def states(sheets: tuple[Sheet, ...]) -> dict[str, str]:
    return {one.form.code: one.state for one in sheets}


WHOLE = ("application_form", "authorisation", "income_statement", "spending_statement", "delegation_letter")
LACKING = asked(materials=("application_form",))
REFERRED = (
    request(needs=("medical",)),
    ReturnReferral(**OF, application_no="R-1-medical", reason="不属于本部门职责", returned_on=TODAY),
    ReferApplication(**OF, application_no="R-1-medical"),
    AcceptReferral(**OF, application_no="R-1-medical", accepted_on=TODAY),
    CompleteReferral(**OF, application_no="R-1-medical", outcome="helped", answer="已纳入救助", completed_on=TODAY),
)  # fmt: skip
INTRODUCED = (
    request(needs=("charity",)),
    IntroduceApplication(**OF, application_no="R-1-charity", organisation="red_cross", consent_sha256=CONSENT),
)


@pytest.mark.parametrize("need", NEEDS)
def test_an_accepted_application_has_its_forms_with_their_articles(need: str) -> None:
    sheets = Window(asked(needs=(need,), materials=WHOLE)).sheets()
    assert states(sheets) == {
        "application_form": "present", "authorisation": "present", "acceptance_notice": "present",
        "materials_notice": "not_required", "referral_letter": "not_required",
    }  # fmt: skip
    assert all(one.article and one.event for one in sheets if one.bound)
    index: Any = index_of("intake", H, sheets)
    assert (index["binder"], index["complete"], index["missing"]) == ("intake", True, [])
    said = words(sheets, "acceptance_notice")
    assert all(one in said for one in ("2026-03-02", "首问责任人", "window:T01-W1", "办结期限"))


def test_an_application_names_everybody_and_every_way_to_reach_them() -> None:
    said = words(Window(asked(materials=WHOLE)).sheets(), "application_form")
    for element in (
        *SECRETS,
        "配偶",
        "邻居",
        "窗口",
        "申请书、家庭经济状况信息核对授权书",
        "承诺",
        "第9、10条",
        "d" * 64,
    ):
        assert element in said, element


def test_what_was_not_brought_is_missing_until_it_is_supplied_and_comes_as_a_blank() -> None:
    sheets = Window(asked(materials=())).sheets()
    assert states(sheets)["application_form"] == states(sheets)["authorisation"] == "missing"
    assert "签名" in words(sheets, "authorisation")
    assert "法定赡养、抚养、扶养义务人" in words(sheets, "authorisation")
    index: Any = index_of("intake", H, sheets)
    assert index["missing"] == [f"{N}/01-1", f"{N}/02-1"]
    later = Window(asked(materials=()), supply("application_form", "authorisation")).sheets()
    assert states(later)["application_form"] == states(later)["authorisation"] == "present"
    assert states(sheets)["acceptance_notice"] == "not_required"


def test_one_notice_lists_all_that_is_missing_and_a_second_one_is_a_breach() -> None:
    sheets = Window(LACKING).sheets()
    said = words(sheets, "materials_notice")
    assert all(one in said for one in ("家庭经济状况信息核对授权书", "家庭收入申报表", "一次补齐"))
    twice = [one for one in Window(LACKING, supply("authorisation")).sheets() if one.form.code == "materials_notice"]
    assert [(one.state, one.why) for one in twice] == [("present", ""), ("failed", "notice_repeated")]


def test_a_referral_carries_its_answer_and_a_second_one_its_own() -> None:
    first, second = (one for one in Window(*REFERRED).sheets() if one.form.code == "referral_letter")
    assert "不属于本部门职责" in Markup(first.body).text
    assert "已纳入救助" not in Markup(first.body).text
    assert all(one in Markup(second.body).text for one in ("区医疗保障局", "已予救助 helped", "已纳入救助"))


def test_an_introduction_names_the_body_and_the_consent() -> None:
    sheets = Window(*INTRODUCED).sheets()
    said = words(sheets, "introduction_letter")
    assert all(one in said for one in ("区红十字会（示例）", "书面同意", CONSENT, "第十章"))


def test_a_withdrawal_is_bound() -> None:
    gone = WithdrawApplication(**OF, application_no=N, reason="不再需要")
    assert "不再需要" in words(Window(asked(), gone).sheets(), "withdrawal_record")


CASES = [(asked(materials=WHOLE),), (LACKING, supply("authorisation")), REFERRED, INTRODUCED]


@pytest.mark.parametrize("said", CASES)
def test_nothing_personal_is_on_a_masked_folder(said: tuple[Any, ...]) -> None:
    window = Window(*said)
    masked = whole(window.sheets(masked=True))
    assert MASKED in masked
    assert [secret for secret in (*SECRETS, *window.box.clear.values()) if secret in masked] == []
    assert "示例甲" in whole(window.sheets())


@pytest.mark.parametrize("said", CASES)
def test_markup_in_any_text_stays_text(said: tuple[Any, ...]) -> None:
    window = Window(*said)
    kept = {"application_no", "request_no", "needs", "need", "materials", "pack_version"}
    window.records = [
        msgspec.structs.replace(one, fact=spoiled(one.fact, lambda name: name in kept)) for one in window.records
    ]
    window.box.clear = {at: text + SPOILED for at, text in window.box.clear.items()}
    for masked in (False, True):
        page = Markup(whole(window.sheets(masked=masked)))
        assert page.tags <= TAGS
        assert page.attributes <= {"lang", "charset", "class"}
    assert "<script>" in Markup(whole(window.sheets())).text


def test_without_its_fact_a_form_is_not_claimed() -> None:
    window = Window(asked(materials=WHOLE))
    assert states(window.sheets(without=ApplicationAccepted))["acceptance_notice"] == "not_required"
    assert window.sheets(without=RequestReceived) == ()
    assert states(Window(LACKING).sheets(without=MaterialsNoticeIssued))["materials_notice"] == "not_required"


def test_every_form_has_a_place_of_its_own_in_both_languages() -> None:
    assert len({form.place for form in FORMS}) == len({form.code for form in FORMS}) == len(FORMS)
    assert all(re.search(r"[一-鿿]", form.zh) and re.search(r"[a-z]", form.en) for form in FORMS)


# ---- reads are facts


@pytest.mark.parametrize(("paper", "field"), [("", "papers"), ("application_form", "papers/application_form")])
def test_printing_unmasked_states_who_read_what_and_why(paper: str, field: str) -> None:
    _, facts = after(request(), PrintPapers(household_no=H, paper=paper, reason="归档"))
    assert facts == (PersonalFieldRead(field=field, reason="归档", reader_role="window"),)


def test_printing_needs_a_reason_a_folder_and_the_own_town() -> None:
    assert refused(request(), PrintPapers(household_no=H, reason=" ")).code == "reason-missing"
    assert refused(request(), PrintPapers(household_no=H, reason="电话 19900000001")).code == "personal-in-text"
    assert refused(PrintPapers(household_no=H, reason="归档")).code == "field-unknown"
    assert refused(request(), PrintPapers(household_no=H, reason="归档"), town="T02").code == "wrong-town"


def read(state: Person, **changes: Any) -> ReadMatch:
    fields: dict[str, Any] = {
        "person": "p_1", "town": "T01", "match_no": state.matches[0].match_no, "reason": "核对是否同一人",
    }  # fmt: skip
    return ReadMatch(**(fields | changes))


def test_seeing_the_persons_of_a_match_is_a_fact_and_decides_nothing() -> None:
    state, _ = told(note(FIRST, "R-1"), note())
    (fact,) = PERSON.decide(state, read(state), context())
    assert fact == MatchPersonsRead(
        match_no=state.matches[0].match_no, town="T01", household_no="T01-H00002", other_household=FIRST,
        reason="核对是否同一人", reader_role="window",
    )  # fmt: skip
    assert PERSON.evolve(state, fact) == state


@pytest.mark.parametrize(
    ("away", "changes", "town", "code"),
    [
        (False, {"match_no": "M-0"}, "T01", "match-unknown"),
        (False, {"reason": " "}, "T01", "reason-missing"),
        (False, {"reason": "510212196001010010"}, "T01", "personal-in-text"),
        (False, {}, "T02", "wrong-town"),
        (False, {"town": "T02"}, "T02", "wrong-town"),
        (True, {}, "T01", "bureau-decides-match"),
        (True, {}, None, ""),
    ],
)
def test_only_who_may_decide_a_match_sees_its_persons(
    away: bool, changes: dict[str, Any], town: Any, code: str
) -> None:
    state, _ = told(note(AWAY if away else FIRST, "R-1"), note())
    if not code:
        assert PERSON.decide(state, read(state, **changes), context(town=town))
        return
    with pytest.raises(CommandRejected) as caught:
        PERSON.decide(state, read(state, **changes), context(town=town))
    assert caught.value.code == code


def test_the_roles_that_see_a_match_are_those_that_decide_it_and_no_role_prints_by_a_command_alone() -> None:
    assert _COMPARING.roles[ReadMatch] == DOORS.roles[DecideMatch]
    assert {ReadMatch, PrintPapers} & set(DOORS.roles) == set()
    assert not _PRINTING.roles[PrintPapers] & {"committee", "operator", "contractor", "household"}


def test_what_casework_knows_of_a_person_is_kept_for_a_match_with_the_stock() -> None:
    box = Sealed(person="p_1", group="identity", at="e1/x", box="")
    one = HouseholdMember(person="p_1", relation="本人", priority=False, name=box, resident_id=box, groups=box)
    taken = HouseholdTakenOver(
        household_no=H, town="T01", committee="T01-C01", category="tekun", members=(one,), address=box,
        monthly_amount_fen=Fen(1), benefit_from_month=Month(2024, 1), officer="O001", visits_per_month=1, source="s",
        document="d", reverify_by=date(2026, 12, 31),
    )  # fmt: skip
    surveyed = HouseholdSurveyed(
        application_no=N, town="T01", investigators=(), family_signed=True, witness=None, surveyed_on=TODAY,
        income_per_head=box, form_sha256="", valid=True, missed_points=(), pack_version="", members=(one,),
    )  # fmt: skip
    row = PERSONS.evolve(None, record(f"household:{H}", taken, TODAY, 1), f"p_1/{H}")
    again = PERSONS.evolve(row, record(f"household:{H}", surveyed, TODAY, 2), f"p_1/{H}")
    assert (row.named_by, row.address, row.stock) == (kind_of(HouseholdTakenOver), box, True)
    assert (again.named_by, again.address, again.stock) == (kind_of(HouseholdSurveyed), box, True)
