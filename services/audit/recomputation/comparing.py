"""One stated slip held against its recomputation, line by line; each difference names the row and the facts behind it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from services.audit.recomputation.difference import Difference
from services.audit.recomputation.pay_packs import Packs
from services.audit.recomputation.payslip import LineOf, Recomputed
from services.audit.recomputation.sources import Document
from services.audit.recomputation.told import Told
from services.audit.recomputation.withholding import Withheld
from services.contracts.audit import Evidence
from services.contracts.money import Fen, yuan_text
from services.contracts.months import Month
from services.contracts.payroll import Basis, PayslipComputed, RunDrafted
from services.contracts.registry import Fact

RECOMPUTED_PAYSLIP: Final = "recomputed_payslip"
# What a line, a total or a basis is called; insurances are named by their code.
NAMES: Final[dict[str, tuple[str, str]]] = {
    "base": ("基本补贴", "base pay"),
    "position": ("职务补贴", "position allowance"),
    "service_years": ("服务年限补贴", "seniority allowance"),
    "qualification": ("职业资格补贴", "qualification allowance"),
    "performance": ("绩效补贴", "performance pay"),
    "gross_fen": ("应发合计", "gross pay"),
    "personal_insurance_fen": ("个人缴费合计", "personal insurance"),
    "employer_insurance_fen": ("单位缴费合计", "employer's insurance"),
    "net_fen": ("实发", "net pay"),
    "tax_fen": ("本月预扣个人所得税", "tax withheld"),
    "bank_account_pseudonym": ("收款账户", "bank account"),
    "month": ("月份", "month"),
    "town": ("镇街", "town"),
    "payer": ("支付单位", "payer"),
    "withholding_agent": ("扣缴义务人", "withholding agent"),
    "insured_unit": ("参保单位", "insured unit"),
    "officer_version": ("所依据的人员事实版本", "version of the officer's facts"),
    "pack_version": ("规则版本", "rule versions"),
    "notes": ("提示", "notes"),
    "slip": ("工资单", "payslip"),
}
SIDE_NAMES: Final = {
    "part": ("补贴", "part"),
    "personal": ("个人缴费", "personal insurance"),
    "employer": ("单位缴费", "employer's insurance"),
}
NONE: Final = "无 / none"
# Which version of a basis stands behind a part.
_BEHIND: Final = {
    "service_years": "service_version",
    "qualification": "qualification_version",
    "performance": "appraisal_version",
}
_RULED_BY: Final = {"part": "pay_scale", "personal": "insurance", "employer": "insurance"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A stated slip with all that its recomputation rests on. `paid`: the officer's earlier slips, in order."""

    slip: Told[PayslipComputed]
    draft: Told[RunDrafted]
    officer_facts: dict[int, Told[Fact]]
    paid: tuple[Told[PayslipComputed], ...] = ()
    packs: dict[Month, Packs] = field(default_factory=dict)

    @property
    def month(self) -> Month:
        """The run's month, whatever the slip says of itself."""
        return Month.parse(self.slip.number)

    def difference(
        self, line: str, said: object, recomputed: object, behind: Iterable[Evidence], name: tuple[str, str] | None = None
    ) -> Difference:  # fmt: skip
        slip = self.slip.fact
        zh, en = name or NAMES.get(line, (line, line))
        return Difference(
            kind=RECOMPUTED_PAYSLIP,
            about=f"officer:{slip.officer}",
            town=slip.town,
            month=str(self.month),
            line=line,
            said=str(said),
            recomputed=str(recomputed),
            evidence=unrepeated((self.slip.evidence, self.draft.evidence, *behind)),
            zh=f"{slip.officer} {self.month} 工资单：{zh}记为 {said}，按原始事实重算为 {recomputed}",
            en=f"{slip.officer}'s slip of {self.month}: {en} is stated as {said}, the facts give {recomputed}",
        )

    def versions(self, *versions: int) -> Iterator[Evidence]:
        """Where the officer's facts of these versions stand."""
        for version in sorted(set(versions)):
            if version in self.officer_facts:
                yield self.officer_facts[version].evidence


def unrepeated(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Each record once, in the order it was named."""
    return tuple({one.event_id: one for one in evidence}.values())


def yuan(fen: int) -> str:
    return f"{yuan_text(Fen(fen))} 元"


def different_lines(case: Case, recomputed: Recomputed) -> Iterator[Difference]:
    """Every line of the slip, and every one put off, that is not what is due less what was paid."""
    slip = case.slip.fact
    for what, stated, expected in (
        ("lines", slip.lines, recomputed.lines),
        ("deferred", slip.deferred, recomputed.deferred),
    ):
        said: dict[LineOf, int] = {}
        for line in stated:
            key = (line.side, line.code, line.month)
            said[key] = said.get(key, 0) + line.amount_fen
        for key in sorted({*said, *expected}, key=str):
            # A line of nothing is a line: all five parts are always stated.
            said_fen, fen = said.get(key), expected.get(key)
            if said_fen != fen:
                yield _line(case, what, key, said_fen, fen, recomputed)


def _line(
    case: Case, what: str, key: LineOf, said_fen: int | None, fen: int | None, recomputed: Recomputed
) -> Difference:
    side, code, month = key
    zh, en = SIDE_NAMES.get(side, (side, side))
    zh, en = NAMES.get(code, (f"{zh} {code}", f"{en} {code}"))
    if month != case.month:
        zh, en = f"{month} 的{zh}差额", f"the difference of {en} of {month}"
    if what == "deferred":
        zh, en = f"留待以后的{zh}", f"put off: {en}"
    return case.difference(
        f"{'' if what == 'lines' else 'deferred/'}{side}/{code}/{month}",
        NONE if said_fen is None else yuan(said_fen),
        NONE if fen is None else yuan(fen),
        _behind_line(case, key, recomputed.bases.get(month)),
        (zh, en),
    )


def _behind_line(case: Case, key: LineOf, basis: Basis | None) -> Iterator[Evidence]:
    side, code, month = key
    packs = case.packs.get(month)
    if basis is not None:
        posts = [one.behind_version for one in basis.posts]
        if side == "part":
            own = getattr(basis, _BEHIND[code]) if code in _BEHIND else 0
            yield from case.versions(own, *posts, *(one.behind_version for one in basis.absences))
        else:
            yield from case.versions(basis.contribution_base_version, *posts)
    if packs is not None:
        yield packs.evidence[_RULED_BY.get(side, "pay_scale")]
        if basis is not None and basis.absences:
            yield packs.evidence["attendance"]
    for one in case.paid:
        if any((line.side, line.code, line.month) == key for line in one.fact.lines):
            yield one.evidence


def different_bases(case: Case, recomputed: Recomputed) -> Iterator[Difference]:
    """What the slip says its months rest on, against what the officer's facts say."""
    said = {one.month: one for one in case.slip.fact.bases}
    for month in sorted({*said, *recomputed.bases}):
        stated, basis = said.get(month), recomputed.bases.get(month)
        if stated is None or basis is None:
            line = f"basis/{month}"
            name = (f"{month} 的计算依据", f"the basis of {month}")
            yield case.difference(line, _has(stated), _has(basis), (), name)
            continue
        for field_name in Basis.__struct_fields__:
            one, other = getattr(stated, field_name), getattr(basis, field_name)
            if one != other:
                versions = _versions_of(stated) | _versions_of(basis)
                line = f"basis/{month}/{field_name}"
                name = (f"{month} 的计算依据 {field_name}", f"{field_name} in the basis of {month}")
                yield case.difference(line, _shown(one), _shown(other), case.versions(*versions), name)


def _has(basis: Basis | None) -> str:
    return NONE if basis is None else "有 / stated"


def _shown(value: object) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return "；".join(",".join(str(getattr(one, name)) for name in one.__struct_fields__) for one in value) or NONE


def _versions_of(basis: Basis) -> set[int]:
    named = {basis.service_version, basis.qualification_version, basis.appraisal_version}
    named |= {one.behind_version for one in basis.posts} | {one.behind_version for one in basis.absences}
    return (named | {basis.contribution_base_version}) - {0}


def different_tax(case: Case, expected: Withheld, before: dict[str, int]) -> Iterator[Difference]:
    """The withholding's working and its result, by what the slip itself pays."""
    stated = case.slip.fact.withholding
    said: dict[str, object] = {f"before.{name}": getattr(stated.before, name) for name in before}
    wanted: dict[str, object] = {f"before.{name}": fen for name, fen in before.items()}
    for name in (
        "special_deduction_fen", "deduction_fen", "deduction_months", "deduction_rule", "taxable_fen",
        "rate_basis_points", "quick_deduction_fen", "tax_fen",
    ):  # fmt: skip
        said[name], wanted[name] = getattr(stated, name), getattr(expected, name)
    behind = list(_behind_tax(case))
    for name, value in wanted.items():
        if said[name] != value:
            names = (f"累计预扣 {name}", f"{name} of the withholding")
            yield case.difference(f"tax/{name}", said[name], value, behind, names)


def _behind_tax(case: Case) -> Iterator[Evidence]:
    if case.month in case.packs:
        yield case.packs[case.month].evidence["income_tax"]
    for version, one in case.officer_facts.items():
        if version <= case.slip.fact.officer_version and type(one.fact).__name__ in (
            "OfficerTakenOver", "OfficerAppointed", "SpecialDeductionDeclared", "TaxStandingDeclared",
        ):  # fmt: skip
            yield one.evidence
    for paid in case.paid:
        if paid.fact.month.year == case.month.year:
            yield paid.evidence


def different_totals(case: Case) -> Iterator[Difference]:
    """The slip's sums, against its own lines and tax."""
    slip = case.slip.fact
    sums = {side: sum(line.amount_fen for line in slip.lines if line.side == side) for side in SIDE_NAMES}
    expected = {
        "gross_fen": sums["part"],
        "personal_insurance_fen": sums["personal"],
        "employer_insurance_fen": sums["employer"],
        "tax_fen": int(slip.withholding.tax_fen),
        "net_fen": sums["part"] - sums["personal"] - slip.withholding.tax_fen,
    }
    for name, fen in expected.items():
        if getattr(slip, name) != fen:
            yield case.difference(name, yuan(getattr(slip, name)), yuan(fen), ())


def different_words(case: Case, expected: dict[str, str]) -> Iterator[Difference]:
    """Whom the slip pays, from which account, under which rules."""
    for name, text in expected.items():
        said = getattr(case.slip.fact, name)
        said = " ".join(sorted(said)) if isinstance(said, tuple) else str(said)
        if said != text:
            yield case.difference(name, said or NONE, text or NONE, case.versions(*case.officer_facts))


def different_charges(
    case: Case, shares: list[dict[Document, int]], booked: dict[Document, Evidence]
) -> Iterator[Difference]:
    """Which document pays each line, to the fen; `booked` are the facts by which documents came in."""
    funding = case.packs[case.month].evidence["funding"]
    for line, share in zip(case.slip.fact.lines, shares, strict=True):
        said: dict[Document, int] = {}
        for one in line.charges:
            said[one.source, one.document] = said.get((one.source, one.document), 0) + one.amount_fen
        if {key: fen for key, fen in said.items() if fen} != share:
            zh, en = NAMES.get(line.code, (line.code, line.code))
            behind = (funding, *(booked[key] for key in {**said, **share} if key in booked))
            yield case.difference(
                f"charges/{line.side}/{line.code}/{line.month}",
                _charges(said),
                _charges(share),
                behind,
                (f"{line.month} {zh}的资金列支", f"the money that pays {en} of {line.month}"),
            )


def _charges(shares: dict[Document, int]) -> str:
    return "；".join(f"{source}/{document} {yuan(fen)}" for (source, document), fen in shares.items()) or NONE
