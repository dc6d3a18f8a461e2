"""Where a catalog's models get the price that their operator pays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plan_file import load_catalog
from app.catalog.plan_prices import lookup_price
from app.catalog.pricebook import PriceBook, load_price_book

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return load_price_book(RESOURCES / "prices")


def catalog(name: str) -> PlanCatalog:
    return load_catalog(RESOURCES / "catalogs" / f"{name}.toml")


@pytest.mark.parametrize(
    ("name", "model", "provider"),
    [
        ("tuppence", "openai/gpt-4o", "openrouter"),  # its first route
        ("tuppence", "qwen-turbo", "alibaba"),  # as the book knows Qwen
        ("tuppence", "anthropic/claude-sonnet-4", "anthropic"),  # not listed: by its beginning
        ("daily-budgets", "gpt-4o", "openai"),  # without a route: its vendor
    ],
)
def test_a_model_costs_what_the_provider_that_answers_takes(
    book: PriceBook, name: str, model: str, provider: str
) -> None:
    price = lookup_price(catalog(name), book, model, NOW).price
    assert price is not None
    assert price.provider == provider


def test_a_disabled_route_has_no_say(book: PriceBook) -> None:
    sold = catalog("tuppence")
    closed = tuple(
        replace(route, disabled="Down.") if route.id == "openrouter" else route
        for route in sold.routes
    )
    price = lookup_price(replace(sold, routes=closed), book, "openai/gpt-4o", NOW).price
    assert price is not None
    assert price.provider == "openai"


@pytest.mark.parametrize("model", ["deepseek/deepseek-coder", "nobody", "nobody/nothing"])
def test_a_model_that_no_price_list_has_is_told_with_the_reason(
    book: PriceBook, model: str
) -> None:
    found = lookup_price(catalog("tuppence"), book, model, NOW)
    assert found.price is None
    assert found.why_not
