"""The sample month's spot check: which step comes next, from what audit shows; who is drawn nobody knows before. Sends nothing."""

import hashlib
import random
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, ClassVar, Final
from uuid import UUID

from deploy.district.call import Call
from services.contracts.deciding import CHINA
from services.contracts.months import Month

_AUDITOR: Final = ("auditor:A1", "auditor")
_CHECKERS: Final = (("auditor:A2", "auditor"), ("auditor:A3", "auditor"))
# Of a hundred sheets, how many show an officer lent to another office.
_DEVIATING_PERCENT: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCheck:
    """抽查 of the officers on their posts: every town in proportion, two rounds at most."""

    month: Month
    seed: int
    # What is lacking only until the next checkpoint is published.
    WAIT_FOR: ClassVar[frozenset[str]] = frozenset({"checkpoint-not-yet", "population-not-read", "no-transparency-log"})

    @property
    def number(self) -> str:
        return f"CC-{self.month}"

    def next(self, shown: tuple[dict[str, Any] | None, list[dict[str, Any]]]) -> list[Call]:
        """The calls of the next step, all of one actor or another; none once it has ended."""
        check, sheets = shown
        status = check["status"] if check else "none"
        if status == "none":
            return [self._call(_AUDITOR, "plan-spot-check", **self._plan())]
        assert check is not None
        if status == "planned":
            return [self._call(_AUDITOR, "commit-spot-check", plan_sha256=check["plan_sha256"])]
        if status == "committed":
            return [self._call(_AUDITOR, "draw-spot-check")]
        if status != "drawn":
            return []
        drawn = [one["item"] for one in sheets if one["status"] == "drawn"]
        if drawn:
            checkers = [actor for actor, _ in _CHECKERS]
            return [self._call(_AUDITOR, "assign-field-sheets", str(check["rounds"]), items=drawn, checkers=checkers)]
        waiting = [one["item"] for one in sheets if one["status"] == "assigned"]
        if waiting:
            return [self._result(item) for item in waiting]
        return [self._call(_AUDITOR, "conclude-spot-check")]

    def extended(self) -> list[Call]:
        """What follows where the conclusion is refused because the draw is to go on (``extension-due``)."""
        return [self._call(_AUDITOR, "extend-spot-check")]

    def _plan(self) -> dict[str, Any]:
        return {
            "kind": "officers", "on": str(self.month.last_day), "purpose": f"{self.month} 专职低保员配备、使用、工作情况抽查",
            "design": "proportional", "tolerable_permille": 50, "rounds_max": 2, "extension_count": 26,
        }  # fmt: skip

    def _result(self, item: str) -> Call:
        chance = random.Random(f"{self.seed}/{self.month}/{item}")
        deviating = ["use"] if chance.randrange(100) < _DEVIATING_PERCENT else []
        sheet = hashlib.sha256(f"sample sheet {self.number} {item}".encode()).hexdigest()
        return self._call(
            _CHECKERS[chance.randrange(2)], "record-spot-check-result", item, item=item, deviating=deviating,
            checked_on=str(self.month.last_day), form_sha256=sheet,
        )  # fmt: skip

    def _call(self, who: tuple[str, str], command: str, step: str = "", **body: Any) -> Call:
        actor, role = who
        text = f"{self.seed}/{self.number}/{command}/{step}"
        return Call(
            road="command", service="audit", town=None, actor=actor, role=role,
            at=datetime.combine(self.month.last_day, time(17, 30), CHINA),
            id=UUID(bytes=hashlib.sha256(text.encode()).digest()[:16]),
            body={"command": command, "spot_check_no": self.number, **body},
        )  # fmt: skip
