"""The question "what if" put to the decision states: which officers, money and rules it is replayed with; it decides nothing."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from services.contracts.deciding import CommandRejected
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.rulebook import AdoptedPack, RuleBook
from services.payroll.domain.fund import Fund
from services.payroll.domain.officer import Officer, OfficerNo
from services.payroll.domain.pay_inputs import timeline_of
from services.payroll.pay import Appraisal, DocumentLeft, PacksOf, Timeline
from services.payroll.pay.whatif import WhatIf, compare, replay
from services.payroll.rules import PAY_PACKS, pay_packs_on, with_packs

# Whose decision states the door reads to answer: all subjects with these prefixes.
READ_FOR_WHAT_IF: Final = ("officer", "fund")
MONTHS_MAX: Final = 36
PACKS_MAX: Final = 16
OFFICERS_MAX: Final = 1_000


class OtherPack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pack of pay to replay with, as `adopt-rule-pack` would take it."""

    name: str
    version: str
    valid_from: date
    content: dict[str, Any]


class OtherAppraisal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A quarter's coefficient to replay with, in place of the confirmed one."""

    officer: OfficerNo
    year: int
    quarter: Annotated[int, Meta(ge=1, le=4)]
    coefficient_permille: Annotated[int, Meta(ge=0, le=3000)]


class OtherTown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The town an officer's post would belong to under another allocation."""

    officer: OfficerNo
    town: str


class AskWhatIf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Replay `first_month` to `last_month` under other packs, appraisals or an other allocation of posts to towns."""

    first_month: Month
    last_month: Month
    packs: Annotated[tuple[OtherPack, ...], Meta(max_length=PACKS_MAX)] = ()
    appraisals: Annotated[tuple[OtherAppraisal, ...], Meta(max_length=OFFICERS_MAX)] = ()
    towns: Annotated[tuple[OtherTown, ...], Meta(max_length=OFFICERS_MAX)] = ()


def what_if(asked: AskWhatIf, states: Mapping[str, msgspec.Struct], rules: RuleBook) -> WhatIf:
    """The answer, from decision states by subject (of `READ_FOR_WHAT_IF`) and the rules as adopted."""
    _refuse_impossible(asked)
    officers = [state for state in states.values() if isinstance(state, Officer) and state.officer]
    timelines = [timeline_of(one, asked.last_month) for one in officers]
    others = _other_timelines(asked, timelines)
    documents = _budgets(states)
    packs_of, others_of = _packs_of(rules), _packs_of(_other_rules(asked, rules))
    _refuse_off_scale(others, others_of, asked.last_month)
    now = replay(timelines, documents, packs_of, asked.last_month)
    other = replay(others, documents, others_of, asked.last_month)
    return compare(now, other, asked.first_month)


def _refuse_impossible(asked: AskWhatIf) -> None:
    if not asked.first_month <= asked.last_month < asked.first_month.plus(MONTHS_MAX):
        raise CommandRejected(
            "what-if-months-wrong",
            f"起止月份不正确，最多 {MONTHS_MAX} 个月",
            f"the months are the wrong way round or more than {MONTHS_MAX}",
        )
    unknown = sorted({one.name for one in asked.packs} - set(PAY_PACKS))
    if unknown:
        raise CommandRejected(
            "what-if-pack-unknown",
            f"工资测算不用规则包：{'、'.join(unknown)}",
            f"pay depends on no such pack: {', '.join(unknown)}",
        )


def _packs_of(rules: RuleBook) -> PacksOf:
    return cache(lambda month: pay_packs_on(rules, month.first_day))


def _other_rules(asked: AskWhatIf, rules: RuleBook) -> RuleBook:
    """The rules with the other packs; refused when one of them does not read as a pack of its name."""
    others = (
        AdoptedPack(
            name=one.name, version=one.version, valid_from=one.valid_from, citation="", sample=True, content=one.content
        )
        for one in asked.packs
    )
    book = with_packs(rules, others)
    try:
        for one in asked.packs:
            pay_packs_on(book, max(one.valid_from, asked.last_month.first_day))
    except msgspec.ValidationError as wrong:
        raise CommandRejected(
            "what-if-pack-invalid", f"规则包内容不正确：{wrong}", f"a pack's content does not fit: {wrong}"
        ) from None
    return book


def _refuse_off_scale(timelines: list[Timeline], packs_of: PacksOf, last: Month) -> None:
    """No officer may hold what the other packs do not know; named by code, in the month it is first missing."""
    positions = {post.position for one in timelines for post in one.posts}
    held = {certificate.qualification for one in timelines for certificate in one.certificates}
    kinds = {absent.kind for one in timelines for absent in one.absences}
    month = min((one.paid_through_month for one in timelines), default=last).plus(1)
    while month <= last:
        packs = packs_of(month)
        missing = sorted(
            (positions - set(packs.scale.positions))
            | ((held | {packs.scale.no_qualification}) - set(packs.scale.qualifications))
            | (kinds - set(packs.attendance.kinds))
        )
        if missing:
            raise CommandRejected(
                "not-on-pay-scale",
                f"{month} 的测算规则没有：{'、'.join(missing)}",
                f"the other rules of {month} do not know: {', '.join(missing)}",
            )
        month = month.plus(1)


def _other_timelines(asked: AskWhatIf, timelines: list[Timeline]) -> list[Timeline]:
    known = {one.officer for one in timelines}
    named = {one.officer for one in asked.appraisals} | {one.officer for one in asked.towns}
    unknown = sorted(named - known)
    if unknown:
        raise CommandRejected(
            "officer-unknown", f"没有低保员：{'、'.join(unknown)}", f"no such officer on record: {', '.join(unknown)}"
        )
    towns = {one.officer: one.town for one in asked.towns}
    return [_otherwise(one, asked.appraisals, towns.get(one.officer)) for one in timelines]


def _otherwise(timeline: Timeline, appraisals: tuple[OtherAppraisal, ...], town: str | None) -> Timeline:
    replace = msgspec.structs.replace
    behind = timeline.version + 1
    own = tuple(
        Appraisal(
            year=one.year, quarter=one.quarter, coefficient_permille=one.coefficient_permille, behind=behind
        )
        for one in appraisals
        if one.officer == timeline.officer
    )  # fmt: skip
    posts = timeline.posts if town is None else tuple(replace(post, town=town) for post in timeline.posts)
    return replace(timeline, appraisals=(*timeline.appraisals, *own), posts=posts)


def _budgets(states: Mapping[str, msgspec.Struct]) -> tuple[DocumentLeft, ...]:
    """Every funding document with all its money, for both replays spend it from the start."""
    found = []
    for subject, state in sorted(states.items()):
        if isinstance(state, Fund):
            year, _, source = subject.removeprefix("fund:").partition("-")
            found += [
                DocumentLeft(
                    year=int(year),
                    source=source,
                    document=one.document,
                    purposes=one.purposes,
                    left_fen=Fen(one.amount_fen),
                )
                for one in state.documents
            ]
    return tuple(found)
