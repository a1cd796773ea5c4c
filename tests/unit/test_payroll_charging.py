"""Proves that lines are paid to the fen by documents that may pay them, in the stated order, whenever that can be done at all."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import Charge, PayLine, Side
from services.payroll.pay import DocumentLeft, NotEnough, charged, in_order

MARCH = Month(2026, 3)
PAY, INSURANCE = "officer_pay", "officer_insurance"
MAY = {"both": (PAY, INSURANCE), "pay": (PAY,), "insurance": (INSURANCE,), "neither": ("hardship_relief",)}


def document(source: str, name: str, left_fen: int, may: str = "both") -> DocumentLeft:
    return DocumentLeft(year=2026, source=source, document=name, purposes=MAY[may], left_fen=Fen(left_fen))


def line(amount_fen: int, side: Side = "part") -> PayLine:
    return PayLine(side=side, code="base", month=MARCH, amount_fen=Fen(amount_fen))


def paid(lines: tuple[PayLine, ...]) -> list[list[tuple[str, int]]]:
    return [[(one.document, int(one.amount_fen)) for one in each.charges] for each in lines]


def test_lines_take_from_the_sources_in_order_and_run_over_from_one_document_to_the_next() -> None:
    documents = [document("3", "C", 100), document("1", "A", 30), document("2", "B", 5)]
    (slip,) = charged(in_order(documents, 2026, ("1", "2", "3", "4")), [(line(20), line(20, "employer"))])
    assert paid(slip) == [[("A", 20)], [("A", 10), ("B", 5), ("C", 5)]]


def test_an_officers_own_insurance_is_paid_out_of_gross_and_charged_to_nobody() -> None:
    (slip,) = charged([document("1", "A", 30)], [(line(20), line(9, "personal"))])
    assert paid(slip) == [[("A", 20)], []]


def test_within_a_source_the_document_that_may_pay_less_pays_first() -> None:
    documents = in_order([document("1", "wide", 30), document("1", "narrow", 30, "pay")], 2026, ("1",))
    (slip,) = charged(documents, [(line(20), line(20, "employer"))])
    assert paid(slip) == [[("narrow", 20)], [("wide", 20)]]


def test_pay_leaves_to_insurance_what_no_other_document_could_give_it() -> None:
    """Source 1 may pay both, source 3 pay alone: taken greedily, pay would use source 1 up and insurance starve."""
    documents = in_order([document("1", "A", 30), document("3", "C", 25, "pay")], 2026, ("1", "3"))
    (slip,) = charged(documents, [(line(30), line(20, "employer"))])
    assert paid(slip) == [[("A", 10), ("C", 20)], [("A", 20)]]


def test_what_a_document_may_not_pay_it_never_pays_and_the_refusal_names_it() -> None:
    documents = [document("1", "relief", 1_000, "neither"), document("3", "C", 10)]
    with pytest.raises(NotEnough) as no:
        charged(documents, [(line(11),)])
    assert (no.value.purposes, no.value.missing_fen) == ((PAY,), Fen(1))
    assert [one.document for one in no.value.withheld] == ["relief"]


def test_two_purposes_that_share_a_document_fall_short_together() -> None:
    with pytest.raises(NotEnough) as no:
        charged([document("1", "A", 30)], [(line(20), line(11, "employer"))])
    assert (no.value.purposes, no.value.missing_fen) == ((INSURANCE, PAY), Fen(1))


def test_differences_are_set_off_within_the_slip_before_money_is_drawn() -> None:
    (slip,) = charged([document("1", "A", 15), document("3", "C", 100)], [(line(40), line(-20))])
    assert paid(slip) == [[("A", 35), ("C", 5)], [("A", -20)]]


def test_a_slip_that_gives_back_gives_to_the_first_document_and_nobody_spends_it_yet() -> None:
    documents = [document("1", "A", 0), document("3", "C", 50)]
    first, second = charged(documents, [(line(-20),), (line(50),)])
    assert paid(first) == [[("A", -20)]]
    assert paid(second) == [[("C", 50)]]


DOCUMENTS = st.lists(
    st.builds(
        lambda n, source, left, may: document(source, f"D{n}", left, may),
        st.integers(0, 10_000),
        st.sampled_from("1234"),
        st.integers(0, 300),
        st.sampled_from(tuple(MAY)),
    ),
    max_size=6,
    unique_by=lambda one: one.document,
)
SIDES: tuple[Side, ...] = ("part", "personal", "employer")
SLIPS = st.lists(
    st.lists(st.builds(line, st.integers(-40, 80), st.sampled_from(SIDES)), max_size=6).map(tuple), max_size=6
)


def needs(slips: list[tuple[PayLine, ...]]) -> tuple[int, int]:
    """What the slips take for pay and for insurance, each slip's own differences set off."""
    return tuple(  # type: ignore[return-value]
        sum(max(0, sum(one.amount_fen for one in slip if one.side == side)) for slip in slips)
        for side in ("part", "employer")
    )


def can_be_paid(documents: list[DocumentLeft], slips: list[tuple[PayLine, ...]]) -> bool:
    """By another way than the purse: some share of each document that may pay both goes to pay, the rest to insurance."""
    pay, insurance = needs(slips)
    only_pay = sum(one.left_fen for one in documents if one.purposes == MAY["pay"])
    only_insurance = sum(one.left_fen for one in documents if one.purposes == MAY["insurance"])
    both = sum(one.left_fen for one in documents if one.purposes == MAY["both"])
    enough = any(pay <= only_pay + shared and insurance <= only_insurance + both - shared for shared in range(both + 1))
    negative = {one.side for slip in slips for one in slip if one.amount_fen < 0 and one.side != "personal"}
    somewhere = {"part": {"both", "pay"}, "employer": {"both", "insurance"}}
    kinds = {kind for one, (kind, may) in product(documents, MAY.items()) if one.purposes == may}
    return enough and all(somewhere[side] & kinds for side in negative)


@given(DOCUMENTS, SLIPS)
def test_whenever_the_documents_can_pay_a_run_at_all_it_is_split_to_the_fen(
    documents: list[DocumentLeft], slips: list[tuple[PayLine, ...]]
) -> None:
    ordered = in_order(documents, 2026, ("1", "2", "3", "4"))
    try:
        split = charged(ordered, slips)
    except NotEnough:
        assert not can_be_paid(documents, slips)
        return
    assert can_be_paid(documents, slips)
    taken: dict[str, int] = {}
    for before, after in zip(slips, split, strict=True):
        net: dict[str, int] = {}
        for old, new in zip(before, after, strict=True):
            assert (old.side, old.code, old.amount_fen) == (new.side, new.code, new.amount_fen)
            wanted = 0 if new.side == "personal" else new.amount_fen
            assert sum(one.amount_fen for one in new.charges) == wanted
            for one in new.charges:
                purpose = PAY if new.side == "part" else INSURANCE
                assert purpose in next(d.purposes for d in documents if d.document == one.document)
                net[one.document] = net.get(one.document, 0) + one.amount_fen
        for name, amount_fen in net.items():
            taken[name] = taken.get(name, 0) + max(0, amount_fen)
    left = {one.document: one.left_fen for one in documents}
    assert all(amount_fen <= left[name] for name, amount_fen in taken.items())


@given(DOCUMENTS, SLIPS)
def test_a_slip_whose_net_is_not_negative_takes_from_every_document_and_gives_to_none(
    documents: list[DocumentLeft], slips: list[tuple[PayLine, ...]]
) -> None:
    """So what the bank pays of one slip is never more than what was set aside for it, whichever slips it pays first."""
    try:
        split = charged(in_order(documents, 2026, ("1", "2", "3", "4")), slips)
    except NotEnough:
        return
    for slip in split:
        for side in ("part", "employer"):
            mine = [one for one in slip if one.side == side]
            if sum(one.amount_fen for one in mine) >= 0:
                by: dict[str, int] = {}
                for charge in (charge for one in mine for charge in one.charges):
                    assert isinstance(charge, Charge)
                    by[charge.document] = by.get(charge.document, 0) + charge.amount_fen
                assert all(amount_fen >= 0 for amount_fen in by.values())
