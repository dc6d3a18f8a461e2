from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.catalog.pricebook import PriceBook, load_price_book
from app.errors import CatalogError

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "prices"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "compact"])
def book(request: pytest.FixtureRequest) -> PriceBook:
    return load_price_book(FOLDER, compact=request.param)


def rate(book: PriceBook, provider: str, model: str, at: datetime = NOON) -> int | None:
    price = book.price(provider, model, at)
    return price.input_rate if price is not None else None


@pytest.mark.parametrize(
    ("provider", "model", "input_rate"),
    [
        ("openai", "gpt-4o-2024-08-06", 2_500_000),
        ("openai", "gpt-4o-mini", 150_000),
        ("anthropic", "claude-sonnet-4-5-20250929", 3_000_000),
        ("google", "models/gemini-2.5-flash", 300_000),
        ("gemini", "gemini-2.5-flash", 300_000),
        ("openrouter", "anthropic/claude-sonnet-4.5", 3_000_000),
        ("xai", "grok-4", 3_000_000),
        ("azure", "claude-sonnet-4-5", 3_000_000),  # by way of Anthropic's own list
        ("alibaba", "qwen3-max", 1_200_000),  # known to the second source alone
    ],
)
def test_a_model_is_found_under_the_names_it_goes_by(
    book: PriceBook, provider: str, model: str, input_rate: int
) -> None:
    assert rate(book, provider, model) == input_rate


def test_a_new_price_holds_from_midnight_of_its_day(book: PriceBook) -> None:
    before = datetime(2026, 7, 29, 23, 59, 59, tzinfo=UTC)
    after = datetime(2026, 7, 30, tzinfo=UTC)
    assert rate(book, "openai", "gpt-5.6-luna", before) == 1_000_000
    assert rate(book, "openai", "gpt-5.6-luna", after) == 200_000


def test_a_price_of_the_future_does_not_hold_yet(book: PriceBook) -> None:
    assert rate(book, "google", "gemini-3.6-flash") == 750_000
    assert rate(book, "google", "gemini-3.6-flash", datetime(2027, 1, 1, tzinfo=UTC)) == 1_500_000


@pytest.mark.parametrize(
    ("hour", "minute", "input_rate"),
    [(0, 29, 135_000), (0, 30, 270_000), (16, 29, 270_000), (16, 30, 135_000)],
)
def test_deepseek_is_cheaper_outside_its_busy_hours(
    book: PriceBook, hour: int, minute: int, input_rate: int
) -> None:
    at = datetime(2026, 11, 21, hour, minute, tzinfo=UTC)
    assert rate(book, "deepseek", "deepseek-chat", at) == input_rate


def test_the_hour_is_that_of_utc_wherever_the_user_is(book: PriceBook) -> None:
    at = datetime.fromisoformat("2026-11-21T01:00:00+05:00")  # 20:00 UTC the day before
    assert rate(book, "deepseek", "deepseek-chat", at) == 135_000


@pytest.mark.parametrize("provider", ["ollama", "lmstudio", "llamacpp"])
def test_programs_on_this_computer_are_free(book: PriceBook, provider: str) -> None:
    price = book.price(provider, "whatever:7b", NOON)
    assert price is not None
    assert price.free


@pytest.mark.parametrize("model", ["qwen/qwen3-coder:free", "some/newcomer:free"])
def test_openrouters_free_models_are_free(book: PriceBook, model: str) -> None:
    price = book.price("openrouter", model, NOON)
    assert price is not None
    assert (price.free, price.input_rate) == (True, 0)


def test_an_unknown_model_has_no_price_and_a_reason(book: PriceBook) -> None:
    found = book.lookup("openai", "no-such-model", NOON)
    assert found.price is None
    assert "not in the price list" in found.why_not


def test_a_model_without_a_price_in_the_source_has_none_and_a_reason(book: PriceBook) -> None:
    found = book.lookup("google", "gemma-3", NOON)
    assert found.price is None
    assert "no price" in found.why_not


def test_a_disagreement_of_the_sources_is_told(book: PriceBook) -> None:
    price = book.price("mistral", "mistral-large-latest", NOON)
    assert price is not None
    assert price.input_rate == 2_000_000
    assert "models.dev has another price" in price.notes[0]


@pytest.mark.parametrize(
    ("provider", "model", "tier", "percent"),
    [
        ("openai", "gpt-5.4", "flex", 50),
        ("openai", "gpt-4o", "batch", 50),
        ("openai", "gpt-5.5", "priority", 250),
        ("anthropic", "claude-sonnet-4-5", "batch", 50),
        ("google", "gemini-2.5-pro", "batch", 50),
        ("groq", "llama-3.3-70b-versatile", "flex", 100),
    ],
)
def test_service_tiers_have_the_price_that_their_vendor_publishes(
    book: PriceBook, provider: str, model: str, tier: str, percent: int
) -> None:
    price = book.price(provider, model, NOON)
    assert price is not None
    standard, served = price.rates_at(1000), price.rates_at(1000, tier)
    assert served.tier_known
    assert served.parts["output"] * 100 == standard.parts["output"] * percent


def test_a_card_tells_limits_and_abilities(book: PriceBook) -> None:
    card = book.card("anthropic", "claude-sonnet-4-5-20250929")
    assert card is not None
    assert (card.name, card.context_tokens) == ("Claude Sonnet 4.5", 200_000)
    assert {"images", "tools", "thinks"} <= card.abilities


def test_every_record_in_the_book_can_be_used(book: PriceBook) -> None:
    for provider in book.providers():
        for card in book.cards(provider):
            assert card.name
            book.lookup(provider, card.id, NOON)


def test_no_price_in_the_book_is_negative(book: PriceBook) -> None:
    for provider in book.providers():
        for card in book.cards(provider):
            assert "negative" not in book.lookup(provider, card.id, NOON).why_not


def test_the_sources_are_named_with_their_dates(book: PriceBook) -> None:
    assert book.source_line == "genai-prices, 21 August 2026; models.dev, 2 July 2026"


def damaged(tmp_path: Path, change: Callable[[Any], Any]) -> Path:
    plain = json.loads((FOLDER / "price-book.json").read_text(encoding="utf-8"))
    (tmp_path / "price-book.json").write_text(json.dumps(change(plain)), encoding="utf-8")
    return tmp_path


def gpt_4o(plain: Any) -> Any:
    return next(r for r in plain["providers"]["openai"]["prices"] if r["id"] == "gpt-4o")


def spoil_rate(plain: Any) -> Any:
    gpt_4o(plain)["prices"][0]["rates"]["input"] = "much"
    return plain


def spoil_rule(plain: Any) -> Any:
    gpt_4o(plain)["match"] = {"looks_like": "gpt"}
    return plain


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"[]", b'{"version": 9}'])
def test_a_file_that_is_no_price_book_is_refused_by_name(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "price-book.json").write_bytes(text)
    with pytest.raises(CatalogError, match=r"price-book\.json"):
        load_price_book(tmp_path)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"price-book\.json"):
        load_price_book(tmp_path)


@pytest.mark.parametrize("change", [spoil_rate, spoil_rule])
def test_a_damaged_record_is_named_with_its_model(
    tmp_path: Path, change: Callable[[Any], Any]
) -> None:
    broken = load_price_book(damaged(tmp_path, change))
    with pytest.raises(CatalogError, match=r"providers\.openai\.gpt-4o"):
        broken.price("openai", "gpt-4o", NOON)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    folder = damaged(tmp_path, lambda plain: {k: plain[k] for k in plain if k != "sources"})
    with pytest.raises(CatalogError, match="sources"):
        load_price_book(folder)
