"""What the codes of contractors, procurements and towns' own purchases are called; lists that their forms choose from."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from services.portal.api.bureau_words import GRADES, SERVICES, named
from services.portal.api.forms import Names
from services.portal.rendering import yuan

Row = dict[str, Any]
KINDS: Final[Names] = {
    "social_organisation": ("社会组织", "social organisation"), "institution": ("事业单位", "public institution"),
    "enterprise": ("企业", "enterprise"), "cooperative": ("合作社", "cooperative"),
}  # fmt: skip
METHODS: Final[Names] = {
    "open_tender": ("公开招标", "open tender"), "invited_tender": ("邀请招标", "invited tender"),
    "competitive_negotiation": ("竞争性谈判", "competitive negotiation"),
    "competitive_consultation": ("竞争性磋商", "competitive consultation"),
    "single_source": ("单一来源", "single source"), "framework": ("框架协议", "framework agreement"),
}  # fmt: skip
RESULTS: Final[Names] = {"awarded": ("中标（成交）", "awarded"), "not_awarded": ("未中标", "not awarded")}
VERDICTS: Final[dict[str, tuple[str, str, str]]] = {
    "excellent": ("优秀", "excellent", "good"),
    "qualified": ("合格", "qualified", "good"),
    "unqualified": ("不合格", "unqualified", "bad"),
}


def next_staff(contractor: str, contracts: Iterable[Mapping[str, Any]]) -> str:
    """A number that none of a contractor's people has now: ``K001-S03``."""
    taken = {staff for one in contracts for staff in one["staff"]}
    n = len(taken) + 1
    while f"{contractor}-S{n:02d}" in taken:
        n += 1
    return f"{contractor}-S{n:02d}"


def services_named(codes: Iterable[str]) -> tuple[str, str]:
    """Several services in a line, in both languages."""
    names = [named(SERVICES, code) for code in codes]
    return "、".join(zh for zh, _ in names), ", ".join(en for _, en in names)


def contract_choices(contractors: Iterable[Row], today: str) -> Names:
    """Contracts that may be ordered on today: ``K001/HT-2026-1``, with name, services and what is left."""
    found: dict[str, tuple[str, str]] = {}
    for one in contractors:
        for contract in one["contracts"]:
            if contract["until_on"] < today or not contract["services"] or contract["left_fen"] <= 0:
                continue
            zh, en = services_named(contract["services"])
            left = yuan(contract["left_fen"])
            found[f"{one['contractor']}/{contract['contract_no']}"] = (
                f"{one['name']} {contract['contract_no']}（{zh}，余 {left} 元）",
                f"{one['name']} {contract['contract_no']} ({en}; {left} yuan left)",
            )
    return found


def service_choices(contractors: Iterable[Row]) -> Names:
    """The services that any of the contracts has."""
    codes = {code for one in contractors for contract in one["contracts"] for code in contract["services"]}
    return {code: named(SERVICES, code) for code in SERVICES if code in codes} | {
        code: (code, code) for code in sorted(codes - set(SERVICES))
    }


def grade_choices(grades: Mapping[str, int]) -> Names:
    """Quality grades, the best first, with the share of the price that each pays."""
    ordered = sorted(grades.items(), key=lambda one: -one[1])
    return {
        code: tuple(f"{name}（{permille / 10:g}%）" for name in named(GRADES, code))  # type: ignore[misc]
        for code, permille in ordered
    }


def mode_choices(modes: Mapping[str, Mapping[str, str]]) -> Names:
    """Modes of a contract as the pack calls them, the lawful ones first."""
    ordered = sorted(modes.items(), key=lambda one: (bool(one[1].get("conflict")), one[0]))
    return {code: (one.get("zh", code), one.get("en", code)) for code, one in ordered}
