"""Facts about what committees do (村居, plan 四(四)), each with the committee and the person who did it."""

from datetime import date

from services.contracts.registry import Fact, fact


@fact("casework", "hardship_screened", subject="committee")
class HardshipScreened(Fact, frozen=True, kw_only=True):
    """Hardship screening (困难排查): households looked at; hardship found is a report at the window, by its number."""

    duty_no: str
    town: str
    committee: str
    done_by: str
    screened_on: date
    household_count: int
    discovery_nos: tuple[str, ...]


@fact("casework", "economic_check_aided", subject="committee")
class EconomicCheckAided(Fact, frozen=True, kw_only=True):
    """Help with a household's economic check (协助经济状况核查): which household, what help."""

    duty_no: str
    town: str
    committee: str
    done_by: str
    aided_on: date
    household_no: str
    aid: str


@fact("casework", "notice_supervised", subject="committee")
class NoticeSupervised(Fact, frozen=True, kw_only=True):
    """A look at a notice that hangs (公示监督): `faults` found, none when it hangs as it should."""

    duty_no: str
    town: str
    committee: str
    done_by: str
    supervised_on: date
    application_no: str
    faults: tuple[str, ...]


@fact("casework", "notice_taken_down", subject="committee")
class NoticeTakenDown(Fact, frozen=True, kw_only=True):
    """A notice came down after its days (公示期满取下): `proof_sha256` of the photo; the paper goes to the town's folder."""

    duty_no: str
    town: str
    committee: str
    done_by: str
    taken_down_on: date
    application_no: str
    proof_sha256: str


@fact("casework", "change_reported", subject="committee")
class ChangeReported(Fact, frozen=True, kw_only=True):
    """Dynamic reporting (动态报告): what changed in a household that receives help."""

    duty_no: str
    town: str
    committee: str
    done_by: str
    reported_on: date
    household_no: str
    change: str
    happened_on: date


@fact("casework", "policy_consulted", subject="committee")
class PolicyConsulted(Fact, frozen=True, kw_only=True):
    """Policy consulting by a committee (政策咨询): topic and how many people asked."""

    duty_no: str
    town: str
    committee: str
    done_by: str
    consulted_on: date
    topic: str
    people_count: int
