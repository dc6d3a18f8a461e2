"""The price book's file: read it, check it, turn its records into prices and cards.

Written by `packaging/prices/import_prices.py`; rates in it are integers already.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from app.catalog.models import ModelCard
from app.catalog.prices import (
    UNIT_NAMES,
    Price,
    ServiceTier,
    rates_from_plain,
    tier_from_plain,
)
from app.errors import CatalogError

VERSION = 1
_Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Book:
    """The file as read. `sources` is (name, date) by the short name that records carry.

    `providers` holds per provider `name`, `prices` (records with rules), `cards` by model id and
    `fallback` providers; `policies` the service tiers that a vendor publishes for all models.
    """

    path: Path
    sources: Mapping[str, tuple[str, date]]
    providers: Mapping[str, _Record]
    policies: Mapping[str, tuple[ServiceTier, ...]]

    @property
    def source_line(self) -> str:
        return "; ".join(_source_words(*source) for source in self.sources.values())


def read_book(path: Path, *, compact: bool = False) -> Book:
    """Read and check the frame of the file; each record is checked when it is first used.

    `compact` takes a sixth of the room, twice the time to read, and some more where a provider is
    first asked for: for a program that runs for months.
    Raises CatalogError naming the file and the field.
    """
    try:
        plain = json.loads(path.read_bytes())
    except OSError as error:
        raise CatalogError(
            f"The price list {path.name} cannot be read: {error.strerror or error}.",
            "Install the program again.",
        ) from error
    except ValueError as error:
        raise _damaged(path, "the whole file", str(error)) from error
    try:
        return _book(path, plain, compact=compact)
    except KeyError as error:
        raise _damaged(path, str(error.args[0]), "it is missing") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise _damaged(path, "its header", str(error)) from error


def price_of(book: Book, provider: str, record: _Record, at: datetime) -> Price:
    """The price that a record gives for a moment in UTC, usable or not."""
    current = _current(record["prices"], at)
    name, dated = book.sources[record["source"]]
    own = tuple(tier_from_plain(tier) for tier in record.get("service_tiers", ()))
    named = {tier.name for tier in own}
    general = tuple(tier for tier in book.policies.get(provider, ()) if tier.name not in named)
    return Price(
        provider=provider,
        model=record["id"],
        rates=rates_from_plain(current["rates"]),
        units=tuple(current.get("units", {}).items()),
        service_tiers=own + general,
        free=record.get("free") is True,
        source=_source_words(name, dated),
        dated=dated,
    )


def card_of(provider: str, model_id: str, card: _Record, record: _Record | None) -> ModelCard:
    """A model's card from the facts of both sources; `card` may be empty."""
    record = record or {}
    released = card.get("released")
    return ModelCard(
        id=model_id,
        provider=provider,
        name=_display_name(card.get("name") or record.get("name") or model_id),
        family=card.get("family", ""),
        context_tokens=card.get("context") or record.get("context"),
        output_tokens_max=card.get("output"),
        abilities=frozenset(card.get("abilities", ())),
        deprecated=bool(card.get("deprecated") or record.get("deprecated")),
        released=date.fromisoformat(released) if released else None,
        differs=card.get("differs", ""),
        comments=record.get("comments", ""),
    )


def _display_name(name: str) -> str:
    """The name without what its source says of the id: `claude-sonnet-4-5` is no newer model."""
    return name.removesuffix(" (latest)")


def check_record(book: Book, provider: str, record: object) -> None:
    """Raises CatalogError naming the file, the model and the field that cannot be used."""
    place = f"providers.{provider}"
    try:
        if not isinstance(record, dict):
            raise TypeError(f"expected a table, found {record!r}")
        place += f".{record['id']}"
        if record["source"] not in book.sources:
            raise ValueError(f"unknown source {record['source']!r}")
        if not isinstance(record["prices"], list) or not record["prices"]:
            raise ValueError("prices is not a list with an entry")
        for entry in record["prices"]:
            _check_entry(entry)
    except KeyError as error:
        raise _damaged(book.path, f"{place}.{error.args[0]}", "it is missing") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise _damaged(book.path, place, str(error)) from error


def _check_entry(entry: _Record) -> None:
    rates_from_plain(entry["rates"])
    for name, amount in entry.get("units", {}).items():
        if name not in UNIT_NAMES or not isinstance(amount, int) or isinstance(amount, bool):
            raise ValueError(f"units.{name} is not a price: {amount!r}")
    if "from" in entry:
        date.fromisoformat(entry["from"])
    for moment in entry.get("between", ()):
        time.fromisoformat(moment)


def _book(path: Path, plain: Any, *, compact: bool) -> Book:
    if plain["version"] != VERSION:
        raise ValueError(f"version {plain['version']!r} is not known")
    sources = {
        short: (source["name"], date.fromisoformat(source["date"]))
        for short, source in plain["sources"].items()
    }
    policies: dict[str, tuple[ServiceTier, ...]] = {}
    for policy in plain["service_policies"]:
        tier = tier_from_plain(policy)
        policies[policy["provider"]] = policies.get(policy["provider"], ()) + (tier,)
    for provider_id, provider in plain["providers"].items():
        if not isinstance(provider["prices"], list) or not isinstance(provider["cards"], dict):
            raise ValueError(f"providers.{provider_id} is not as written")
    providers = _Providers(plain["providers"]) if compact else plain["providers"]
    return Book(path, sources, providers, policies)


class _Providers(Mapping[str, _Record]):
    """Each provider's part of the file as text until it is asked for: most never are, and what
    they hold takes six times the room once it is read."""

    def __init__(self, read: Mapping[str, _Record]) -> None:
        self._texts = {name: json.dumps(part).encode() for name, part in read.items()}
        self._read: dict[str, _Record] = {}

    def __getitem__(self, name: str) -> _Record:
        if name not in self._read:
            self._read[name] = json.loads(self._texts[name])
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def _current(entries: list[_Record], at: datetime) -> _Record:
    """The last entry that holds at a moment, the first where none does: the list's own rule."""
    for entry in reversed(entries):
        if _holds(entry, at):
            return entry
    return entries[0]


def _holds(entry: _Record, at: datetime) -> bool:
    if "from" in entry and at.date() < date.fromisoformat(entry["from"]):
        return False
    if "between" in entry:
        start, end = (_utc_time(moment) for moment in entry["between"])
        moment = at.time()
        inside = start <= moment < end
        return inside if start <= end else moment >= start or moment < end
    return True


def _utc_time(text: str) -> time:
    moment = time.fromisoformat(text)
    if moment.tzinfo is None:
        return moment
    return datetime.combine(date(2000, 1, 1), moment).astimezone(UTC).time()


def _source_words(name: str, dated: date) -> str:
    return f"{name}, {dated.day} {dated:%B} {dated.year}"


def _damaged(path: Path, field: str, why: str) -> CatalogError:
    return CatalogError(
        f"The price list {path.name} is damaged at {field}: {why}.",
        "Install the program again; your chats and receipts are not affected.",
    )
