"""Irregularities in funds: over the cap, off purpose, beyond the balance, left lying, lost on the way, misuse left alone."""

import random
from datetime import date, datetime, timedelta
from typing import Any

from services.contracts.money import Fen
from services.contracts.payroll import (
    Charge,
    FundBudgetChanged,
    FundBudgeted,
    FundCommitted,
    FundCredited,
    FundMoveDeclined,
    FundMovedIn,
    FundMovedOut,
    FundPaid,
    FundReleased,
    MisuseAccounted,
    MisuseClosed,
    MisuseFound,
    MisuseHandled,
    MovedMoney,
)
from tests.contract.golden import made
from tests.fraud.corpus import Corpus
from tests.fraud.forging import at, pair, said

DOCUMENT = "示例文件1号"
BOOKED_AT = at(date(2025, 4, 7))
PAY = ("officer_pay", "officer_insurance")


def budgeted(fen: int, source: str = "3", *, year: int = 2025, **changes: Any) -> FundBudgeted:
    ordinary: dict[str, Any] = {
        "year": year, "source": source, "amount_fen": Fen(fen), "document": DOCUMENT, "purposes": PAY,
        "cap_basis_fen": None,
    }  # fmt: skip
    return made(FundBudgeted, **(ordinary | changes))


def charge(fen: int, document: str = DOCUMENT) -> tuple[Charge, ...]:
    return (Charge(source="3", document=document, amount_fen=Fen(fen)),)


def committed(fen: int, document: str = DOCUMENT, *, run: str = "2025-04", invoice: str = "") -> FundCommitted:
    return made(
        FundCommitted, source="3", run="" if invoice else run, invoice=invoice, amount_fen=Fen(fen),
        by_document=charge(fen, document),
    )  # fmt: skip


def spent(fen: int, document: str = DOCUMENT, *, run: str = "2025-04", invoice: str = "") -> FundPaid:
    return made(
        FundPaid, source="3", run="" if invoice else run, invoice=invoice, claim="", amount_fen=Fen(fen),
        by_document=charge(fen, document),
    )  # fmt: skip


def booked(corpus: Corpus, *facts: Any, when: datetime = BOOKED_AT, year: int = 2025, source: str = "3") -> str:
    """A source of its own with these facts; its subject."""
    subject = f"fund:{year}-{source}F{corpus.number()}"
    said(corpus, subject, when, *facts)
    return subject


@pair("source_over_cap")
def over_cap(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Source ② a fen or more above 1 %: by a second document (also after money left), a change, a transfer. Innocent: the cap to the fen; another source."""
    basis = rng.randint(1_000_000, 90_000_000)
    cap, over = basis // 100, rng.randint(1, 90_000)
    first = budgeted(cap, "2", cap_basis_fen=Fen(basis))
    moved = made(FundMovedIn, why="transfer", year=2025, source="2", documents=(), amount_fen=Fen(over))
    passed_on = made(
        FundMovedOut, move_no=f"F{corpus.number()}", why="transfer", year=2025, source="2", amount_fen=Fen(over),
        documents=(MovedMoney(document=DOCUMENT, amount_fen=Fen(over), purposes=PAY),),
    )  # fmt: skip
    again = budgeted(over, "2", document="示例文件2号", cap_basis_fen=Fen(basis))
    more = rng.choice(
        (
            (again,),
            (passed_on, again),
            (made(FundBudgetChanged, year=2025, source="2", document=DOCUMENT, change_fen=Fen(over)),),
            (moved,),
        )
    )
    carried = made(FundMovedIn, why="carry_over", year=2025, source="2", documents=(), amount_fen=Fen(over))
    return (
        booked(corpus, first, *more, source="2"),
        booked(corpus, first, carried, source="2"),
        booked(corpus, budgeted(cap + over, "3")),
    )


@pair("fund_overcommitted")
def overcommitted(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """More set aside, moved out or taken off than is left. Innocent: to the last fen; again after a release, after a credit."""
    fen, over = rng.randint(1000, 9_000_000), rng.randint(1, 900)
    money = MovedMoney(document=DOCUMENT, amount_fen=Fen(over), purposes=PAY)
    fault = rng.choice(
        (
            committed(over, run="2025-05"),
            made(
                FundMovedOut,
                move_no=f"F{corpus.number()}",
                year=2025,
                source="3",
                documents=(money,),
                amount_fen=Fen(over),
            ),
            made(FundBudgetChanged, year=2025, source="3", document=DOCUMENT, change_fen=Fen(-over)),
        )
    )
    released = made(
        FundReleased, source="3", run="2025-04", invoice="", claim="", amount_fen=Fen(fen), by_document=charge(fen)
    )
    credited = made(FundCredited, source="3", run="2025-04", invoice="", amount_fen=Fen(fen), by_document=charge(fen))
    whole = (budgeted(fen), committed(fen))
    return (
        booked(corpus, *whole, fault),
        booked(corpus, *whole, released, committed(fen, run="2025-05")),
        booked(corpus, *whole, spent(fen), credited, committed(fen, run="2025-05")),
    )


@pair("fund_paid_beyond")
def paid_beyond(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """More paid than was set aside, at once, again, or for another run. Innocent: in two parts that come to it."""
    fen = rng.randint(1000, 9_000_000)
    fault = rng.choice(
        (
            (spent(fen + rng.randint(1, 900)),),
            (spent(fen), spent(rng.randint(1, fen))),
            (spent(fen, run="2025-05"),),
        )
    )
    begun, part_fen = (budgeted(2 * fen), committed(fen)), rng.randint(1, fen - 1)
    whole = [Fen(part_fen), Fen(fen - part_fen)]
    # One finding each: the second of two payments alone goes beyond.
    return booked(corpus, *begun, *fault), booked(corpus, *begun, *(spent(one) for one in whole))


@pair("spending_off_purpose")
def off_purpose(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Relief money for pay, pay money for an invoice, services money for pay. Innocent: each for its own purpose."""
    fen = rng.randint(1000, 9_000_000)
    relief, services = ("hardship_relief",), ("purchased_services", "training")
    guilty = rng.choice(
        (
            (budgeted(fen, purposes=relief), committed(fen)),
            (budgeted(fen, purposes=services), committed(fen)),
            (budgeted(fen), committed(fen, invoice="FP-1")),
        )
    )
    return (
        booked(corpus, *guilty),
        booked(corpus, budgeted(fen), committed(fen), spent(fen)),
        booked(corpus, budgeted(fen, purposes=services), committed(fen, invoice="FP-1"), spent(fen, invoice="FP-1")),
    )


@pair("spending_without_document")
def unbooked(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Set aside by a document that was never booked. Innocent: one that came in with a transfer."""
    fen = rng.randint(1000, 9_000_000)
    name = f"示例文件{rng.randint(2, 99)}号"
    money = MovedMoney(document=name, amount_fen=Fen(fen), purposes=PAY)
    number = f"F{corpus.number()}"
    moved = made(
        FundMovedIn, move_no=number, why="transfer", year=2025, source="3", documents=(money,), amount_fen=Fen(fen)
    )
    return booked(corpus, budgeted(fen), committed(fen, name)), booked(corpus, moved, committed(fen, name))


@pair("carry_over_missing")
def left_lying(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Money left of a year long over. Innocent: carried over; nothing left of it."""
    fen, year = rng.randint(1000, 9_000_000), rng.choice((2022, 2023))
    money = MovedMoney(document=DOCUMENT, amount_fen=Fen(fen), purposes=PAY)
    out = made(
        FundMovedOut, move_no=f"F{corpus.number()}", why="carry_over", year=year, source="3", to_year=year + 1,
        documents=(money,), amount_fen=Fen(fen),
    )  # fmt: skip
    first = budgeted(fen, year=year)
    return (
        booked(corpus, first, committed(rng.randint(1, fen - 1)), year=year),
        booked(corpus, first, out, year=year),
        booked(corpus, first, committed(fen), year=year),
    )


def _move(corpus: Corpus, fen: int, purposes: tuple[str, ...] = PAY) -> tuple[FundMovedOut, FundMovedIn]:
    number = f"TJ-F{corpus.number()}"
    money = MovedMoney(document=DOCUMENT, amount_fen=Fen(fen), purposes=PAY)
    other = MovedMoney(document=DOCUMENT, amount_fen=Fen(fen), purposes=purposes)
    out = made(
        FundMovedOut, move_no=number, why="transfer", year=2025, source="4", documents=(money,), amount_fen=Fen(fen)
    )
    into = made(
        FundMovedIn, move_no=number, why="transfer", year=2025, source="3", documents=(other,), amount_fen=Fen(fen)
    )
    return out, into


@pair("move_not_received")
def lost_on_the_way(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Out and never in, in with less, or in from nowhere. Innocent: in whole; declined, so that it goes back."""
    fen = rng.randint(1000, 9_000_000)
    out, into = _move(corpus, fen)
    guilty = booked(corpus, budgeted(fen, "4"), out)
    if rng.random() < 0.5:
        less = Fen(fen - rng.randint(1, fen - 1))
        booked(corpus, made(FundMovedIn, move_no=out.move_no, why="transfer", year=2025, documents=(), amount_fen=less))
    out, into = _move(corpus, fen)
    right = booked(corpus, budgeted(fen, "4"), out)
    booked(corpus, into)
    out, _ = _move(corpus, fen)
    declined = booked(corpus, budgeted(fen, "4"), out)
    booked(corpus, made(FundMoveDeclined, move_no=out.move_no, documents=(), amount_fen=Fen(fen)))
    return guilty, right, declined


@pair("move_changed_purposes")
def other_purposes(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """In with a purpose more or another. Innocent: with the same in another order."""
    fen = rng.randint(1000, 9_000_000)
    out, into = _move(corpus, fen, rng.choice((("purchased_services",), (*PAY, "training"), PAY[:1])))
    booked(corpus, budgeted(fen, "4"), out)
    guilty = booked(corpus, into)
    out, into = _move(corpus, fen, PAY[::-1])
    booked(corpus, budgeted(fen, "4"), out)
    return guilty, booked(corpus, into)


def _misuse(corpus: Corpus, found_on: date, *facts: Any, fen: int = 50_000) -> str:
    subject = f"misuse:F{corpus.number()}"
    found = made(MisuseFound, misuse_no=subject, amount_fen=Fen(fen), found_on=found_on, town="")
    said(corpus, subject, at(found_on), found, *facts)
    return subject


def _closed(fen: int, reason: str = "") -> MisuseClosed:
    return made(MisuseClosed, unrecovered_fen=Fen(fen), reason=reason)


@pair("misuse_unhandled")
def left_alone(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Found long ago and not handled. Innocent: handled; found days ago."""
    found_on = date(2025, 6, 1) + timedelta(days=rng.randrange(200))
    return (
        _misuse(corpus, found_on),
        _misuse(corpus, found_on, made(MisuseHandled, recovered_fen=Fen(0))),
        _misuse(corpus, date(2026, 3, rng.randint(5, 30))),
    )


@pair("misuse_closed_open")
def closed_open(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Closed without handling, without accountability, or silent on what is not recovered. Innocent: all of it done and said."""
    found_on = date(2025, 6, 1) + timedelta(days=rng.randrange(200))
    handled, accounted = made(MisuseHandled, recovered_fen=Fen(20_000)), made(MisuseAccounted)
    fault = rng.choice(
        (
            (_closed(50_000, "示例"),),
            (handled, _closed(30_000, "示例")),
            (handled, accounted, _closed(0)),
            (handled, accounted, _closed(30_000)),
        )
    )
    return _misuse(corpus, found_on, *fault), _misuse(
        corpus, found_on, handled, accounted, _closed(30_000, "示例：无法追回")
    )
