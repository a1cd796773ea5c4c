"""A month beside the municipal system: numbers of one committee, its list held against ours, early warnings, one export."""

import hashlib
from collections import Counter, defaultdict
from datetime import date
from random import Random
from typing import Any

from deploy.district import bodies
from deploy.district.call import Call
from deploy.district.district import Household, TownPlace
from deploy.district.people import Person
from deploy.district.plan import Phase, Plan
from services.casework.municipal_files import difference_task_no, yuan
from services.contracts.money import Fen

# Warned persons are families near the registry's far end; contractors' staff take the very end.
_FAMILIES_LEFT_OUT = 100
_STATUS_RECEIVING = "1"


def plan_municipal(plan: Plan) -> None:
    """Nobody who leaves within the month has any of it, so that every hand-over goes as it was planned."""
    leaving = {
        call.body["officer"]
        for _, _, call in plan.placed()
        if call.body.get("command") in ("plan-handover", "end-duty")
    }
    homes: dict[str, list[Household]] = defaultdict(list)
    for home in plan.district.households:
        homes[home.committee].append(home)
    kept = {code: found for code, found in homes.items() if not {home.officer for home in found} & leaving}
    _warnings(plan, kept)
    _list(plan, kept)
    day = plan.workdays[14]
    ask = {"table": "amounts", "month": str(plan.month), "format": "xlsx"}
    _file(plan, plan.rng("export"), day, "case", {"door": "exports", "ask": ask})


def _file(plan: Plan, rng: Random, day: date, phase: Phase, body: dict[str, Any]) -> None:
    """A file by the bureau's door."""
    call = Call(
        road="municipal", service="casework", town=None, actor=plan.district.profile.bureau.caseworkers[0], role="bureau",
        at=plan.at(rng, day, phase), id=plan.next_id(), body=body,
    )  # fmt: skip
    plan.add(day, phase, call)


# ---- a list


def _number(home: Household) -> str:
    town, _, number = home.number.partition("-")
    return f"MZ-{town[1:]}-{number[1:]}"


def _list(plan: Plan, homes: dict[str, list[Household]]) -> None:
    """The largest committee of the first town that has one: its numbers are recorded, its list brings some differences."""
    rng, wanted = plan.rng("municipal list"), plan.district.profile.month.municipal
    code = min(homes, key=lambda one: (one.partition("-")[0], -len(homes[one]), one))
    place, mine = plan.district.town[code.partition("-")[0]], homes[code]
    if plan.month == plan.first_month:
        for home in mine:
            body = bodies.command("record-municipal-number", municipal_no=_number(home), household_no=home.number)
            _send(plan, rng, plan.workdays[1], "window", body, rng.choice(place.window), place)
    changed = {
        call.body["household_no"] for _, _, call in plan.placed()
        if call.body.get("command") in ("adjust-benefit", "terminate-benefit", "record-member-death", "cut-share", "suspend-benefit", "grant-gradual-exit")
    }  # fmt: skip
    steady = [home for home in mine if home.number not in changed]
    odd = dict(zip((home.number for home in rng.sample(steady, 3)), ("amount", "members", "status"), strict=True))
    strange = f"MZ-{place.code[1:]}-9{plan.month.number:02d}01"
    codes = _codes(plan)
    rows = [_row(home, odd.get(home.number, ""), codes) for home in mine]
    rows.append([strange, codes["dibao_urban"], _STATUS_RECEIVING, "1", "735.00"])
    query = {"town": place.code, "committee": code, "as_of": plan.workdays[7].isoformat(), "responsible": place.leader}
    day = plan.workdays[8]
    _file(plan, rng, day, "window", {"door": "lists", "query": query, "heading": _headings(plan), "rows": rows})
    tasks = [difference_task_no(place.code, kind, number, _number_of(mine, number)) for number, kind in odd.items()]
    tasks.append(difference_task_no(place.code, "only_there", "", strange))
    later = plan.workdays[10]
    for task, settled in zip(tasks, wanted.settlements, strict=False):
        body = bodies.command(
            "settle-difference", task_no=task, outcome=settled.code, reason=settled.reason, settled_on=later
        )
        _send(plan, rng, later, "case", body, place.leader, place)


def _number_of(homes: list[Household], number: str) -> str:
    return next(_number(home) for home in homes if home.number == number)


def _pack(plan: Plan, name: str) -> dict[str, Any]:
    return next(pack.content for pack in plan.district.profile.packs if (pack.service, pack.name) == ("casework", name))


def _codes(plan: Plan) -> dict[str, str]:
    found: dict[str, str] = _pack(plan, "municipal_exchange")["codes"]["category"]
    return found


def _headings(plan: Plan) -> list[str]:
    columns = _pack(plan, "municipal_exchange")["list_columns"]
    return [columns[name] for name in ("municipal_no", "category", "status", "member_count", "monthly_amount_yuan")]


def _row(home: Household, odd: str, codes: dict[str, str]) -> list[str]:
    """The household as the municipal list has it, right but in one point."""
    amount = home.monthly_amount_fen + (1_000 if odd == "amount" else 0)
    return [
        _number(home),
        codes[home.category],
        "3" if odd == "status" else _STATUS_RECEIVING,
        str(len(home.members) + (odd == "members")),
        yuan(Fen(amount)),
    ]


# ---- early warnings


def _warnings(plan: Plan, homes: dict[str, list[Household]]) -> None:
    """One list by the bureau: most lines become tasks that are done in time, one is late, two are linked."""
    rng, wanted = plan.rng("warnings"), plan.district.profile.month.municipal
    codes = rng.sample(sorted(homes), min(wanted.warnings, len(homes)))
    columns = _pack(plan, "early_warning")["columns"]
    names = ("warning_no", "town", "committee", "name", "resident_id", "contact", "kind", "warned_on")
    warned_on, rows = plan.workdays[3], []
    for n in range(wanted.warnings):
        code = codes[n % len(codes)]
        person = _person(plan, rng, n)
        rows.append(_line(plan, n, code, person, rng.choice(wanted.kinds), warned_on))
        if n >= wanted.unhandled:
            Warned(plan, rng, code, homes[code], person, n).handle(late=n < wanted.unhandled + wanted.late)
    for n in range(wanted.receiving):
        code = codes[n]
        person = rng.choice(homes[code]).members[0].person
        rows.append(_line(plan, wanted.warnings + n, code, person, rng.choice(wanted.kinds), warned_on))
    again = rows[0].copy()
    again[0] += "B"
    rows.append(again)
    heading = [columns[name] for name in names]
    _file(plan, rng, plan.workdays[5], "window", {"door": "warnings", "query": {}, "heading": heading, "rows": rows})


def _person(plan: Plan, rng: Random, n: int) -> Person:
    registry = plan.district.registry
    family = (
        registry.capacity
        - 1
        - _FAMILIES_LEFT_OUT
        - plan.month.number * plan.district.profile.month.municipal.warnings
        - n
    )
    return registry.person(rng, family, (30, 75))


def _line(plan: Plan, n: int, code: str, person: Person, kind: str, day: date) -> list[str]:
    number = f"YJ-{plan.month}-{n + 1:04d}"
    town = code.partition("-")[0]
    return [number, town, code, person.name, person.resident_id, "", kind, day.isoformat()]


class Warned:
    """One warning on its way: somebody goes, and something comes of it."""

    def __init__(self, plan: Plan, rng: Random, code: str, homes: list[Household], person: Person, n: int) -> None:
        self.plan, self.rng, self.code, self.person, self.n = plan, rng, code, person, n
        self.place = plan.district.town[code.partition("-")[0]]
        most = Counter(home.officer for home in homes)
        self.officer = min(most, key=lambda number: (-most[number], number))

    def handle(self, *, late: bool) -> None:
        """In time within a week; a late one after its timer has fired."""
        plan, wanted = self.plan, self.plan.district.profile.month.municipal
        outcome = wanted.outcomes[self.n % len(wanted.outcomes)]
        first = plan.workdays[17] if late else plan.workday_after(plan.workdays[5], self.rng.randint(1, 4))
        days = [plan.workday_after(first, k) for k in range(3 if outcome == "unreachable" else 1)]
        fields: dict[str, Any] = {"attempted_on": [day.isoformat() for day in days]}
        if outcome == "no_need":
            fields["evidence_sha256"] = hashlib.sha256(f"warned|{plan.month}|{self.n}".encode()).hexdigest()
        if outcome == "applied":
            fields["discovery_no"] = self._reported(days[0])
        body = bodies.command("handle-warning", outcome=outcome, **fields)
        body["task_of"] = {"town": self.place.code, "resident_id": self.person.resident_id}
        if plan.inside(days[-1]):
            _send(plan, self.rng, days[-1], "case", body, f"officer:{self.officer}", self.place)

    def _reported(self, day: date) -> str:
        """What the officer found goes to the window as a report (主动发现), which closes it once the person has applied."""
        plan, number = self.plan, f"{self.place.code}-D{self.plan.month}-Y{self.n + 1:02d}"
        report = bodies.command(
            "report-discovery", discovery_no=number, town=self.place.code, committee=self.code,
            reported_by=f"committee:{self.code}-M1", how="visit", suspected_need="temporary", name=self.person.name,
            discovered_on=day,
        )  # fmt: skip
        plan.command(day, "window", "intake", report, at=plan.at(self.rng, day, "window"),
                     actor=f"committee:{self.code}-M1", role="committee", town=self.place.code)  # fmt: skip
        later = plan.workday_after(day, 1)
        close = bodies.command(
            "close-discovery", discovery_no=number, town=self.place.code, reason=plan.district.profile.month.municipal.close_reason
        )  # fmt: skip
        plan.command(later, "window", "intake", close, at=plan.at(self.rng, later, "window"), actor=self.place.window[0],
                     role="window", town=self.place.code)  # fmt: skip
        return number


def _send(plan: Plan, rng: Random, day: date, phase: Phase, body: bodies.Body, actor: str, place: TownPlace) -> None:
    role = actor.partition(":")[0]
    plan.command(day, phase, "casework", body, at=plan.at(rng, day, phase), actor=actor, role=role, town=place.code)
