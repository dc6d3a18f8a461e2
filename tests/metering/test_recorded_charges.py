"""Every recorded usage priced, against decimals computed from the source's own figures."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.catalog.pricebook import load_price_book
from app.metering.cost import charge
from app.metering.usage import Usage
from tests.metering.billed_usage import PRICE_PROVIDERS, read_usage

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
SOURCE: dict[str, Any] = json.loads((GOLDEN / "prices" / "source-extract.json").read_text("utf-8"))
AT = datetime.fromisoformat(SOURCE["at"])
ROWS = [json.loads(line) for line in (GOLDEN / "usage.jsonl").read_text("utf-8").splitlines()]


def model_of(row: dict[str, Any]) -> str:
    return str(row.get("response_model") or row["request"].get("model"))


def provider_of(row: dict[str, Any]) -> str:
    return PRICE_PROVIDERS.get(row["provider"], row["provider"])


def per_million(prices: dict[str, Any], names: tuple[str, ...], context: int) -> Decimal:
    price = next((prices[name] for name in names if name in prices), "0")
    if not isinstance(price, dict):
        return Decimal(price)
    found = Decimal(price["base"])
    for tier in price["tiers"]:
        if context > tier["start"]:
            found = Decimal(tier["price"])
    return found


def in_decimals(usage: Usage, prices: dict[str, Any]) -> Decimal:
    """Dollars, by the source's figures and its own names."""
    context = usage.input + usage.cache_read + usage.cache_write_5m + usage.cache_write_1h
    billed = {
        ("input_mtok",): usage.input,
        ("cache_read_mtok", "input_mtok"): usage.cache_read,
        ("cache_write_mtok", "input_mtok"): usage.cache_write_5m,
        ("cache_write_1h_mtok", "cache_write_mtok", "input_mtok"): usage.cache_write_1h,
        ("output_mtok",): usage.output,
        ("output_reasoning_mtok", "output_mtok"): usage.reasoning,
    }
    tokens = sum(
        per_million(prices, names, context) * count / 10**6 for names, count in billed.items()
    )
    searches = dict(usage.tool_units).get("web_search", 0)
    return tokens + Decimal(prices.get("web_searches_kcount", "0")) * searches / 1000


def known_rows() -> list[int]:
    return [
        place
        for place, row in enumerate(ROWS)
        if row["api"] != "count_tokens"
        and SOURCE["prices"].get(provider_of(row), {}).get(model_of(row))
    ]


BOOK = load_price_book(ROOT / "resources" / "prices")


@pytest.mark.parametrize("place", known_rows())
def test_a_recorded_usage_costs_what_the_source_says_to_the_picodollar(place: int) -> None:
    row = ROWS[place]
    usage = read_usage(row)
    price = BOOK.price(provider_of(row), model_of(row), AT)
    expected = in_decimals(usage, SOURCE["prices"][provider_of(row)][model_of(row)])
    if price is None:
        assert expected == 0  # the source has no figures for it either
        return
    found = charge(usage, price)
    priced = {line.name for line in found.lines if line.amount_pusd is not None}
    if "web_search" not in dict(price.units):
        assert "web_search" not in priced
    assert Decimal(found.total_pusd or 0) == expected * 10**12


def test_enough_recordings_are_priced_to_mean_something() -> None:
    assert len(known_rows()) > 350
