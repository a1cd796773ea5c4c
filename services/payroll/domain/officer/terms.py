"""What an officer holds by paper: contracts, certificates, position, deductions, insurance base, account, phone; it moves nobody."""

from services.contracts.deciding import CommandRejected, Context
from services.contracts.likeness import phone_pseudonym
from services.contracts.money import Fen, times_ratio, yuan_text
from services.contracts.payroll import (
    BankAccountChanged,
    CertificateExpired,
    CertificateRecorded,
    CertificateRevoked,
    ContributionBaseSet,
    OfficerContract,
    OfficerContractRecorded,
    OfficerPhoneChanged,
    PositionChanged,
    SpecialDeductionDeclared,
    TaxStandingDeclared,
)
from services.contracts.registry import Fact
from services.contracts.sealed import Clear
from services.payroll.domain.guards import (
    in_order,
    no_personal_number,
    not_in_future,
    on_list,
    rejected_unless,
    text_given,
)
from services.payroll.domain.officer.commands import (
    ChangeBankAccount,
    ChangePhone,
    ChangePosition,
    DeclareSpecialDeduction,
    DeclareTaxStanding,
    ExpireCertificate,
    Held,
    RecordCertificate,
    RecordContract,
    RevokeCertificate,
    SetContributionBase,
    Terms,
)
from services.payroll.domain.officer.state import Officer
from services.payroll.domain.officer.state import on as holding_on
from services.payroll.pay import Certified
from services.payroll.rules import APPOINTMENT, CONTRACT_MODES, PAY_SCALE, Appointment, ContractModes, PayScale, pack_on

MONTHS_OF_A_YEAR = 12


def contract_of(terms: Terms, context: Context) -> OfficerContract:
    """A contract with what its mode means by the rules in force (二(二), 财政部令第102号)."""
    modes = pack_on(context.rules, CONTRACT_MODES, context.today, ContractModes).modes
    conflicts = pack_on(context.rules, APPOINTMENT, context.today, Appointment).mode_conflicts
    on_list("contract.mode", terms.mode, modes)
    in_order("contract.from_on", terms.from_on, "contract.until_on", terms.until_on)
    text_given("contract.document", terms.document)
    mode = modes[terms.mode]
    return OfficerContract(
        contract_no=terms.contract_no,
        mode=terms.mode,
        from_on=terms.from_on,
        until_on=terms.until_on,
        payer=mode.payer,
        withholding_agent=mode.withholding_agent,
        insured_unit=mode.insured_unit,
        conflict=conflicts.get(terms.mode, ""),
        document=terms.document,
    )


def record_contract(officer: Officer, command: RecordContract, context: Context) -> tuple[Fact, ...]:
    assert officer.appointed_on is not None
    contract = contract_of(command.contract, context)
    in_order("appointed_on", officer.appointed_on, "contract.from_on", contract.from_on)
    return (OfficerContractRecorded(officer=command.officer, town=officer.town, contract=contract),)


# ---- certificates


def certificate_of(held: Held, context: Context) -> str:
    """The pseudonym of a certificate's number: the same paper is the same for ever, and says nothing."""
    return context.pseudonym(f"certificate|{held.number.strip().upper()}")


def refuse_certificate(held: Held, context: Context) -> None:
    """No allowance without a certificate whose qualification the scale knows, with number, date and document (二(四))."""
    scale = pack_on(context.rules, PAY_SCALE, context.today, PayScale)
    on_list("qualification", held.qualification, scale.qualifications.keys() - {scale.no_qualification})
    rejected_unless(bool(held.number.strip()), "text-missing", "须填写证书编号", "the certificate's number is missing")
    text_given("document", held.document)
    not_in_future("issued_on", held.issued_on, context)
    in_order("issued_on", held.issued_on, "expires_on", held.expires_on)


def recorded(officer: str, town: str, person: str, held: Held, context: Context) -> CertificateRecorded:
    return CertificateRecorded(
        officer=officer,
        town=town,
        certificate=certificate_of(held, context),
        number=Clear(person=person, group="identity", text=held.number),
        qualification=held.qualification,
        issued_on=held.issued_on,
        expires_on=held.expires_on,
        document=held.document,
    )


def record_certificate(officer: Officer, command: RecordCertificate, context: Context) -> tuple[Fact, ...]:
    held = command.held
    refuse_certificate(held, context)
    known = officer.certificates.get(certificate_of(held, context))
    same = known is not None and (known.qualification, known.from_on, known.until_on) == (
        held.qualification,
        held.issued_on,
        held.expires_on,
    )
    return () if same else (recorded(command.officer, officer.town, officer.person, held, context),)


def _certificate(officer: Officer, certificate: str) -> Certified:
    known = officer.certificates.get(certificate)
    if known is None:
        raise CommandRejected("certificate-unknown", "没有登记该证书", "no such certificate is on record")
    return known


def revoke_certificate(officer: Officer, command: RevokeCertificate, context: Context) -> tuple[Fact, ...]:
    known = _certificate(officer, command.certificate)
    text_given("reason", command.reason)
    text_given("document", command.document)
    not_in_future("invalid_from_on", command.invalid_from_on, context)
    return (
        CertificateRevoked(
            officer=command.officer,
            town=officer.town,
            certificate=command.certificate,
            qualification=known.qualification,
            invalid_from_on=max(command.invalid_from_on, known.from_on),
            reason=command.reason,
            document=command.document,
        ),
    )


def expire_certificate(officer: Officer, command: ExpireCertificate, context: Context) -> tuple[Fact, ...]:
    """Renewed, revoked or stated before: nothing to say."""
    known = officer.certificates.get(command.certificate)
    if known is None or known.until_on != command.expires_on or command.certificate in officer.expired:
        return ()
    rejected_unless(
        context.today > command.expires_on, "not-expired", "证书尚未到期", "the certificate has not run out yet"
    )
    return (
        CertificateExpired(
            officer=command.officer,
            town=officer.town,
            certificate=command.certificate,
            qualification=known.qualification,
            expires_on=command.expires_on,
        ),
    )


# ---- position, deductions, base, account


def change_position(officer: Officer, command: ChangePosition, context: Context) -> tuple[Fact, ...]:
    assert officer.appointed_on is not None
    on_list("position", command.position, pack_on(context.rules, PAY_SCALE, context.today, PayScale).positions)
    in_order("appointed_on", officer.appointed_on, "from_on", command.from_on)
    text_given("document", command.document)
    previous = holding_on(command.from_on, officer.positions).code
    if previous == command.position:
        return ()
    return (
        PositionChanged(
            officer=command.officer,
            town=officer.town,
            position=command.position,
            previous=previous,
            from_on=command.from_on,
            document=command.document,
        ),
    )


def declare_deduction(command: DeclareSpecialDeduction) -> tuple[Fact, ...]:
    text_given("document", command.document)
    return (
        SpecialDeductionDeclared(
            officer=command.officer,
            from_month=command.from_month,
            monthly_fen=Fen(command.monthly_fen),
            document=command.document,
        ),
    )


def declare_tax_standing(command: DeclareTaxStanding) -> tuple[Fact, ...]:
    """Both figures of last year or neither; what they mean for the basic deduction is the tax rules'."""
    text_given("document", command.document)
    rejected_unless(
        (command.last_year_months is None) == (command.last_year_income_fen is None),
        "last-year-incomplete",
        "上年任职月数与工资收入须同时填写",
        "last year's months and wages go together",
    )
    income_fen = None if command.last_year_income_fen is None else Fen(command.last_year_income_fen)
    return (
        TaxStandingDeclared(
            officer=command.officer,
            year=command.year,
            first_job=command.first_job,
            last_year_months=command.last_year_months,
            last_year_income_fen=income_fen,
            document=command.document,
        ),
    )


def set_base(officer: Officer, command: SetContributionBase) -> tuple[Fact, ...]:
    """Last year's own average of what was paid (社会保险法 art. 12); retro pay of a later year does not touch it."""
    assert officer.appointed_on is not None
    text_given("document", command.document)
    no_personal_number(command.reason)
    rejected_unless(
        command.wage_year == command.from_month.year - 1,
        "wage-year-wrong",
        f"{command.from_month} 的缴费基数按 {command.from_month.year - 1} 年本人平均工资核定",
        f"the base from {command.from_month} on rests on the wages of {command.from_month.year - 1}",
    )
    wages = command.wages
    months, gross_fen = (0, Fen(0)) if wages is None else (wages.months, wages.gross_fen)
    proposed_fen = times_ratio(gross_fen, 1, months) if months else Fen(0)
    base_fen = proposed_fen if command.base_fen is None else Fen(command.base_fen)
    rejected_unless(
        base_fen > 0,
        "wages-unknown",
        f"本系统没有 {command.wage_year} 年的发放记录，须填写基数并说明理由",
        f"nothing was paid here in {command.wage_year}; state the base and a reason",
    )
    # A year that was paid here in part only says nothing of the months before: the stated base needs its reason too.
    rejected_unless(
        (base_fen == proposed_fen and months == MONTHS_OF_A_YEAR) or bool(command.reason.strip()),
        "base-unexplained",
        f"按 {months} 个月发放记录测算为 {yuan_text(proposed_fen)} 元；采用其他基数或不足十二个月的须说明理由",
        f"{months} months paid give {yuan_text(proposed_fen)} yuan; another base or a part year needs a reason",
    )
    return (
        ContributionBaseSet(
            officer=command.officer,
            from_month=command.from_month,
            base_fen=base_fen,
            proposed_fen=proposed_fen,
            wage_year=command.wage_year,
            months=months,
            wages_fen=gross_fen,
            reason=command.reason,
            document=command.document,
        ),
    )


def change_account(officer: Officer, command: ChangeBankAccount, context: Context) -> tuple[Fact, ...]:
    text_given("document", command.document)
    account = command.bank_account.strip()
    rejected_unless(bool(account), "text-missing", "须填写账号", "the account is missing")
    pseudonym = context.pseudonym(f"account|{account}")
    if pseudonym == officer.bank_account_pseudonym:
        return ()
    refuse_shared_account(command.account_holders)
    return (
        BankAccountChanged(
            officer=command.officer,
            town=officer.town,
            bank_account=Clear(person=officer.person, group="retention", text=account),
            bank_account_pseudonym=pseudonym,
            previous_pseudonym=officer.bank_account_pseudonym,
            document=command.document,
        ),
    )


def change_phone(officer: Officer, command: ChangePhone, context: Context) -> tuple[Fact, ...]:
    text_given("document", command.document)
    pseudonym = phone_pseudonym(command.phone, context.pseudonym)
    rejected_unless(bool(pseudonym), "text-missing", "须填写电话号码", "the phone number is missing")
    if pseudonym == officer.phone_pseudonym:
        return ()
    return (
        OfficerPhoneChanged(
            officer=command.officer,
            town=officer.town,
            phone=Clear(person=officer.person, group="identity", text=command.phone.strip()),
            phone_pseudonym=pseudonym,
            previous_pseudonym=officer.phone_pseudonym,
            document=command.document,
        ),
    )


def refuse_shared_account(holders: tuple[str, ...]) -> None:
    """Pay goes to an account of the officer's own (工资支付暂行规定 art. 6); incumbents who share one are found by audit."""
    rejected_unless(
        not holders,
        "account-in-use",
        f"该账户已是 {'、'.join(holders)} 的工资账户",
        f"this account is the pay account of {', '.join(holders)}",
    )
