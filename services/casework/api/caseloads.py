"""What an officer carries to the door: the households in hand with plan, members and visits; what is being handed over; no names."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from services.casework import store
from services.casework.domain.delivery.officers import Officer
from services.casework.domain.state import Household
from services.casework.projections.care import ServicePlanRow
from services.casework.rules import REGULAR_VISIT, ServiceStandard, due_on
from services.contracts.casework import HandoverItem, HandoverTask
from services.contracts.deciding import CHINA
from services.contracts.months import Month
from services.eventlog import listing
from services.eventlog.api.runtime import Runtime, json_response, see_command, wrong_role, wrong_town
from services.eventlog.auth import READERS
from services.eventlog.problems import Problem

_STANDARD: Final = "service_standard"


def caseload_routes(app: FastAPI, runtime: Runtime) -> None:
    """``GET /v1/caseloads/{officer}`` and ``/v1/handovers-waiting``: an officer's own, for others of the town any of the town's."""

    async def caseload(request: Request, officer: str) -> Response:
        identity = runtime.identify(request)
        if identity.role not in READERS:
            raise wrong_role(identity.role)
        if identity.role == "officer" and identity.actor != f"officer:{officer}":
            raise Problem(
                status=403, code="not-own-caseload", zh="只能查看本人负责的户", en="only one's own households"
            )
        await see_command(runtime, request)
        town = await store.town_of(runtime.pool, officer)
        if town is None:
            raise Problem(status=404, code="not-found", zh="没有这名低保员", en="no such officer")
        if identity.town not in (None, town):
            raise wrong_town()
        today = await listing.today(runtime.pool)
        standard = (await runtime.decider.rulebook()).on(_STANDARD, today, ServiceStandard)
        found = await store.caseload(runtime.pool, officer)
        rows = [in_hand(number, plan, state, today) for number, plan, state in found]
        return json_response({"as_of": today, "town": town, "rows": rows, "standard": standard.services})

    async def handovers(request: Request, town: str | None = None) -> Response:
        """Parts of hand-overs that wait for their receiver's answer; an officer sees those from and to the own hands."""
        identity = runtime.identify(request)
        if identity.role not in READERS:
            raise wrong_role(identity.role)
        if identity.town is not None and town not in (None, identity.town):
            raise wrong_town()
        await see_command(runtime, request)
        wanted = identity.town or town
        rows = waiting(await store.handing_over(runtime.pool, wanted), wanted)
        me = identity.actor.partition(":")[2]
        own = [one for one in rows if identity.role != "officer" or me in (one["officer"], one["receiver"])]
        return json_response({"rows": own})

    app.add_api_route("/v1/caseloads/{officer}", caseload, methods=["GET"], tags=["queries"])
    app.add_api_route("/v1/handovers-waiting", handovers, methods=["GET"], tags=["queries"])


def waiting(officers: Mapping[str, Officer], town: str | None) -> list[dict[str, Any]]:
    """What each receiver has still to answer, by whose hand-over and receiver: households with their cases, and tasks."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for number, state in officers.items():
        duty, handover = state.duty, state.handover
        if duty is None or handover is None or town not in (None, duty.town):
            continue
        parts: tuple[HandoverItem | HandoverTask, ...] = (*handover.waiting, *handover.waiting_tasks)
        for one in parts:
            part = found.setdefault(
                (number, one.receiver),
                {
                    "officer": number, "town": duty.town, "plan_no": handover.plan_no, "receiver": one.receiver,
                    "households": [], "tasks": [],
                },
            )  # fmt: skip
            if isinstance(one, HandoverTask):
                part["tasks"].append(one.task_no)
            else:
                part["households"].append({"household_no": one.household_no, "application_nos": one.application_nos})
    return [found[key] for key in sorted(found)]


def in_hand(number: str, plan: ServicePlanRow, state: Household, today: date) -> dict[str, Any]:
    """One household as its officer needs it at the door; `due_on`: the last day of the next planned visit of this month.

    `visits_done`: the officer's own regular visits, as the month's close counts them; `services_done`: by service, by anybody.
    """
    month = Month.of(today)
    stand = [(one, one.started_at.astimezone(CHINA).date()) for one in state.visits if not one.set_aside]
    this_month = [one for one, day in stand if Month.of(day) == month]
    done = sum(one.of_plan for one in this_month)
    return {
        "household_no": number,
        "committee": plan.committee,
        "category": plan.category,
        "priority": plan.priority,
        "care_tier": plan.care_tier,
        "placement": plan.placement,
        "services": plan.services,
        "visits_per_month": plan.visits_per_month,
        "visits_done": done,
        "services_done": Counter(one.other_service or REGULAR_VISIT for one in this_month),
        "last_visit_on": max((day for _, day in stand), default=None),
        "due_on": due_on(month, done + 1, plan.visits_per_month),
        "members": seen_as((one.person, one.relation) for one in state.members),
    }


def seen_as(members: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """How a record names who was seen: by relation, and by pseudonym from the second one so related on."""
    told: list[dict[str, str]] = []
    counts: dict[str, int] = {}
    for person, relation in members:
        nth = counts[relation] = counts.get(relation, 0) + 1
        told.append(
            {"seen_as": relation if nth == 1 else person, "relation": relation if nth == 1 else f"{relation}（{nth}）"}
        )
    return told
