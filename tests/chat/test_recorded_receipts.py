"""Every recorded usage as a receipt: the same twice, in any order, and true to a reported cost."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from app.catalog.pricebook import PriceBook, load_price_book
from app.catalog.prices import Price
from app.chat.names import Names
from app.chat.receipts import PROVIDERS_FIGURE, receipt_view
from app.clock import Clock
from app.config import resources_folder
from app.metering.cost import charge
from app.metering.payer import Payer, PayerKind
from app.metering.receipt import Receipt, ReceiptCall, make_receipt
from app.metering.receipt_totals import totals_from_json
from app.metering.usage import Usage
from app.providers.hosts import HOSTS
from app.providers.json_text import Json, as_object, read_json_exact
from app.providers.usage_anthropic import anthropic_usage
from app.providers.usage_gemini import gemini_usage
from app.providers.usage_openai import openai_usage
from app.store.database import Database
from app.store.keys import Keys
from app.store.records import MessageRecord, State

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
AT = datetime(2026, 8, 21, 12, tzinfo=UTC)
PAYER = Payer(PayerKind.OWN_KEY, "your key", "k")
PICO = 10**12
ROWS: list[Json] = [
    as_object(read_json_exact(line)) for line in (GOLDEN / "usage.jsonl").read_bytes().splitlines()
]
PLACES = range(len(ROWS))
REPORTED = [place for place, row in enumerate(ROWS) if as_object(row["usage"]).get("cost")]


@cache
def book() -> PriceBook:
    return load_price_book(resources_folder() / "prices")


@cache
def names() -> Names:
    return Names(Keys(Database.in_memory(Clock(now=lambda: AT))), book())


@cache
def price_of(place: int) -> Price | None:
    row = ROWS[place]
    host = HOSTS.get(str(row["provider"]))
    provider = host.price_provider if host is not None else str(row["provider"])
    return book().price(provider, model_of(row), AT)


def model_of(row: Json) -> str:
    return str(row.get("response_model") or as_object(row["request"]).get("model"))


def usage_of(row: Json, raw: Json) -> Usage:
    """By the program's own readers of the wire."""
    if row["api"] == "generate":
        return gemini_usage(raw)
    if row["provider"] == "anthropic":
        return anthropic_usage(raw)
    return openai_usage(raw)


def receipt_of(place: int, raw: Json | None = None) -> Receipt:
    row = ROWS[place]
    usage = usage_of(row, as_object(row["usage"]) if raw is None else raw)
    price = price_of(place)
    model = model_of(row)
    call = ReceiptCall(
        str(row["provider"]), model, AT, usage, charge(usage, price), price, payer=PAYER
    )
    return make_receipt([call], PAYER)


def shuffled(value: object, order: random.Random) -> object:
    """The same figures with every object's fields and every list in another order."""
    if isinstance(value, dict):
        pairs = [(name, shuffled(inner, order)) for name, inner in value.items()]
        order.shuffle(pairs)
        return dict(pairs)
    if isinstance(value, list):
        items = [shuffled(inner, order) for inner in value]
        order.shuffle(items)
        return items
    return value


def amounts(receipt: Receipt) -> Sequence[int | None]:
    message = MessageRecord(
        "m", "c", None, "assistant", "", State.COMPLETE, AT, receipt_json=receipt.to_json()
    )
    view = receipt_view(message, names())
    assert view is not None
    return [part.amount_pusd for part in view.calls[0].parts]


def test_there_are_435_recordings_and_most_have_a_price() -> None:
    assert len(ROWS) == 435
    assert sum(price_of(place) is not None for place in PLACES) > 380
    assert len(REPORTED) == 15


@pytest.mark.parametrize("place", PLACES)
def test_a_recorded_usage_gives_the_same_receipt_twice_and_in_any_order(place: int) -> None:
    first = receipt_of(place).to_json()
    assert receipt_of(place).to_json() == first
    assert Receipt.from_json(first).to_json() == first
    order = random.Random(place)
    for _ in range(3):
        other = as_object(shuffled(ROWS[place]["usage"], order))
        assert receipt_of(place, other).to_json() == first


def test_a_charge_does_not_depend_on_the_order_in_which_its_parts_are_told() -> None:
    for place in PLACES:
        usage = usage_of(ROWS[place], as_object(ROWS[place]["usage"]))
        told = [(field.name, getattr(usage, field.name)) for field in fields(Usage)]
        random.Random(place).shuffle(told)
        again = Usage(**dict(told))
        turned = replace(again, tool_units=tuple(reversed(again.tool_units)))
        price = price_of(place)
        assert charge(again, price) == charge(usage, price), place
        assert charge(turned, price).total_pusd == charge(usage, price).total_pusd, place


def test_the_parts_of_every_recorded_receipt_add_up_to_its_total() -> None:
    for place in PLACES:
        receipt = receipt_of(place)
        parts = [amount for amount in amounts(receipt) if amount is not None]
        if receipt.total_pusd is None:
            assert parts == [], place
        else:
            assert sum(parts) == receipt.total_pusd, place
        assert totals_from_json(receipt.to_json()).total_pusd == receipt.total_pusd, place


@pytest.mark.parametrize("place", REPORTED)
def test_a_cost_that_the_provider_reported_is_ours_or_the_difference_is_named(place: int) -> None:
    raw = as_object(ROWS[place]["usage"])
    made = receipt_of(place).calls[0]
    reported = int(Decimal(str(raw["cost"])) * PICO)
    calculated = made.charge.calculated_pusd
    assert made.charge.total_pusd == reported
    assert calculated is not None
    message = MessageRecord(
        "m", "c", None, "assistant", "", State.COMPLETE, AT,
        receipt_json=make_receipt([made], PAYER).to_json(),
    )  # fmt: skip
    view = receipt_view(message, names())
    assert view is not None
    named = {part.label: part.amount_pusd for part in view.calls[0].parts if not part.unit}
    if reported == calculated:
        assert named == {}
        return
    assert named == {PROVIDERS_FIGURE: reported - calculated}
    assert route_difference(made, raw) == reported - calculated


def route_difference(made: ReceiptCall, raw: Json) -> int:
    """What a gateway's route charges beyond the listed rates: its own rates, told part by part.

    They are whole micro-dollars per million tokens, so that nothing but the rate differs.
    """
    told = as_object(raw["cost_details"])
    usage = made.usage
    difference = 0
    for name, count, parts in (
        ("upstream_inference_prompt_cost", usage.input_total, ("input", "cache_read")),
        ("upstream_inference_completions_cost", usage.output_total, ("output", "reasoning")),
    ):
        route_pusd = Decimal(str(told[name])) * PICO
        assert route_pusd % count == 0, f"not a rate per token: {name}"
        ours = sum(line.amount_pusd or 0 for line in made.charge.lines if line.name in parts)
        difference += int(route_pusd) - ours
    return difference


def test_nearly_all_reported_costs_are_ours_to_the_picodollar() -> None:
    charges = [receipt_of(place).calls[0].charge for place in REPORTED]
    same = [one for one in charges if one.calculated_pusd == one.reported_pusd]
    assert len(same) == 13
