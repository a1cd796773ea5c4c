"""Where the stock's benefits go, and a month's benefit lists as people move them: draft, approval, files, returns, closing."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from random import Random

import msgspec

from deploy.district import bodies
from deploy.district.bodies import Body
from deploy.district.district import District, Household, TownPlace
from deploy.district.plan import Phase, Plan
from services.contracts.months import Month

# Households' accounts are numbered after those of the officers.
_FIRST_ACCOUNT = 1_000


def account_of(district: District, home: Household) -> Body | None:
    """The account of a household of the stock; None for the few that have none on record."""
    plan = district.profile.month.lists
    rng = Random(f"{district.seed}|account|{home.number}")
    n = int(home.number.rpartition("H")[2])
    if rng.random() * 1000 < plan.no_account_permille:
        return None
    shared = n > 1 and rng.random() * 1000 < plan.shared_permille
    index = district.town[home.town].first_family + n - 1 - shared
    holder = rng.choices([one.code for one in plan.holders], weights=[one.weight for one in plan.holders])[0]
    name = home.members[0].person.name if holder == "self" else district.registry.name(rng, female=rng.random() < 0.5)
    agreement = {"agreement_sha256": _paper("agreement", home.number)} if holder == "staff" else {}
    number = district.registry.bank_account(_FIRST_ACCOUNT + index)
    return {"account_no": number, "holder": holder, "holder_name": name, **agreement}


def plan_lists(plan: Plan) -> None:
    """One list for each town in the first month, and a standing list for each committee.

    What the bank answers is known beforehand only there: later lists go by what the months before have decided.
    """
    if plan.month != plan.first_month:
        return
    wanted, bureau = plan.district.profile.month.lists, plan.district.profile.bureau
    day = plan.workday_after(date(plan.month.year, plan.month.number, wanted.day), 0)
    lists = [TownList(plan, place, day) for place in plan.district.towns]
    preparer, payer, leader = bureau.finance[0], bureau.finance[1], bureau.leaders[0]
    answered, again = plan.workday_after(day, 2), plan.workday_after(day, 3)
    at_last = plan.workday_after(day, 5)
    for one in lists:
        one.send(day, "draft", one.body("draft-benefit-list"), preparer, "bureau-finance")
        one.send(day, "approve", one.body("approve-benefit-list"), leader, "bureau-leader")
        one.send(day, "bank", one.body("issue-payment-file"), payer, "bureau-finance")
        one.send(answered, "return", one.answer(1, one.first, one.returned, odd=one.odd), payer, "bureau-finance")
        for home in one.recorded_late:
            one.record_account(again, home)
        for held_no, outcome in one.resolved:
            body = one.body("resolve-held-line", held_no=held_no, outcome=outcome, reason=wanted.resolution)
            one.send(again, "case", body, preparer, "bureau-finance")
        if one.second:
            one.send(again, "bank", one.body("issue-payment-file"), payer, "bureau-finance")
            one.send(at_last, "return", one.answer(2, one.second, one.returned[:1]), payer, "bureau-finance")
        if not one.left_held:
            one.send(at_last, "again", one.body("close-benefit-list"), payer, "bureau-finance")
    _post_standing_lists(plan)


class TownList:
    """One town's list: whose lines it has, which of them the bank sends back, and what of its answer does not fit."""

    def __init__(self, plan: Plan, place: TownPlace, day: date) -> None:
        self.plan, self.place, self.rng = plan, place, plan.rng(f"list|{place.code}")
        wanted = plan.district.profile.month.lists
        gone = _over_before(plan)
        homes = [home for home in _homes(plan, place) if home.monthly_amount_fen]
        # Whoever died before the month is on no list once that is known.
        due = [home for home in homes if not (home.number in gone and gone[home.number] <= day)]
        accounts = {home.number: account_of(plan.district, home) for home in due}
        self.first = sorted((home for home in due if accounts[home.number]), key=lambda home: home.number)
        without = [home for home in due if not accounts[home.number] and home.number not in gone]
        steady = [home for home in self.first if home.number not in gone]
        self.returned: Sequence[Household] = self.rng.sample(steady, min(wanted.returned, len(steady)))
        self.recorded_late = without[: len(without) // 2]
        number = plan.district.towns.index(place)
        rest = [home for home in steady if home not in self.returned]
        self.odd = self.rng.choice(rest) if number < wanted.held_towns and rest else None
        self.left_held = self.odd is not None and number == 0
        held = f"{plan.month}-"
        self.resolved: list[tuple[str, str]] = []
        if self.odd is not None:
            # By the order of the file: the odd amount stands in its place, the unknown household comes last.
            outcomes = [(f"{held}001", "returned"), (f"{held}002", "dismissed")]
            self.resolved = outcomes[: 1 if self.left_held else 2]
        sent_back = [self.odd] if self.odd is not None else []
        self.second = sorted([*self.returned, *self.recorded_late, *sent_back], key=lambda home: home.number)

    def body(self, command: str, **fields: object) -> Body:
        return bodies.command(command, town=self.place.code, month=str(self.plan.month), **fields)

    def send(self, day: date, phase: Phase, body: Body, actor: str, role: str, town: str | None = None) -> None:
        at = self.plan.at(self.rng, day, phase)
        self.plan.command(day, phase, "casework", body, at=at, actor=actor, role=role, town=town)

    def record_account(self, day: date, home: Household) -> None:
        """The missing account is brought to the window."""
        index = _FIRST_ACCOUNT + self.place.first_family + int(home.number.rpartition("H")[2]) - 1
        account = {
            "account_no": self.plan.district.registry.bank_account(index), "holder": "self",
            "holder_name": home.members[0].person.name,
        }  # fmt: skip
        body = bodies.of_home(
            "record-payout-account", home, account=account, document_sha256=_paper("account", home.number)
        )
        self.send(day, "case", body, self.place.window[0], "window", self.place.code)

    def answer(
        self, file_no: int, homes: Sequence[Household], returned: Sequence[Household], odd: Household | None = None
    ) -> Body:
        """The bank's return: all paid but a few; with `odd`, one line of another amount and one of nobody's."""
        reasons = self.plan.district.profile.month.return_reasons
        lines: list[Body] = []
        for i, home in enumerate(homes, start=1):
            amount = home.monthly_amount_fen + (100 if home is odd else 0)
            line: Body = {"household_no": home.number, "amount_fen": amount}
            if home in returned:
                lines.append({**line, "outcome": "returned", "reason": self.rng.choice(reasons)})
            else:
                reference = f"示例{self.place.code}-{file_no}-{i:05d}"
                lines.append({**line, "outcome": "paid", "reference": reference})
        if odd is not None:
            nobody = {"household_no": f"{self.place.code}-H99999", "amount_fen": 10_000}
            lines.append({**nobody, "outcome": "paid", "reference": f"示例{self.place.code}-X"})
        digest = hashlib.sha256(msgspec.json.encode(lines)).hexdigest()
        return self.body("import-benefit-return", file_no=file_no, file_sha256=digest, lines=lines)


def _homes(plan: Plan, place: TownPlace) -> list[Household]:
    return [home for home in plan.district.households if home.town == place.code]


def _over_before(plan: Plan) -> dict[str, date]:
    """Households whose benefit proves to have ended before the month, with the day on which that is decided."""
    return {
        call.body["household_no"]: day
        for day, _, call in plan.placed()
        if call.body.get("command") == "terminate-benefit" and call.wrong is None and call.body["died_on"]
        and Month.of(date.fromisoformat(call.body["died_on"])) < plan.month
    }  # fmt: skip


def _post_standing_lists(plan: Plan) -> None:
    """Every committee's, by the town, late on a day whose decisions are made; what is decided after makes it out of date again."""
    wanted = plan.district.profile.month.lists
    day = plan.workdays[wanted.standing_workday]
    homes: dict[str, int] = defaultdict(int)
    for home in plan.district.households:
        homes[home.committee] += home.monthly_amount_fen > 0
    for place in plan.district.towns:
        rng = plan.rng(f"standing|{place.code}")
        for committee in (one for one in place.committees if homes[one.code]):
            body = bodies.command(
                "publish-standing-list", town=place.code, committee=committee.code, published_on=day,
                proof_sha256=_paper("standing", committee.code, day),
            )  # fmt: skip
            at = plan.at(rng, day, "draft")
            plan.command(day, "draft", "casework", body, at=at, actor=place.leader, role="town-leader", town=place.code)


def _paper(*what: object) -> str:
    return hashlib.sha256("|".join(map(str, what)).encode()).hexdigest()
