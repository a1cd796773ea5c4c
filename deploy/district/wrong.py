"""Errors planted on purpose into a month: copies of right calls with one thing wrong, and what must come of it."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

import msgspec

from deploy.district import bodies
from deploy.district.call import Call, Expect, Road
from deploy.district.people import check_digit
from deploy.district.plan import Phase, Plan

Placed = tuple[date, Phase, Call]

KEPT_ROADS: Final = ("inbox", "csv")


def plant(plan: Plan) -> None:
    """Plant every kind of error as often as the profile says; `ValueError` for a kind nobody knows."""
    counts = plan.district.profile.month.wrong
    unknown = set(counts) - set(_KINDS)
    if unknown:
        raise ValueError(f"the profile plants unknown errors: {sorted(unknown)}")
    right = list(plan.placed())
    for kind, count in counts.items():
        fits, make = _KINDS[kind]
        rng = plan.rng(f"wrong|{kind}")
        candidates = [placed for placed in right if fits(placed[2])]
        if count > len(candidates):
            raise ValueError(f"the profile plants {count} errors {kind}, only {len(candidates)} calls fit")
        for day, phase, call in rng.sample(candidates, count):
            make(plan, rng, day, phase, replace(call, wrong=kind))


def _bad(call: Call) -> Expect:
    """Input by the inbox or a file is kept in quarantine; whoever waits for an answer is refused."""
    return "quarantined" if call.road in KEPT_ROADS else "refused"


def _anew(plan: Plan, call: Call, **data: Any) -> Call:
    """A copy under an id of its own, so that nothing about the right call is touched."""
    call_id = plan.next_id()
    body = copy.deepcopy(call.body)
    if call.road != "command":
        body["id"] = str(call_id)
    _fields(body).update(data)
    return replace(call, id=call_id, body=body)


def _fields(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of a command or of an event's data."""
    found: dict[str, Any] = body.get("data", body)
    return found


def _malformed_json(plan: Plan, rng: Random, day: date, phase: Phase, call: Call) -> None:
    wrong = _anew(plan, call)
    text = msgspec.json.encode(wrong.body)
    plan.add(day, phase, replace(wrong, raw=text[: rng.randrange(len(text) // 2, len(text) - 1)], expect=_bad(call)))


def _wrong_type(plan: Plan, rng: Random, day: date, phase: Phase, call: Call) -> None:
    wrong = _anew(plan, call)
    fields = _fields(wrong.body)
    name = rng.choice([name for name, value in fields.items() if isinstance(value, str) and name != "command"])
    fields[name] = [fields[name]]
    plan.add(day, phase, replace(wrong, expect=_bad(call)))


def _unknown_type(plan: Plan, _: Random, day: date, phase: Phase, call: Call) -> None:
    wrong = _anew(plan, call)
    wrong.body["type"] = "assist.town.unheard_of.v1"
    plan.add(day, phase, replace(wrong, expect=_bad(call)))


def _unknown_field(plan: Plan, _: Random, day: date, phase: Phase, call: Call) -> None:
    plan.add(day, phase, replace(_anew(plan, call, remark="示例多余字段"), expect=_bad(call)))


def _bad_resident_id(plan: Plan, rng: Random, day: date, phase: Phase, call: Call) -> None:
    wrong = _anew(plan, call)
    member = _fields(wrong.body)["members"][0]
    first_17 = member["resident_id"][:17]
    member["resident_id"] = first_17 + rng.choice([one for one in "0123456789X" if one != check_digit(first_17)])
    # It has the form of an event; the decision says no, and says so on the log.
    plan.add(day, phase, replace(wrong, expect="refused"))


def _wrong_town_key(plan: Plan, rng: Random, day: date, phase: Phase, call: Call) -> None:
    others = [place.code for place in plan.district.towns if place.code != call.town]
    plan.add(day, phase, replace(_anew(plan, call), key_town=rng.choice(others), expect=_bad(call)))


def _future_time(plan: Plan, rng: Random, day: date, phase: Phase, call: Call) -> None:
    wrong = _anew(plan, call)
    later = timedelta(days=rng.randint(2, 40))
    if call.road == "command":
        for name in ("started_at", "ended_at"):
            wrong.body[name] = (datetime.fromisoformat(wrong.body[name]) + later).isoformat()
        wrong.body["visit_no"] += "-F"
    else:
        wrong.body["time"] = (call.at + later).isoformat()
    plan.add(day, phase, replace(wrong, expect=_bad(call)))


def _early_supply(plan: Plan, _: Random, day: date, phase: Phase, call: Call) -> None:
    """Materials for an application that is not there yet: the same supply, on a working day before the request."""
    request_no = call.body["data"]["application_no"].rpartition("-")[0]
    requested_on = next(
        on for on, _, other in plan.placed()
        if other.body.get("type") == bodies.REQUEST and other.body["data"]["request_no"] == request_no
    )  # fmt: skip
    earlier = [one for one in plan.workdays if one < requested_on]
    if earlier:
        day = earlier[-1]
        at = call.at.replace(year=day.year, month=day.month, day=day.day)
        wrong = _anew(plan, call, supplied_on=day.isoformat())
        wrong.body["time"] = at.isoformat()
        plan.add(day, phase, replace(wrong, at=at, expect="refused"))


def _unknown_household(plan: Plan, rng: Random, day: date, phase: Phase, call: Call) -> None:
    nobody = f"{call.town}-H{rng.randint(90_000, 99_999)}"
    number = f"{call.body['visit_no']}-U"
    plan.add(day, phase, replace(_anew(plan, call, household_no=nobody, visit_no=number), expect="refused"))


def _any_road(rng: Random, call: Call) -> Call:
    """The same event by any road of a town, since an event is the same one whichever way it comes; a command stays."""
    roads: tuple[Road, ...] = ("http-single", "http-batch", "inbox")
    return call if call.road == "command" else replace(call, road=rng.choice(roads))


def _duplicate(plan: Plan, rng: Random, day: date, _: Phase, call: Call) -> None:
    """The very same once more: nothing is written, the answer is the first one's."""
    plan.add(day, "again", replace(_any_road(rng, call), at=plan.at(rng, day, "again"), expect="duplicate"))


def _same_id_other_content(plan: Plan, rng: Random, day: date, _: Phase, call: Call) -> None:
    again = _any_road(rng, call)
    body = copy.deepcopy(call.body)
    fields = _fields(body)
    name = next(name for name in ("notes", "leaflet", "minutes", "phone", "reason") if name in fields)
    fields[name] = fields[name] + 1 if isinstance(fields[name], int) else fields[name] + "0"
    plan.add(day, "again", replace(again, at=plan.at(rng, day, "again"), body=body, expect="refused"))


def _self_approval(plan: Plan, _: Random, day: date, phase: Phase, call: Call) -> None:
    """Whoever prepared the run tries to approve it as well (不相容职务分离)."""
    preparer = plan.district.profile.bureau.finance[0]
    wrong = replace(_anew(plan, call), actor=preparer, role="bureau-finance", expect="refused")
    plan.add(day, phase, wrong)


def _by_town(call: Call) -> bool:
    """Roads that an event travels as JSON of its own: a file's row has no type and no field of its own making."""
    return call.road not in ("command", "csv")


def _alone(call: Call) -> bool:
    """Roads where broken JSON breaks nothing else: in a batch it would break the whole batch."""
    return call.road in ("http-single", "inbox")


def _of_type(kind: str) -> Callable[[Call], bool]:
    return lambda call: call.body.get("type") == kind


def _named(*commands: str) -> Callable[[Call], bool]:
    return lambda call: call.body.get("command") in commands


def _timed(call: Call) -> bool:
    return call.road != "command" or call.body["command"] == "record-visit"


def _any_bulk(call: Call) -> bool:
    return call.body.get("command") in ("record-visit", "record-work") or call.body.get("type") in (
        bodies.REQUEST,
        bodies.CONSULTATION,
    )


def _written(call: Call) -> bool:
    return call.road != "csv" and _any_bulk(call)


_KINDS: Final[dict[str, tuple[Callable[[Call], bool], Callable[[Plan, Random, date, Phase, Call], None]]]] = {
    "malformed_json": (_alone, _malformed_json),
    "wrong_type": (_written, _wrong_type),
    "unknown_type": (_by_town, _unknown_type),
    "unknown_field": (_written, _unknown_field),
    "bad_resident_id": (_of_type(bodies.REQUEST), _bad_resident_id),
    "wrong_town_key": (_by_town, _wrong_town_key),
    "future_time": (_timed, _future_time),
    "early_supply": (_of_type(bodies.SUPPLY), _early_supply),
    "unknown_household": (_named("record-visit"), _unknown_household),
    "self_approval": (_named("approve-run"), _self_approval),
    "duplicate": (_any_bulk, _duplicate),
    "same_id_other_content": (_any_bulk, _same_id_other_content),
}
