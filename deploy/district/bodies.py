"""Town events and commands as JSON-ready values, the one place that knows their fields; decides and sends nothing.

Events are as ``services/intake/town_events.py`` reads them, commands as ``services/*/domain`` declares them.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from deploy.district.district import Household, Member
from deploy.district.profile import PackFile

if TYPE_CHECKING:
    from deploy.district.requests import Applicant, Application

Body = dict[str, Any]

REQUEST: Final = "assist.town.request_submitted.v1"
SUPPLY: Final = "assist.town.materials_supplied.v1"
WITHDRAWAL: Final = "assist.town.application_withdrawn.v1"
CONSULTATION: Final = "assist.town.consultation_recorded.v1"


def event(call_id: UUID, town: str, kind: str, household_no: str | None, at: datetime, payload: Body) -> Body:
    """A CloudEvents 1.0 event of a town's system."""
    return {
        "specversion": "1.0",
        "id": str(call_id),
        "source": f"/town/{town}",
        "type": kind,
        "subject": f"town:{town}" if household_no is None else f"household:{household_no}",
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": payload,
    }


def csv_row(event_body: Body) -> dict[str, str]:
    """A request event as the row of a CSV file that stands for the same event (`town_events.event_of_row`)."""
    fields = event_body["data"]
    row = {"event_id": event_body["id"], "time": event_body["time"]}
    for name in ("household_no", "request_no", "committee", "channel", "first_asked", "phone", "received_on"):
        row[name] = fields[name]
    for name in ("needs", "materials"):
        row[name] = ";".join(fields[name])
    for name in ("near_relative_declared", "delegated"):
        row[name] = "是" if fields[name] else "否"
    for name in ("ticket_no", "address"):
        if name in fields:
            row[name] = fields[name]
    row |= {f"delegate_{name}": value for name, value in fields.get("delegate", {}).items()}
    for n, member in enumerate(fields["members"], start=1):
        row[f"member{n}_id"] = member["resident_id"]
        row[f"member{n}_name"] = member["name"]
        row[f"member{n}_relation"] = member["relation"]
    return row


def application_no(request_no: str, need: str) -> str:
    """The number intake gives the application of one need."""
    return f"{request_no}-{need}"


def _members(members: Sequence[Member], *, groups: bool) -> list[Body]:
    named = [
        {"resident_id": member.person.resident_id, "name": member.person.name, "relation": member.relation}
        for member in members
    ]
    if groups:
        return [{**one, "groups": list(member.groups)} for one, member in zip(named, members, strict=True)]
    return named


def request(
    applicant: "Applicant", *, request_no: str, channel: str, first_asked: str, needs: Sequence[str],
    materials: Sequence[str], near_relative_declared: bool, delegated: bool, received_on: date,
    ticket_no: str = "", delegate: Body | None = None, address: str = "",
) -> Body:  # fmt: skip
    """A request as the window's system tells it; what is empty is left out."""
    optional = {"ticket_no": ticket_no, "delegate": delegate, "address": address}
    return {
        **{name: value for name, value in optional.items() if value},
        "household_no": applicant.household_no,
        "request_no": request_no,
        "town": applicant.household_no.partition("-")[0],
        "committee": applicant.committee,
        "channel": channel,
        "first_asked": first_asked,
        "needs": list(needs),
        "materials": list(materials),
        "members": _members(applicant.members, groups=False),
        "phone": applicant.phone,
        "near_relative_declared": near_relative_declared,
        "delegated": delegated,
        "received_on": received_on.isoformat(),
    }


def supply(household_no: str, number: str, town: str, materials: Sequence[str], day: date) -> Body:
    """Materials brought after the notice."""
    return {
        "household_no": household_no,
        "application_no": number,
        "town": town,
        "materials": list(materials),
        "supplied_on": day.isoformat(),
    }


def withdraw(household_no: str, number: str, town: str, reason: str) -> Body:
    """A withdrawal."""
    return {"household_no": household_no, "application_no": number, "town": town, "reason": reason}


def consultation(
    town: str, *, consultation_no: str, topic: str, answered_by: str, leaflet: str, answer: str, channel: str
) -> Body:
    """A policy consultation."""
    return {
        "answer": answer,
        "channel": channel,
        "town": town,
        "consultation_no": consultation_no,
        "topic": topic,
        "answered_by": answered_by,
        "leaflet": leaflet,
    }


def command(name: str, /, **fields: object) -> Body:
    """A command whose fields are its arguments; days are written as text."""
    return {"command": name} | {
        key: value.isoformat() if isinstance(value, date) else value for key, value in fields.items()
    }


def of_item(command: str, household_no: str, number: str, **fields: object) -> Body:
    """A command of the window about one application: a referral's answer, a hand-over."""
    town = household_no.partition("-")[0]
    return {"command": command, "household_no": household_no, "application_no": number, "town": town, **fields}


def of_case(command: str, household_no: str, number: str, **fields: object) -> Body:
    """A command to casework about one application's clocks."""
    return {"command": command, "household_no": household_no, "application_no": number, **fields}


def near_relative(household_no: str, request_no: str, staff: str, kinship: str, day: date) -> Body:
    """``declare-near-relative`` by the staff member."""
    return {
        "command": "declare-near-relative",
        "household_no": household_no,
        "request_no": request_no,
        "town": household_no.partition("-")[0],
        "declared_by": "staff",
        "staff": staff,
        "kinship": kinship,
        "declared_on": day.isoformat(),
    }


def staff_window(town: str, staff: str, day: date) -> Body:
    """``staff-window``."""
    return {"command": "staff-window", "town": town, "staff": staff, "from_on": day.isoformat()}


def unstaff_window(town: str, staff: str, day: date, reason: str) -> Body:
    """``unstaff-window``."""
    return {"command": "unstaff-window", "town": town, "staff": staff, "from_on": day.isoformat(), "reason": reason}


def survey(
    application: "Application", investigators: Sequence[str], day: date, income_per_head_fen: int, form_sha256: str
) -> Body:
    """``record-survey``."""
    return {
        "command": "record-survey",
        "household_no": application.household_no,
        "application_no": application.application_no,
        "investigators": list(investigators),
        "family_signed": True,
        "witness": None,
        "surveyed_on": day.isoformat(),
        "income_per_head_fen": income_per_head_fen,
        "form_sha256": form_sha256,
        "members": _members(application.members, groups=True),
    }


def _of(application: "Application", command: str, **fields: object) -> Body:
    return {
        "command": command,
        "household_no": application.household_no,
        "application_no": application.application_no,
        **fields,
    }


def case_step(application: "Application", command: str, **fields: object) -> Body:
    """A step of one case that needs nothing but its own fields."""
    return _of(application, command, **fields)


def complaint(
    household_no: str, number: str, *, kind: str, application_no: str | None, received_on: date, responsible: str,
    content_sha256: str,
) -> Body:  # fmt: skip
    """``record-complaint``."""
    return {
        "command": "record-complaint",
        "household_no": household_no,
        "complaint_no": number,
        "kind": kind,
        "application_no": application_no,
        "received_on": received_on.isoformat(),
        "responsible": responsible,
        "content_sha256": content_sha256,
    }


def complaint_answer(household_no: str, number: str, day: date, reply_sha256: str) -> Body:
    """``answer-complaint``."""
    return {
        "command": "answer-complaint",
        "household_no": household_no,
        "complaint_no": number,
        "outcome": "unfounded",
        "answered_on": day.isoformat(),
        "reply_sha256": reply_sha256,
    }


def request_check(application: "Application", registers: Sequence[str], authorisation_sha256: str) -> Body:
    """``request-information-check``, authorised by every member; no tekun applicant of the sample has a supporter."""
    return _of(
        application,
        "request-information-check",
        registers=list(registers),
        persons=[
            {**one, "authorisation_sha256": authorisation_sha256} for one in _members(application.members, groups=False)
        ],
        no_supporter=application.need == "tekun",
    )


def record_check(application: "Application", conflicts: Sequence[str], day: date) -> Body:
    """``record-information-check``."""
    return _of(application, "record-information-check", conflicts=list(conflicts), returned_on=day.isoformat())


def post_notice(application: "Application", leader: str, day: date, amount_fen: int, proof_sha256: str) -> Body:
    """``post-notice``."""
    return _of(
        application,
        "post-notice",
        posted_on=day.isoformat(),
        proposed_amount_fen=amount_fen,
        opinion_signed_by=leader,
        proof_sha256=proof_sha256,
    )


def submit_opinion(application: "Application", caseworker: str, day: date) -> Body:
    """``submit-opinion`` to the caseworker who is responsible from then on."""
    return _of(application, "submit-opinion", submitted_on=day.isoformat(), received_by=caseworker)


def bureau_visit(application: "Application", visitors: Sequence[str], day: date, form_sha256: str) -> Body:
    """``record-bureau-visit``, which near relatives' cases need (art. 20)."""
    return _of(
        application,
        "record-bureau-visit",
        visitors=list(visitors),
        visited_on=day.isoformat(),
        form_sha256=form_sha256,
    )


def deliver_refusal(application: "Application", day: date, form_sha256: str) -> Body:
    """``deliver-refusal``."""
    return _of(application, "deliver-refusal", delivered_on=day.isoformat(), form_sha256=form_sha256)


def decide(application: "Application", outcome: str, reason: str, officer: str | None, day: date) -> Body:
    """``decide-eligibility``."""
    return _of(
        application,
        "decide-eligibility",
        outcome=outcome,
        reason=reason,
        officer=officer,
        decided_on=day.isoformat(),
    )


def reverify(
    home: Household, *, investigators: Sequence[str], day: date, changed: bool, income_per_head_fen: int,
    form_sha256: str,
) -> Body:  # fmt: skip
    """``reverify-household`` with the yearly class."""
    return {
        "command": "reverify-household",
        "household_no": home.number,
        "investigators": list(investigators),
        "reverified_on": day.isoformat(),
        "cadence": "A",
        "outcome": "changed" if changed else "unchanged",
        "income_per_head_fen": income_per_head_fen,
        "form_sha256": form_sha256,
    }


def adjust(home: Household) -> Body:
    """``adjust-benefit`` for all members."""
    return {"command": "adjust-benefit", "household_no": home.number, "covered_members": len(home.members)}


def terminate(home: Household, reason: str, died_on: date | None, paid_through: str | None = None) -> Body:
    """``terminate-benefit``; `paid_through`: the last month paid out, where that may be too long."""
    return {
        "command": "terminate-benefit",
        "household_no": home.number,
        "reason": reason,
        "died_on": died_on and died_on.isoformat(),
        "paid_through": paid_through,
    }


def of_home(command: str, home: Household, **fields: object) -> Body:
    """A command about a household that needs no more than these fields."""
    return {"command": command, "household_no": home.number, **fields}


def assess(
    of: Body, *, assessors: Sequence[str], day: date, failed_items: Sequence[str], form_sha256: str
) -> Body:  # fmt: skip
    """``assess-ability`` of the person that `of` names, for an application or of a benefit in force."""
    return {
        "command": "assess-ability", **of, "assessors": list(assessors), "assessed_on": day.isoformat(),
        "failed_items": list(failed_items), "form_sha256": form_sha256,
    }  # fmt: skip


def arrange_care(of: Body, *, placement: str, carer: str, day: date, agreement_sha256: str) -> Body:
    """``arrange-care`` of the person that `of` names."""
    return {
        "command": "arrange-care", **of, "placement": placement, "carer": carer,
        "agreement_sha256": agreement_sha256, "arranged_on": day.isoformat(),
    }  # fmt: skip


def report_ability_change(home: Household, *, report_no: str, channel: str, reported_by: str, day: date) -> Body:
    """``report-ability-change`` of the applicant."""
    return of_home(
        "report-ability-change", home, report_no=report_no, person="本人", channel=channel, reported_by=reported_by,
        reported_on=day.isoformat(),
    )  # fmt: skip


def job_refusal(home: Household, *, offer_no: str, day: date, form_sha256: str) -> Body:
    """``record-job-refusal`` of the applicant, without good reason."""
    return of_home(
        "record-job-refusal", home, offer_no=offer_no, person="本人", justified=False, refused_on=day.isoformat(),
        form_sha256=form_sha256,
    )  # fmt: skip


def decide_match(
    town: str, household_no: str, request_no: str, other_household: str, verdict: str, reason: str
) -> Body:
    """``decide-match`` of the match in that worklist row, whose own number and person only the row says."""
    return {
        "command": "decide-match",
        "town": town,
        "row": {"household": household_no, "request_no": request_no, "other_household": other_household},
        "verdict": verdict,
        "reason": reason,
    }


def take_over_household(home: Household, source: str, account: Body | None = None) -> Body:
    """``take-over-household``; `account`: where its benefit goes, where that is on record."""
    return ({"account": account} if account else {}) | {
        "command": "take-over-household",
        "household_no": home.number,
        "town": home.town,
        "committee": home.committee,
        "category": home.category,
        "members": _members(home.members, groups=True),
        "address": home.address,
        "monthly_amount_fen": home.monthly_amount_fen,
        "benefit_from_month": str(home.benefit_from_month),
        "officer": home.officer,
        "visits_per_month": home.visits_per_month,
        "source": source,
        "document": home.document,
        "reverify_by": home.reverify_by.isoformat(),
        "care_tier": home.care_tier,
        "placement": home.placement,
        "services": msgspec.to_builtins(home.services),
    }


def adopt_pack(pack: PackFile) -> Body:
    """``adopt-rule-pack``."""
    return {
        "command": "adopt-rule-pack",
        "name": pack.name,
        "version": pack.version,
        "valid_from": pack.valid_from.isoformat(),
        "citation": pack.citation,
        "sample": pack.sample,
        "content": pack.content,
    }
