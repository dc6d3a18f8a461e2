"""The picker's lines: every model that a kept key, this computer or the demo can answer with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from app.catalog.models import ModelCard
from app.catalog.pricebook import PriceBook
from app.catalog.prices import Price
from app.chat.hosted_list import HostedList
from app.chat.names import told_apart
from app.chat.own_prices import OwnPrices, takes_own_price
from app.chat.routes import DEMO_REF, LOCAL_PREFIX, host_of, key_words
from app.clock import Clock
from app.providers.hosts import HOSTS, Host
from app.providers.scripted import DEMO_HOST
from app.seam.views import LocalModels, ModelRow
from app.store.records import KeyRecord
from app.store.shelves import Shelves

# Sound and documents cannot be attached: that a model takes them would promise too much.
_ABILITIES = ("images", "tools", "thinks")


class ModelList:
    """Builds the lines from what the keys listed and what the price book knows."""

    def __init__(
        self,
        shelves: Shelves,
        prices: PriceBook,
        own_prices: OwnPrices,
        clock: Clock,
        hosted: HostedList,
        *,
        demo: bool = False,
    ) -> None:
        self._shelves = shelves
        self._prices = prices
        self._own_prices = own_prices
        self._clock = clock
        self._demo = demo
        self._hosted = hosted
        self._local: tuple[LocalModels, ...] = ()

    def set_local(self, hosts: tuple[LocalModels, ...]) -> None:
        """What was found on this computer."""
        self._local = hosts

    def show_demo(self) -> None:
        """The demo model is among the lines from now on."""
        self._demo = True

    def rows(self) -> tuple[ModelRow, ...]:
        """All lines, with favorites and when each was used last."""
        favorites, used = self._shelves.marks.favorites(), self._shelves.marks.recents()
        return tuple(
            replace(row, favorite=row.ref in favorites, used_at=used.get(row.ref))
            for row in self._all()
        )

    def first_ref(self) -> str:
        """A model to begin with where none was chosen: the newest of the first key; or ``."""
        rows = [row for row in self._all() if row.available]
        return rows[0].ref if rows else ""

    def _all(self) -> Iterator[ModelRow]:
        yield from self._hosted.rows()
        for key in self._shelves.keys.rows():
            yield from self._key_rows(key)
        for local in self._local:
            host = HOSTS[local.host_id]
            for model_id in local.models:
                ref = f"{LOCAL_PREFIX}{local.host_id}/{model_id}"
                yield self._row(ref, host, model_id, model_id, None, "this computer")
        if self._demo or any(ref == DEMO_REF for ref in self._shelves.marks.recents()):
            model_id = DEMO_REF.partition("/")[2]
            yield self._row(DEMO_REF, DEMO_HOST, model_id, "Demo (scripted)", None, "demo")

    def _key_rows(self, key: KeyRecord) -> Iterator[ModelRow]:
        host = host_of(key)
        listed = [tuple(model) for model in json.loads(key.models_json)]
        if not listed:
            cards = self._prices.cards(host.price_provider)
            listed = [(c.id, c.name, c.context_tokens) for c in cards if not c.deprecated]
        why_not = key.detail if key.state in ("refused", "missing") else ""
        rows = [
            self._row(
                f"{key.id}/{model_id}", host, model_id, name, context, key_words(key), why_not
            )
            for model_id, name, context in listed
        ]
        named = told_apart([row.name for row in rows], [id_ for id_, _, _ in listed])
        rows = [replace(row, name=name) for row, name in zip(rows, named, strict=True)]
        # Models whose card is known come first, newest first: what most people look for.
        yield from sorted(rows, key=lambda row: self._rank(host, row), reverse=True)

    def _rank(self, host: Host, row: ModelRow) -> tuple[bool, str]:
        card = self._prices.card(host.price_provider, row.ref.partition("/")[2])
        return (card is not None, str(card.released or "") if card else "")

    def _row(
        self,
        ref: str,
        host: Host,
        model_id: str,
        name: str,
        context_tokens: int | None,
        payer: str,
        why_not: str = "",
    ) -> ModelRow:
        card = self._prices.card(host.price_provider, model_id)
        own = self._own_prices.of(ref.partition("/")[0]) if takes_own_price(host.id) else None
        price = (
            own.price(host.price_provider, model_id)
            if own
            else self._prices.price(host.price_provider, model_id, self._clock.now())
        )
        usable = price if price is not None and not price.trouble else None
        return ModelRow(
            ref=ref,
            name=_name_of(card, name, model_id),
            provider=host.id,
            provider_name=host.name,
            abilities=tuple(a for a in _ABILITIES if card and a in card.abilities),
            context_tokens=context_tokens or (card.context_tokens if card else None),
            input_rate=usable.input_rate if usable else None,
            output_rate=usable.output_rate if usable else None,
            payer=payer,
            available=not why_not,
            why_not=why_not,
            free=usable is not None and usable.free,
            price_note=_price_note(usable),
        )


def _price_note(price: Price | None) -> str:
    if price is None or price.first_threshold is None:
        return ""
    return f"dearer above {price.first_threshold:,} tokens"


def _name_of(card: ModelCard | None, listed: str, model_id: str) -> str:
    if card is not None and card.name:
        return card.name
    return listed.removesuffix(" (latest)") or model_id
