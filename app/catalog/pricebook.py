"""Looking up models and prices in the price book that ships with the program.

The file is read and checked once; a model's record becomes objects when it is first asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.catalog.book_file import Book, card_of, check_record, price_of, read_book
from app.catalog.match import matches, only_names, spellings, undated
from app.catalog.models import ModelCard
from app.catalog.prices import Price
from app.errors import CatalogError

FILE_NAME = "price-book.json"
# Programs on this computer: nobody is billed, whatever the model.
LOCAL_PROVIDERS = frozenset({"ollama", "lmstudio", "llamacpp", "local"})
FREE_PROVIDERS = frozenset({"demo"})
# Other names under which the book's providers are known.
ALIASES: Mapping[str, str] = {
    "gemini": "google",
    "xai": "x-ai",
    "fireworks-ai": "fireworks",
    "togetherai": "together",
    "z.ai": "zai",
    "z-ai": "zai",
    "qwen": "alibaba",
    "dashscope": "alibaba",
    "amazon-bedrock": "aws",
    "bedrock": "aws",
    "moonshot": "moonshotai",
}


@dataclass(frozen=True, slots=True)
class _Rules:
    """One provider's rules in the list's order; those that only compare names by name.

    OpenRouter alone has 700 rules, nearly all of them bare names.
    """

    by_name: Mapping[str, int]
    others: tuple[tuple[int, dict[str, Any]], ...]
    records: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A price, or in the user's words why there is none."""

    price: Price | None
    why_not: str = ""


def load_price_book(folder: Path, *, compact: bool = False) -> PriceBook:
    """Read `folder/price-book.json`; `compact` as in `read_book`.

    Raises CatalogError naming the file and the field where it is missing or damaged.
    """
    return PriceBook(read_book(folder / FILE_NAME, compact=compact))


class PriceBook:
    """Prices and cards by provider and model. Provider ids are those of genai-prices.

    Model ids may carry a date, a `models/` prefix, or on OpenRouter a vendor and `:free`.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._found: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._rules: dict[str, _Rules] = {}

    @property
    def source_line(self) -> str:
        """Where the prices come from: `genai-prices, 21 August 2026; models.dev, 2 July 2026`."""
        return self._book.source_line

    def price(self, provider_id: str, model_id: str, at: datetime) -> Price | None:
        """The usable price of a model at a moment; None where none is known.

        Local programs and models that their host declares free have a price of zero.
        """
        return self.lookup(provider_id, model_id, at).price

    def lookup(self, provider_id: str, model_id: str, at: datetime) -> Lookup:
        """The same with the reason where no price is known. `at` is aware."""
        provider = ALIASES.get(provider_id, provider_id)
        if provider in LOCAL_PROVIDERS:
            return Lookup(Price.declared_free(provider, model_id, "runs on this computer"))
        if provider in FREE_PROVIDERS:
            return Lookup(Price.declared_free(provider, model_id, "demo"))
        record = self._record(provider, model_id)
        if record is None:
            if provider == "openrouter" and model_id.endswith(":free"):
                return Lookup(Price.declared_free(provider, model_id, "free at OpenRouter"))
            if provider not in self._book.providers:
                return Lookup(None, "this provider is not in the price list")
            return Lookup(None, "this model is not in the price list")
        price = price_of(self._book, provider, record, at.astimezone(UTC))
        if price.trouble:
            return Lookup(None, price.trouble)
        card = self._cards_of(provider).get(model_id)
        return Lookup(price.with_notes(card.get("differs", "")) if card else price)

    def card(self, provider_id: str, model_id: str) -> ModelCard | None:
        """What is known of a model, under the id that was asked for; None where nothing is."""
        provider = ALIASES.get(provider_id, provider_id)
        record = self._record(provider, model_id)
        for name in self._card_names(model_id, record):
            card = self._cards_of(provider).get(name)
            if card is not None:
                return card_of(provider, model_id, card, record)
        return None if record is None else card_of(provider, model_id, {}, record)

    def cards(self, provider_id: str) -> tuple[ModelCard, ...]:
        """Every model of a provider that either source names, each id once."""
        provider = ALIASES.get(provider_id, provider_id)
        ids = dict.fromkeys(
            (*self._cards_of(provider), *(record["id"] for record in self._prices_of(provider)))
        )
        return tuple(card for model_id in ids if (card := self.card(provider, model_id)))

    def providers(self) -> tuple[str, ...]:
        """The provider ids in the book."""
        return tuple(self._book.providers)

    def _prices_of(self, provider: str) -> list[dict[str, Any]]:
        found = self._book.providers.get(provider)
        return found["prices"] if found is not None else []

    def _cards_of(self, provider: str) -> dict[str, dict[str, Any]]:
        found = self._book.providers.get(provider)
        return found["cards"] if found is not None else {}

    def _card_names(self, model_id: str, record: dict[str, Any] | None) -> Iterator[str]:
        yield model_id
        for name in spellings(model_id):
            yield name
            yield undated(name)
        if record is not None:
            yield record["id"]

    def _record(self, provider: str, model_id: str) -> dict[str, Any] | None:
        key = (provider, model_id)
        if key not in self._found:
            record = self._search(provider, model_id)
            if record is not None:
                check_record(self._book, provider, record)
            self._found[key] = record
        return self._found[key]

    def _search(self, provider: str, model_id: str) -> dict[str, Any] | None:
        # The list's own rules decide first, in its order, as its authors mean them; the bare
        # ids of the second source come after, with and without a date at their end.
        for name in spellings(model_id):
            if (record := self._search_rules(provider, name)) is not None:
                return record
        for name in spellings(model_id):
            if (record := self._search_ids(provider, name)) is not None:
                return record
        for name in spellings(model_id):
            if (record := self._search_ids(provider, undated(name))) is not None:
                return record
        return None

    def _search_rules(self, provider: str, name: str) -> dict[str, Any] | None:
        for house in self._houses(provider):
            rules = self._rules_of(house)
            first = rules.by_name.get(name, len(rules.records))
            for place, record in rules.others:
                if place > first:
                    break
                if self._fits(house, record, name):
                    return record
            if first < len(rules.records):
                return rules.records[first]
        return None

    def _rules_of(self, house: str) -> _Rules:
        if house not in self._rules:
            records = self._prices_of(house)
            by_name: dict[str, int] = {}
            others = []
            for place, record in enumerate(records):
                names = only_names(record.get("match"))
                if names is None and "match" in record:
                    others.append((place, record))
                for name in names or ():
                    by_name.setdefault(name, place)
            self._rules[house] = _Rules(by_name, tuple(others), records)
        return self._rules[house]

    def _fits(self, house: str, record: dict[str, Any], name: str) -> bool:
        try:
            return matches(record["match"], name)
        except (ValueError, re.error) as error:
            raise CatalogError(
                f"The price list is damaged at providers.{house}.{record.get('id')}.match: {error}."
            ) from error

    def _search_ids(self, provider: str, name: str) -> dict[str, Any] | None:
        for record in self._prices_of(provider):
            if record["id"].lower() == name:
                return record
        return None

    def _houses(self, provider: str) -> Iterator[str]:
        yield provider
        found = self._book.providers.get(provider)
        if found is not None:
            yield from found.get("fallback", ())
