"""Proves what casework decides and shows about committees' duties and publicity (方案四（四）（五）)."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from services.casework.domain.commands.committees import (
    AidEconomicCheck,
    ConsultPolicy,
    ReportChange,
    ScreenHardship,
    SuperviseNotice,
    TakeNoticeDown,
)
from services.casework.domain.commands.publicity import PublishPolicyAnswer, RecordPublicity, WithdrawPolicyAnswer
from services.casework.domain.filling import Wanted, filled, wanted
from services.contracts.casework import PolicyAnswerPublished
from services.contracts.deciding import Command
from tests.unit.casework_steps import A, H, confirm, run, steps
from tests.unit.casework_told import TODAY, Told

_change = msgspec.structs.replace
C, ME = "T01-C01", "committee:T01-C01-M1"
BASE: dict[str, Any] = {"town": "T01", "committee": C, "done_by": ME}
SCREENED = ScreenHardship(duty_no="Z1", screened_on=TODAY, household_count=40, discovery_nos=("T01-D1",), **BASE)
AIDED = AidEconomicCheck(duty_no="Z2", aided_on=TODAY, household_no="T01-H00001", aid="accompanied", **BASE)
WATCHED = SuperviseNotice(duty_no="Z3", supervised_on=TODAY, application_no="R-1-tekun", faults=("unreadable",), **BASE)
REPORTED = ReportChange(
    duty_no="Z4", reported_on=TODAY, household_no="T01-H00001", change="employment", happened_on=date(2026, 3, 10), **BASE
)  # fmt: skip
ASKED = ConsultPolicy(duty_no="Z5", consulted_on=TODAY, topic="tekun", people_count=6, **BASE)
DOWN = TakeNoticeDown(
    duty_no="Z6", taken_down_on=TODAY, application_no="R-1-tekun", proof_sha256="ab" * 32, of_committee=C, **BASE
)
HUNG = (date(2026, 3, 8), date(2026, 3, 15))
DUTIES = (SCREENED, AIDED, WATCHED, REPORTED, ASKED)
ACTION = RecordPublicity(
    publicity_no="T01-P1", place="东桥社区广场", topic="dibao_urban", form="stall", held_on=TODAY, leaflet_count=200,
    people_count=150, **BASE,
)  # fmt: skip
ANSWER = PublishPolicyAnswer(
    question_no="D-Q1", topic="tekun", question="特困供养金何时发放？", answer="自确认的次月起按月发放。", basis="民发〔2021〕43号",
)  # fmt: skip


def told_by(told: Told, command: Command, actor: str = ME) -> None:
    told.tell(command, actor=actor, town="T01")


def test_the_six_duties_of_a_committee_are_counted_by_month() -> None:
    told = Told()
    for command in (*DUTIES, ACTION):
        told_by(told, command)
    rows = [row for key, row in told.rows("committee_duties").items() if key == f"{C}/2026-03"]
    assert rows, "各项履职按村（居）和月份汇总"
    ours = {one.subject: told.state(one.subject) for one in (SCREENED, ACTION)}
    assert ours["committee:T01-C01"].duty_nos == ("Z1", "Z2", "Z3", "Z4", "Z5")
    duties = _by_partition(told)
    assert duties == {
        "screenings": 1, "households_screened": 40, "hardship_found": 1, "checks_aided": 1, "notices_supervised": 1,
        "notices_faulty": 1, "changes_reported": 1, "consultations": 1, "people_consulted": 6, "publicity_actions": 1,
        "leaflets": 200, "people_reached": 150,
    }  # fmt: skip


def _by_partition(told: Told) -> dict[str, int]:
    """The row of the committee's month, added up over single records: the order of partitions is no matter."""
    total: dict[str, int] = {}
    for one in told.said:
        if one.envelope.subject.startswith("task:"):
            continue  # the task that a report led to is no duty
        (row,) = Told(said=[one]).rows("committee_duties").values()
        for name, value in msgspec.structs.asdict(row).items():
            if isinstance(value, int):
                total[name] = total.get(name, 0) + value
    return total


@pytest.mark.parametrize("command", [*DUTIES, DOWN], ids=lambda one: type(one).__name__)
def test_a_committee_speaks_for_itself_only(command: Any) -> None:
    """四（四）：登记人和履职人都是本村（居）的人员；同一编号只登记一次。"""
    told = Told()
    assert told.no(command, actor="committee:T01-C02-M1", town="T01") == "not-of-committee"
    assert told.no(_change(command, done_by="committee:T01-C02-M1"), actor=ME, town="T01") == "not-of-committee"
    assert told.no(_change(command, done_by="committee:T01-C011"), actor=ME, town="T01") == "not-of-committee"
    assert told.no(_change(command, committee="T02-C01"), actor=ME, town="T01") == "wrong-committee"
    assert told.no(command, actor=ME, town="T02") == "wrong-town"
    told_by(told, command)
    assert told.no(command, actor=ME, town="T01") == "duty-repeated"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param(_change(SCREENED, discovery_nos=("T01-D1", "T01-D1")), "discoveries-too-many", id="线索编号重复"),
        pytest.param(_change(SCREENED, household_count=1, discovery_nos=("T01-D1", "T01-D2")), "discoveries-too-many",
                     id="线索多于排查户数"),
        pytest.param(_change(SCREENED, discovery_nos=("T02-D1",)), "number-of-another-town", id="其他镇街的线索"),
        pytest.param(_change(SCREENED, screened_on=date(2026, 3, 17)), "time-in-future", id="排查日在将来"),
        pytest.param(_change(AIDED, household_no="T02-H00001"), "number-of-another-town", id="其他镇街的家庭"),
        pytest.param(_change(AIDED, aid="bribed"), "aid-unknown", id="协助方式不在名录"),
        pytest.param(_change(WATCHED, faults=("ugly",)), "fault-unknown", id="公示问题不在名录"),
        pytest.param(_change(REPORTED, change="weather"), "change-unknown", id="变化情形不在名录"),
        pytest.param(_change(REPORTED, happened_on=date(2026, 3, 17)), "out-of-order", id="报告早于发生"),
        pytest.param(_change(DOWN, taken_down_on=date(2026, 3, 17)), "time-in-future", id="取下日在将来"),
        pytest.param(_change(DOWN, hung=HUNG, taken_down_on=HUNG[1]), "notice-still-hangs", id="公示期最后一日"),
        pytest.param(_change(DOWN, hung=HUNG, taken_down_on=HUNG[0]), "notice-still-hangs", id="张贴当日"),
        pytest.param(_change(DOWN, of_committee="T01-C02"), "not-of-committee", id="其他村（居）的公示"),
        pytest.param(_change(DOWN, of_committee=""), "not-of-committee", id="本镇街没有该申请"),
        pytest.param(_change(ASKED, topic="tax"), "topic-unknown", id="政策主题不在名录"),
    ],
)  # fmt: skip
def test_what_a_committees_record_refuses(command: Any, code: str) -> None:
    assert Told().no(command, actor=ME, town="T01") == code


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param(_change(ACTION, form="concert"), "form-unknown", id="宣传形式不在名录"),
        pytest.param(_change(ACTION, topic="tax"), "topic-unknown", id="主题不在名录"),
        pytest.param(_change(ACTION, place=""), "place-missing", id="须写地点"),
        pytest.param(_change(ACTION, place="联系13812345678"), "personal-in-text", id="不得有手机号"),
        pytest.param(_change(ACTION, publicity_no="T02-P1"), "number-of-another-town", id="编号不属于本镇街"),
        pytest.param(_change(ACTION, held_on=date(2026, 3, 17)), "time-in-future", id="活动日在将来"),
        pytest.param(_change(ACTION, committee=None), "wrong-committee", id="村（居）只能登记本村（居）的活动"),
    ],
)
def test_what_a_publicity_action_refuses(command: Any, code: str) -> None:
    assert Told().no(command, actor=ME, town="T01") == code


def test_a_notice_comes_down_the_day_after_its_last_and_is_of_the_committee_of_its_case() -> None:
    """民发〔2021〕57号第19条：公示满七日。案件已办结的，公示早已结束。"""
    hanging, _ = run(*steps()[:5])
    closed, _ = run(*steps(), confirm())
    sent = _change(DOWN, application_no=A, of_committee="T09-C09", hung=HUNG)

    def as_filled(states: dict[str, Any], **changes: Any) -> TakeNoticeDown:
        found = filled(_change(sent, **changes), states)
        assert isinstance(found, TakeNoticeDown)
        return found

    (case,) = hanging.cases
    running = as_filled({f"household:{H}": hanging})
    assert (running.of_committee, running.hung) == (C, (case.posted_on, case.notice_ends_on))
    assert Told().no(_change(running, taken_down_on=case.notice_ends_on), actor=ME, town="T01") == "notice-still-hangs"
    later = _change(running, taken_down_on=case.notice_ends_on + timedelta(days=1))
    told_by(Told(), later)
    ended = as_filled({f"household:{H}": closed})
    assert (ended.of_committee, ended.hung) == (C, None)
    told = Told()
    told_by(told, ended)
    assert list(told.rows("notices_taken_down")) == [A]
    unposted, _ = run(*steps()[:4])
    refused, _ = run(*steps()[:4], confirm(outcome="refused", reason="不符合条件"))
    for never in (unposted, refused):
        assert Told().no(as_filled({f"household:{H}": never}), actor=ME, town="T01") == "notice-not-posted"
    for nobody_s in (as_filled({}), as_filled({f"household:{H}": hanging}, application_no="R-2-tekun")):
        assert (nobody_s.of_committee, nobody_s.hung) == ("", None)
    assert wanted(sent, {}) == Wanted(beginnings=("household:T01-",), naming=A)


def test_publicity_is_counted_by_town_and_month_committees_included() -> None:
    told = Told()
    told_by(told, ACTION)
    mine = _change(
        ACTION, publicity_no="T01-P2", committee=None, done_by="officer:O001", leaflet_count=50, people_count=30
    )
    told_by(told, mine, "officer:O001")
    assert told.no(ACTION, actor=ME, town="T01") == "publicity-known"
    leaflets = [row.leaflets for one in told.said for row in Told(said=[one]).rows("publicity_by_town").values()]
    assert leaflets == [200, 50]
    assert [bool(Told(said=[one]).rows("committee_duties")) for one in told.said] == [True, False]


def test_an_answer_is_published_corrected_and_withdrawn() -> None:
    told = Told()
    assert told.no(WithdrawPolicyAnswer(question_no="D-Q1", reason="政策已修改")) == "answer-unknown"
    (fact,) = told.tell(ANSWER)
    assert isinstance(fact, PolicyAnswerPublished)
    assert told.tell(ANSWER) == (), "同一内容再次发布不产生事实"
    told.tell(_change(ANSWER, answer="自作出确认决定之日的次月起发放。"))
    assert told.rows("policy_answers")["D-Q1"].answer == "自作出确认决定之日的次月起发放。"
    assert told.no(ANSWER, actor="town-leader:T01", town="T01") == "wrong-town", "区级问答由区级发布"
    assert told.no(_change(ANSWER, answer="请联系13812345678")) == "personal-in-text"
    assert told.no(_change(ANSWER, basis="")) == "basis-missing"
    told.tell(WithdrawPolicyAnswer(question_no="D-Q1", reason="政策已修改"))
    assert told.rows("policy_answers") == {}


def test_a_notice_that_came_down_is_found_by_its_case_and_the_latest_counts_where_it_hung_twice() -> None:
    """四（四）：公示期满取下，留存照片指纹。"""
    told = Told()
    told_by(told, _change(DOWN, duty_no="Z7", taken_down_on=date(2026, 3, 2)))
    told_by(told, DOWN)
    ((key, row),) = told.rows("notices_taken_down").items()
    assert (key, row.town, row.committee) == ("R-1-tekun", "T01", C)
    assert (row.taken_down_on, row.proof_sha256) == (TODAY, "ab" * 32)
