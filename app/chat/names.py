"""What providers, models, keys and payers are called, also those that are gone.

Ids are for machines: everything that a person reads about the past goes through here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from app.catalog.pricebook import PriceBook
from app.chat.holder_names import HolderNames, is_holder
from app.chat.routes import DEMO_KEY, LOCAL_PREFIX, host_of, key_words
from app.metering.payer import Payer, PayerKind
from app.providers.hosts import CUSTOM_HOST, HOSTS
from app.providers.scripted import DEMO_HOST, DEMO_MODEL
from app.store.records import KeyRecord

_BY_PRICES = {host.price_provider: host for host in reversed(list(HOSTS.values()))}
_DATE = re.compile(r"(\d{4})-?([01]\d)-?([0-3]\d)$")
_NAMELESS = "your key"  # what a receipt says where the program died before it could say more


class KeyShelf(Protocol):
    """What names are looked up in."""

    def get(self, key_id: str) -> KeyRecord | None: ...


class _KeysOfAWhile:
    """Keys that are asked for once each."""

    def __init__(self, keys: KeyShelf) -> None:
        self._keys = keys
        self._found: dict[str, KeyRecord | None] = {}

    def get(self, key_id: str) -> KeyRecord | None:
        if key_id not in self._found:
            self._found[key_id] = self._keys.get(key_id)
        return self._found[key_id]


class Names:
    """Looks names up among the kept keys and in the price book."""

    def __init__(
        self, keys: KeyShelf, prices: PriceBook, holders: HolderNames | None = None
    ) -> None:
        self._keys = keys
        self._prices = prices
        self._holders = holders or HolderNames(None)
        self._models: dict[tuple[str, str], str] = {}

    def for_many(self) -> Names:
        """The same for a list of many lines: each key is read once, and never again."""
        return Names(_KeysOfAWhile(self._keys), self._prices, self._holders)

    def host(self, provider: str, key_id: str = "") -> str:
        """A provider by our id or the price book's: `Google Gemini`; who sold it, of hosted
        credit."""
        if is_holder(key_id):
            return self._holders.server(key_id)
        if provider in (DEMO_HOST.id, DEMO_HOST.price_provider):
            return DEMO_HOST.name
        host = HOSTS.get(provider) or _BY_PRICES.get(provider)
        if host is not None:
            return host.name
        key = self._keys.get(key_id) if key_id else None
        if key is not None:
            return host_of(key).name
        return "A server of your own" if provider == CUSTOM_HOST else provider

    def model(self, provider: str, model_id: str) -> str:
        """A model as its provider's card names it, with the date of a dated version."""
        place = (provider, model_id)
        if place not in self._models:
            self._models[place] = self._model(provider, model_id)
        return self._models[place]

    def _model(self, provider: str, model_id: str) -> str:
        if model_id == DEMO_MODEL:
            return "Demo"
        card = self._prices.card(_price_provider(provider), model_id)
        if card is None or not card.name or card.name == model_id:
            return self._holders.model(model_id) or model_id
        return dated_name(card.name, model_id)

    def model_anywhere(self, model_id: str) -> str:
        """A model whose provider is not told."""
        for provider in dict.fromkeys(host.price_provider for host in HOSTS.values()):
            name = self.model(provider, model_id)
            if name != model_id:
                return name
        return model_id

    def key(self, key_id: str) -> str:
        """Which key paid, in the user's words, also when it is gone: `OpenAI …f3Qk`."""
        if key_id == DEMO_KEY:
            return "Demo"
        if key_id.startswith(LOCAL_PREFIX):
            return "This computer"
        if is_holder(key_id):
            return self._holders.name(key_id)
        key = self._keys.get(key_id)
        return "A key that was removed" if key is None else _key_name(key)

    def payer(self, payer: Payer) -> str:
        """Who paid a call, with the key's name where the receipt has none."""
        if payer.kind is PayerKind.OWN_KEY and payer.words in ("", _NAMELESS):
            key = self._keys.get(payer.id)
            return _NAMELESS if key is None else key_words(key)
        return payer.words

    def biller(self, key_id: str, provider: str) -> tuple[str, str]:
        """Who bills whom for calls through a key, as an id and in words."""
        if key_id == DEMO_KEY:
            return DEMO_KEY, "Nobody: the demo"
        if key_id.startswith(LOCAL_PREFIX):
            return "local", "Nobody: this computer"
        if is_holder(key_id):
            return key_id, self._holders.payer(key_id)
        host = self.host(provider, key_id)
        return f"own:{host}", f"You, billed by {host}"


def dated_name(name: str, model_id: str) -> str:
    """The name with the date that the id ends with: `Claude Sonnet 4.5 (2025-09-29)`."""
    date = _date_of(model_id)
    return f"{name} ({date})" if date and not _says_date(name, date) else name


def told_apart(names: Sequence[str], model_ids: Sequence[str]) -> list[str]:
    """The names, with a date or the id behind those that several models share.

    One that has no date keeps the bare name where it is the only one of its name without.
    """
    there = Counter(names)
    undated = Counter(name for name, id_ in zip(names, model_ids, strict=True) if not _date_of(id_))
    return [
        _apart(name, id_, alone=undated[name] == 1) if there[name] > 1 else name
        for name, id_ in zip(names, model_ids, strict=True)
    ]


def _apart(name: str, model_id: str, *, alone: bool) -> str:
    if _date_of(model_id):
        return dated_name(name, model_id)
    return name if alone or name == model_id else f"{name} ({model_id})"


def _date_of(model_id: str) -> str:
    found = _DATE.search(model_id)
    if found is None or not 2015 <= int(found[1]) <= 2099:
        return ""
    return "-".join(found.groups())


def _says_date(name: str, date: str) -> bool:
    return date in name or date.replace("-", "") in name


def _key_name(key: KeyRecord) -> str:
    name = key_words(key).removeprefix("your ").removesuffix(" key")
    return f"{name} …{key.ends_in}" if key.ends_in else name


def _price_provider(provider: str) -> str:
    host = HOSTS.get(provider)
    return host.price_provider if host is not None else provider
