from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.prices import Price, Rate
from app.errors import MeteringError
from app.metering.cost import charge
from app.metering.payer import Payer, PayerKind
from app.metering.receipt import Receipt, ReceiptCall, make_receipt
from app.metering.receipt_totals import totals_from_json
from app.metering.usage import Part, Usage

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "receipts"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAYER = Payer(PayerKind.OWN_KEY, "your OpenAI key", "k1")
PRICE = Price("openai", "m", (("input", Rate(2_000_000)), ("output", Rate(10_000_000))))

usages = st.builds(
    Usage,
    **{part.value: st.integers(0, 10**7) for part in Part},
    tool_units=st.just((("web_search", 2),)) | st.just(()),
)


def made_of(*found: Usage, price: Price | None = PRICE) -> str:
    calls = [ReceiptCall("openai", "m", AT, usage, charge(usage, price), price) for usage in found]
    return make_receipt(calls, PAYER, rule="All of it came.").to_json()


def assert_same_as_the_whole(text: str) -> None:
    whole, totals = Receipt.from_json(text), totals_from_json(text)
    usages = [call.usage for call in whole.calls]
    assert (totals.total_pusd, totals.certainty) == (whole.total_pusd, whole.certainty)
    assert (totals.payer, totals.rule) == (whole.payer.words, whole.rule)
    assert totals.input_tokens == sum(usage.input_total for usage in usages)
    assert totals.output_tokens == sum(usage.output_total for usage in usages)
    assert totals.thinking_tokens == sum(usage.reasoning for usage in usages)
    assert totals.cached_tokens == sum(usage.cache_read for usage in usages)


@given(st.lists(usages, max_size=3), st.sampled_from([PRICE, None]))
def test_the_totals_are_those_of_the_whole_receipt(found: list[Usage], price: Price | None) -> None:
    assert_same_as_the_whole(made_of(*found, price=price))


def test_the_totals_of_every_receipt_ever_written_are_read() -> None:
    kept = sorted(GOLDEN.glob("*.json"))
    assert kept
    for path in kept:
        assert_same_as_the_whole(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "change",
    [
        {"version": 99},
        {"total_pusd": 1.5},
        {"total_pusd": True},
        {"certainty": "perhaps"},
        {"payer": []},
        {"calls": [{"usage": {"input": "many"}}]},
        {"calls": [{"usage": {"surprise": 1}}]},
        {"calls": [{}]},
    ],
)
def test_a_text_that_is_no_receipt_is_refused(change: dict[str, object]) -> None:
    plain = {**json.loads(made_of(Usage(input=1))), **change}
    with pytest.raises(MeteringError, match="cannot be read"):
        totals_from_json(json.dumps(plain))


@pytest.mark.parametrize("text", ["", "{", "[]", "7", made_of(Usage(input=1)) + " {}"])
def test_a_text_that_is_no_receipt_at_all_is_refused(text: str) -> None:
    with pytest.raises(MeteringError, match="cannot be read"):
        totals_from_json(text)
