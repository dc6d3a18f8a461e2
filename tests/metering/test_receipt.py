from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.prices import Price, Rate
from app.errors import MeteringError
from app.metering.cost import Charge, charge
from app.metering.payer import Payer, PayerKind
from app.metering.quote import make_quote
from app.metering.receipt import PENDING_BASIS, Receipt, ReceiptCall, ReceiptCertainty, make_receipt
from app.metering.token_count import TokenCount
from app.metering.usage import Certainty, Part, Usage

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "receipts"
TOTAL = 32_477_000_000
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAYER = Payer(PayerKind.OWN_KEY, "your OpenAI key", "k1")
PRICE = Price(
    "openai",
    "m",
    (("input", Rate(2_000_000, ((9, 3_000_000),))), ("output", Rate(10_000_000))),
    units=(("web_search", 10_000_000_000),),
    source="a list, 1 May 2026",
)


def call(usage: Usage, price: Price | None = PRICE, provider: str = "openai") -> ReceiptCall:
    return ReceiptCall(provider, "m", AT, usage, charge(usage, price), price, request_id="r-1")


def test_the_calls_of_a_message_are_added_up() -> None:
    receipt = make_receipt([call(Usage(input=1)), call(Usage(output=2), provider="azure")], PAYER)
    assert receipt.total_pusd == 22_000_000
    assert [made.provider for made in receipt.calls] == ["openai", "azure"]


def test_a_later_price_never_alters_an_old_receipt() -> None:
    kept = make_receipt([call(Usage(input=5, output=5))], PAYER).to_json()
    dearer = replace(PRICE, rates=(("input", Rate(9_000_000)), ("output", Rate(90_000_000))))
    assert charge(Usage(input=5, output=5), dearer).total_pusd != 60_000_000
    old = Receipt.from_json(kept)
    assert old.total_pusd == 60_000_000
    assert old.calls[0].price == PRICE


def test_a_receipt_can_be_charged_again_from_its_own_frozen_price() -> None:
    receipt = Receipt.from_json(make_receipt([call(Usage(input=500, output=3))], PAYER).to_json())
    for made in receipt.calls:
        assert charge(made.usage, made.price) == made.charge


def test_a_receipt_keeps_what_was_quoted() -> None:
    quote = make_quote(TokenCount(10), PRICE, output_tokens_max=100, recent_outputs=(), payer=PAYER)
    receipt = make_receipt([call(Usage(input=1))], PAYER, quote=quote)
    assert (receipt.quoted_likely_pusd, receipt.quoted_most_pusd) == (
        quote.likely_pusd,
        quote.most_pusd,
    )


def test_a_receipt_of_the_first_version_is_read_for_ever() -> None:
    text = (GOLDEN / "version-1.json").read_text("utf-8").strip()
    receipt = Receipt.from_json(text)
    assert receipt.total_pusd == TOTAL
    assert receipt.payer.words == "your Anthropic key"
    assert [made.delivered for made in receipt.calls] == [False, True]
    assert receipt.calls[1].usage.tool_units == (("web_search", 2),)
    assert [charge(made.usage, made.price).total_pusd for made in receipt.calls] == [
        made.charge.total_pusd for made in receipt.calls
    ]


def test_a_receipt_without_a_price_is_unknown() -> None:
    receipt = make_receipt([call(Usage(input=5), None)], PAYER)
    assert (receipt.total_pusd, receipt.certainty) == (None, ReceiptCertainty.UNKNOWN)


def test_a_receipt_with_one_unpriced_call_is_estimated_and_says_so() -> None:
    receipt = make_receipt([call(Usage(input=5), None), call(Usage(input=1))], PAYER)
    assert (receipt.total_pusd, receipt.certainty) == (2_000_000, ReceiptCertainty.ESTIMATED)
    assert any("leaves out" in note for note in receipt.notes)


@pytest.mark.parametrize("certainty", list(Certainty))
def test_the_least_certain_call_decides(certainty: Certainty) -> None:
    receipt = make_receipt([call(Usage(input=1)), call(Usage(input=1, certainty=certainty))], PAYER)
    assert str(receipt.certainty) == str(certainty)


def test_a_call_that_is_being_looked_up_makes_the_receipt_pending_and_not_unpriced() -> None:
    waiting = ReceiptCall(
        "openai", "m", AT, Usage(), Charge((), None, Certainty.PENDING), PRICE, basis=PENDING_BASIS
    )
    alone, beside = (
        make_receipt(calls, PAYER) for calls in ([waiting], [call(Usage(input=1)), waiting])
    )
    assert (alone.certainty, alone.total_pusd) == (ReceiptCertainty.PENDING, None)
    assert (beside.certainty, beside.total_pusd) == (ReceiptCertainty.PENDING, 2_000_000)
    assert beside.notes == ()


def test_an_incomplete_price_is_told_on_the_receipt() -> None:
    receipt = make_receipt([call(Usage(input=1, unknown_fields=("x_tokens",)))], PAYER)
    assert receipt.certainty is ReceiptCertainty.ESTIMATED
    assert any("x_tokens" in note for note in receipt.notes)


def test_a_disagreement_about_the_price_is_told_on_the_receipt() -> None:
    doubted = PRICE.with_notes("another list has another price")
    receipt = make_receipt([call(Usage(input=1), doubted)], PAYER)
    assert receipt.notes == ("another list has another price",)


usages = st.builds(
    Usage,
    **{part.value: st.integers(0, 10**9) for part in Part},
    tool_units=st.lists(st.tuples(st.text(max_size=8), st.integers(0, 99)), max_size=2).map(tuple),
    certainty=st.sampled_from(Certainty),
    unknown_fields=st.lists(st.text(max_size=8), max_size=2).map(tuple),
    reported_cost_pusd=st.none() | st.integers(0, 10**15),
    service_tier=st.none() | st.text(max_size=8),
    clamped=st.booleans(),
)


@given(st.lists(usages, min_size=1, max_size=3), st.text(max_size=20))
def test_every_receipt_reads_back_the_same(used: list[Usage], rule: str) -> None:
    receipt = make_receipt([call(usage) for usage in used], PAYER, rule=rule)
    assert Receipt.from_json(receipt.to_json()) == receipt


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"version":7}', '{"version":1,"payer":["x","y","z"]}', "null"]
)
def test_a_damaged_receipt_is_an_error_in_words(text: str) -> None:
    with pytest.raises(MeteringError, match="kept receipt"):
        Receipt.from_json(text)


def test_a_receipt_with_a_float_in_it_is_refused() -> None:
    text = make_receipt([call(Usage(input=1))], PAYER).to_json()
    with pytest.raises(MeteringError):
        Receipt.from_json(text.replace('"total_pusd":2000000', '"total_pusd":2000000.0'))


ONE = make_receipt([call(Usage(input=1))], PAYER).calls[0]
ENDS = [
    replace(ONE, basis=basis, charge=replace(ONE.charge, total_pusd=total, certainty=certainty))
    for basis in ("", PENDING_BASIS)
    for total in (None, 0, 5)
    for certainty in Certainty
]


@given(st.lists(st.sampled_from(ENDS), max_size=3))
def test_a_receipt_is_as_sure_as_its_least_sure_call(calls: list[ReceiptCall]) -> None:
    certainties = {str(each.charge.certainty) for each in calls}
    unpriced = [each.charge.total_pusd is None for each in calls]
    if any(each.basis == PENDING_BASIS for each in calls):
        expected = ReceiptCertainty.PENDING
    elif calls and all(unpriced):
        expected = ReceiptCertainty.UNKNOWN
    elif "pending" in certainties:
        expected = ReceiptCertainty.PENDING
    elif "estimated" in certainties or any(unpriced):
        expected = ReceiptCertainty.ESTIMATED
    else:
        expected = ReceiptCertainty.EXACT
    assert make_receipt(calls, PAYER).certainty is expected
