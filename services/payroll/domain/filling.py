"""What the service's edge puts into commands about officers, posts and attendance from other subjects' states; decides nothing.

A stale read is harmless: posts refuse by themselves what two would take at once, and audit looks at accounts again.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Final

import msgspec

from services.contracts.deciding import Command
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import PaidTo
from services.contracts.resident_ids import normal_id
from services.payroll.domain.attendance import ConfirmAttendance, OnPost
from services.payroll.domain.fund import CommitRun
from services.payroll.domain.officer import (
    AppointOfficer,
    ChangeBankAccount,
    Chosen,
    Officer,
    PaidWages,
    SetContributionBase,
    TakeOverOfficer,
    WithdrawExit,
)
from services.payroll.domain.pay_inputs import asked_of, pay_inputs
from services.payroll.domain.posts import DISTRICT, AllotPosts, Incumbent, Posts, fault_of
from services.payroll.domain.recruitment import Recruitment
from services.payroll.domain.run import ApproveRun, IssueBankFile, Run
from services.payroll.domain.run.state import REVERSED

States = Mapping[str, msgspec.Struct]
Pseudonym = Callable[[str], str]
# Of which subjects the edge reads the states, by command: prefixes, or one whole subject.
READ: Final[dict[type[Command], tuple[str, ...]]] = {
    TakeOverOfficer: ("posts",),
    WithdrawExit: ("officer", "posts"),
    AppointOfficer: ("officer", "recruitment"),
    ChangeBankAccount: ("officer",),
    SetContributionBase: ("run",),
    AllotPosts: ("officer", "posts"),
    ConfirmAttendance: ("officer",),
    ApproveRun: ("fund", "run"),
    CommitRun: ("run",),
    IssueBankFile: ("officer",),
}


def filled(command: Command, states: States, pseudonym: Pseudonym) -> Command:
    """The command with what it may rest on, whatever the caller sent in its place; others are left alone."""
    replace = msgspec.structs.replace
    match command:
        case TakeOverOfficer():
            person = pseudonym(normal_id(command.resident_id))
            return replace(
                command,
                post_fault=fault_of(
                    _posts(states), command.post_no, command.town, command.officer, person, command.appointed_on
                ),
            )
        case WithdrawExit():
            return replace(command, post_fault=_fault_of_staying(states, command))
        case AppointOfficer():
            holders = _holders(states, pseudonym(f"account|{command.bank_account}"), command.officer)
            return replace(command, account_holders=holders, chosen=_chosen(states, command))
        case ChangeBankAccount():
            holders = _holders(states, pseudonym(f"account|{command.bank_account.strip()}"), command.officer)
            return replace(command, account_holders=holders)
        case SetContributionBase():
            return replace(command, wages=_wages(states, command.officer, command.wage_year))
        case AllotPosts():
            return replace(command, incumbents=tuple(_incumbents(states)))
        case ConfirmAttendance():
            return replace(command, on_post=tuple(_on_post(states, command.town, command.month)))
        case ApproveRun():
            return replace(command, documents=pay_inputs(states, command.month).documents)
        case IssueBankFile():
            accounts = (
                PaidTo(officer=one.officer, bank_account_pseudonym=one.bank_account_pseudonym)
                for one in _officers(states)
            )
            return replace(command, accounts=tuple(accounts))
        case CommitRun():
            return replace(command, asked=asked_of(states, command.month, command.source))
        case _:
            return command


def _posts(states: States) -> Posts:
    found = states.get(DISTRICT)
    return found if isinstance(found, Posts) else Posts()


def _fault_of_staying(states: States, command: WithdrawExit) -> str:
    """Why whoever leaves cannot keep the post from the day after: it is another's, or they serve under another number."""
    officer = states.get(command.subject)
    if not isinstance(officer, Officer) or officer.last_day_on is None:
        return ""
    others = (one for one in _officers(states) if one.officer != officer.officer and one.last_day_on is None)
    if any(one.person == officer.person for one in others):
        return "person-in-post"
    place, free_from_on = officer.place, officer.last_day_on + timedelta(days=1)
    return fault_of(_posts(states), place.code, place.town, officer.officer, officer.person, free_from_on)


def _officers(states: States) -> Iterator[Officer]:
    for _, state in sorted(states.items()):
        if isinstance(state, Officer) and state.officer:
            yield state


def _holders(states: States, account: str, officer: str) -> tuple[str, ...]:
    return tuple(
        one.officer
        for one in _officers(states)
        if one.bank_account_pseudonym == account and one.officer != officer and one.last_day_on is None
    )


def _chosen(states: States, command: AppointOfficer) -> Chosen | None:
    round_state = states.get(f"recruitment:{command.round_no}")
    if not isinstance(round_state, Recruitment) or command.candidate_no not in round_state.selected:
        return None
    if command.candidate_no in round_state.appointed:
        return None
    candidate = round_state.candidates[command.candidate_no]
    return Chosen(
        person=candidate.person,
        town=candidate.town,
        education=candidate.education,
        exception_reason=candidate.exception_reason,
        exception_document=candidate.exception_document,
        # A choice from before its day was stated came after the ranking's last day, whose fact says it.
        selected_on=round_state.selected_on or round_state.last_day_on,
    )


def _wages(states: States, officer: str, year: int) -> PaidWages:
    """Gross of the officer's slips in the year's approved runs but reversed ones, differences included: it counts in the month it is paid."""
    gross: dict[Month, int] = {}
    for state in states.values():
        if isinstance(state, Run) and state.counts_as_paid and state.drafted is not None:
            month = state.drafted.month
            for line in state.lines:
                if line.officer == officer and month.year == year and line.outcome not in REVERSED:
                    gross[month] = gross.get(month, 0) + state.side_fen(line, "part")
    return PaidWages(months=len(gross), gross_fen=Fen(sum(gross.values())))


def _incumbents(states: States) -> Iterator[Incumbent]:
    posts = _posts(states)
    for one in _officers(states):
        if one.last_day_on is None and not posts.held_by(one.officer):
            place = one.place
            yield Incumbent(
                officer=one.officer, person=one.person, post_no=place.code, town=place.town, from_on=place.from_on
            )


def _on_post(states: States, town: str, month: Month) -> Iterator[OnPost]:
    for one in _officers(states):
        if any(spell.town == town and spell.days_in(month) for spell in one.posts):
            known = sum(known.days_in(month) > 0 for known in one.absences.values())
            yield OnPost(officer=one.officer, absences=known)
