"""A district small enough to be played within a test run: the sample's own profile, every count cut down, the same towns."""

import json
import shutil
from pathlib import Path
from typing import Any

from deploy.embedded.home import PROJECT_ROOT

SAMPLE = PROJECT_ROOT / "deploy" / "district"
POSTS = 52
# Counts of the month, cut to what each role needs to have something to do.
COUNTS: dict[str, Any] = {
    "requests": 60, "consultations": 20, "outreach_consultations": 6, "withdrawals": 3, "work_records": 150,
    "flow": {"invalid_surveys": 1, "late_surveys": 1, "conflicts": 3},
    "reverification": {"looks": 20, "changes": 2, "deaths": 1, "member_deaths": 1, "own_requests": 1},
    "beside": {
        "conflicts_resolved": 1, "contests": 1, "objections": 1, "case_complaints": 1, "household_complaints": 1,
        "survey_helps": 1, "survey_helps_declined": 0, "emergencies": 2, "recognitions": 2,
    },
    "delivery": {"devices": 2, "ratings": 8, "handovers": 1},
    "training": {"short_last_year": 2, "key_people": 2, "key_people_left": 1, "meeting_towns": 1},
    "committee_work": {
        "screenings": 2, "aids": 2, "supervisions": 2, "changes": 2, "consultations": 2, "publicity": 2, "unfollowed": 1,
    },
    "contracting": {"orders": 4, "undelivered": 1, "cancelled": 1},
    "ledger": {
        "case_pauses": 1, "case_extensions": 1, "referral_pauses": 1, "late_relatives": 1, "matches_same": 1,
        "matches_different": 1, "twins": 1, "twins_open": 1, "likenesses": 1,
    },
    "municipal": {"warnings": 3, "unhandled": 1, "late": 1, "receiving": 1},
    "lists": {"returned": 1, "held_towns": 1},
    "overlapping_visits": 1, "returned_lines": 1,
}  # fmt: skip


def write_small_district(folder: Path) -> Path:
    """The small district's profile and the sample's rule packs in `folder`, as `jiuzhu feed --district` takes them."""
    profile = json.loads((SAMPLE / "sample.json").read_text(encoding="utf-8"))
    for town in profile["towns"]:
        town["households"] = {kind: min(8, count) for kind, count in town["households"].items()}
    totals = profile["totals"]
    totals["posts"] = POSTS
    totals["households"] = sum(sum(town["households"].values()) for town in profile["towns"])
    _put(profile["month"], COUNTS)
    profile["month"]["wrong"] = {name: min(2, count) for name, count in profile["month"]["wrong"].items()}
    profile["care"] |= {"reports": 2, "unanswered_reports": 1}
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(SAMPLE / "rules", folder / "rules", dirs_exist_ok=True)
    (folder / "district.json").write_text(json.dumps(profile, ensure_ascii=False), encoding="utf-8")
    return folder


def _put(target: dict[str, Any], wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        if isinstance(value, dict):
            _put(target[name], value)
        else:
            assert name in target, name
            target[name] = value
