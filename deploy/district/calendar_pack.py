"""Writes the rule pack "calendar" of every service from chinesecalendar for the announced years; no deadlines."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import chinese_calendar
import msgspec

FIRST_DAY: Final = date(2024, 1, 1)
ANNOUNCED_THROUGH: Final = date(2026, 12, 31)
VERSION: Final = "2026-1"
CITATION: Final = (
    "国务院办公厅关于2024年、2025年、2026年部分节假日安排的通知"
    "（国办发明电〔2023〕7号、〔2024〕12号、〔2025〕7号），据 chinesecalendar 1.11.0 录入"
)
SERVICES: Final = ("intake", "casework", "payroll", "audit")
RULES: Final = Path(__file__).parent / "rules"


def pack() -> dict[str, Any]:
    """The pack as JSON: every announced day that differs from Monday to Friday."""
    days = [FIRST_DAY + timedelta(days=n) for n in range((ANNOUNCED_THROUGH - FIRST_DAY).days + 1)]
    off = [day for day in days if day.weekday() < 5 and not chinese_calendar.is_workday(day)]
    make_up = [day for day in days if day.weekday() >= 5 and chinese_calendar.is_workday(day)]
    return {
        "name": "calendar",
        "version": VERSION,
        "valid_from": FIRST_DAY.isoformat(),
        "citation": CITATION,
        "sample": False,
        "content": {
            "version": VERSION,
            "announced_through": ANNOUNCED_THROUGH.isoformat(),
            "off_days": [day.isoformat() for day in off],
            "make_up_days": [day.isoformat() for day in make_up],
        },
    }


def main() -> None:
    text = msgspec.json.format(msgspec.json.encode(pack()), indent=2) + b"\n"
    RULES.mkdir(exist_ok=True)
    for service in SERVICES:
        (RULES / f"{service}.calendar.json").write_bytes(text)


if __name__ == "__main__":
    main()
