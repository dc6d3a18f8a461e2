"""What is sold, by which routes, at which price: the catalog's models with the book's prices.

A price that is missing, negative, or zero without being declared free sells nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from app.by_identity import ByIdentity
from app.catalog.match import undated
from app.catalog.models import ModelCard
from app.catalog.models_sold import ModelSold, Unlisted
from app.catalog.plan_catalog import PlanCatalog
from app.catalog.pricebook import Lookup, PriceBook
from app.catalog.prices import Price
from app.metering.allowances_split import WorstCase
from app.metering.quote import worst_case
from app.metering.token_count import TokenCount
from app.metering.usage import Part
from app.providers.hosts import HOSTS, Host
from app.server.credits.records import CallKind, CallWish, PricedRoute
from app.server.operator.closed_routes import closed_routes
from app.server.services import Services

OUTPUT_USUAL_MAX = 8_192  # where neither the client nor the model's card says how long at most
DEMO_ROUTE = "demo"
_MINUTE_S = 60
_KEPT_MAX = 2048  # anybody may ask for models by names of their own
_FOR_IMAGES = (Part.OUTPUT, Part.REASONING, Part.OUTPUT_IMAGE)
_FOR_SOUND = (Part.OUTPUT, Part.REASONING, Part.OUTPUT_AUDIO)
_NO_ANSWER = frozenset({CallKind.EMBEDDINGS})
_WRITTEN = frozenset({CallKind.CHAT, CallKind.RESPONSES})


@dataclass(frozen=True, slots=True)
class Sold:
    """A model and the ways to it. `model` is the catalog's id, or as asked where it lists none.

    `routes` are in order, each with a price that can be charged; where there is none, `why_not`
    says so in words. `weight` is plan tokens for each token, None where they do not pay for it.
    """

    model: str
    name: str
    routes: tuple[PricedRoute, ...]
    weight: int | None
    why_not: str = ""
    output_tokens_max: int = OUTPUT_USUAL_MAX
    context_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    route: str
    host: Host
    model: str


def sold(services: Services, model_id: str, now: datetime) -> Sold:
    """The model with the prices of this minute."""
    return _shelves(services.catalog)(services.prices).sold(model_id, services.settings.demo, now)


def open_now(services: Services, found: Sold) -> Sold:
    """Without the routes that the operator has closed: what is not asked sets aside nothing. Where
    all are closed they stay, for whoever asks them to say why."""
    closed = closed_routes(services)
    if not closed:
        return found
    routes = tuple(route for route in found.routes if route.route not in closed)
    return replace(found, routes=routes) if routes else found


class _Shelf:
    """What is sold from a catalog and a book together, kept for the minute that was asked for."""

    def __init__(self, catalog: PlanCatalog, book: PriceBook) -> None:
        self.catalog, self.book = catalog, book
        self._begins = self._ends = datetime.fromtimestamp(0, UTC)
        self._found: dict[tuple[str, bool], Sold] = {}

    def sold(self, model_id: str, demo: bool, now: datetime) -> Sold:
        if not self._begins <= now < self._ends:
            minute = int(now.timestamp()) // _MINUTE_S
            self._begins = datetime.fromtimestamp(minute * _MINUTE_S, UTC)
            self._ends = self._begins + timedelta(seconds=_MINUTE_S)
            self._found.clear()
        found = self._found.get((model_id, demo))
        if found is None:
            if len(self._found) >= _KEPT_MAX:
                self._found.clear()
            found = _sold(self.catalog, self.book, demo, model_id, self._begins)
            self._found[model_id, demo] = found
        return found


def _shelves_of(catalog: PlanCatalog) -> ByIdentity[PriceBook, _Shelf]:
    return ByIdentity(lambda book: _Shelf(catalog, book), kept_max=4)


_shelves = ByIdentity(_shelves_of, kept_max=4)


def _sold(catalog: PlanCatalog, book: PriceBook, demo: bool, model_id: str, at: datetime) -> Sold:
    listed = catalog.model(model_id)
    routes: list[PricedRoute] = []
    why_not = "no provider is known for this model"
    for place in _places(catalog, book, listed, model_id, at):
        found = _price_at(book, place, at)
        if found.price is None:
            why_not = found.why_not
            continue
        routes.append(PricedRoute(place.route, place.host.id, place.model, found.price))
        if not catalog.failover:
            break
    if demo and routes:
        first = routes[0]
        routes.append(PricedRoute(DEMO_ROUTE, DEMO_ROUTE, first.model, first.price))
    card = _card(book, HOSTS[routes[0].host].price_provider, routes[0].model) if routes else None
    return Sold(
        model=listed.id if listed else model_id,
        name=listed.name if listed else (card.name if card else model_id),
        routes=tuple(routes),
        weight=catalog.weight(model_id, routes[0].price) if routes else None,
        why_not="" if routes else why_not,
        output_tokens_max=(card.output_tokens_max if card else None) or OUTPUT_USUAL_MAX,
        context_tokens=card.context_tokens if card else None,
    )


def _card(book: PriceBook, provider: str, model: str) -> ModelCard | None:
    """What is known of a model, also where its cards all carry a date and its name none."""
    card = book.card(provider, model)
    if card is not None and card.output_tokens_max is not None:
        return card
    return _undated_cards(book, provider).get(model, card)


@lru_cache(maxsize=64)
def _undated_cards(book: PriceBook, provider: str) -> Mapping[str, ModelCard]:
    cards = (card for card in book.cards(provider) if card.output_tokens_max is not None)
    return {undated(card.id): card for card in cards if undated(card.id) != card.id}


def _price_at(book: PriceBook, place: _Place, at: datetime) -> Lookup:
    found = book.lookup(place.host.price_provider, place.model, at)
    if found.price is not None and found.price.trouble:
        return Lookup(None, found.price.trouble)
    return found


def _places(
    catalog: PlanCatalog, book: PriceBook, listed: ModelSold | None, model_id: str, at: datetime
) -> Iterator[_Place]:
    """Where a model can be asked, in order: its routes, else its vendor's own host."""
    if listed is not None and listed.routes:
        for route in catalog.routes_open(listed.id):
            host = HOSTS.get(route.provider)
            if host is not None:
                yield _Place(route.id, host, listed.name_at(route.id))
    elif listed is not None:
        host = _host_of(listed.vendor.lower())
        if host is not None:
            yield _Place(host.id, host, listed.id)
    elif catalog.unlisted.sold is Unlisted.BY_PRICE:
        yield from _unlisted(catalog, book, model_id, at)


def _unlisted(
    catalog: PlanCatalog, book: PriceBook, model_id: str, at: datetime
) -> Iterator[_Place]:
    provider, _, name = model_id.partition("/")
    open_routes = [route for route in catalog.routes if not route.disabled]
    for route in open_routes:
        host = HOSTS.get(route.provider)
        if host is None or host.local:
            continue  # of what runs at the operator's, only what the catalog lists is sold
        if host.id == "openrouter" and name:
            yield _Place(route.id, host, model_id)
        elif name and provider in (host.id, host.price_provider):
            yield _Place(route.id, host, name)
    if catalog.routes:
        return
    # A catalog without routes names its providers with their keys, or leaves it to the model's id.
    credit = catalog.managed_credit
    named = [key for key, _ in credit.key_variables] if credit else []
    if name and (host := _host_of(provider)) is not None:
        yield _Place(host.id, host, name)
    for key in named:
        host = _host_of(key)
        if host is not None and book.lookup(host.price_provider, model_id, at).price is not None:
            yield _Place(host.id, host, model_id)


def _host_of(provider: str) -> Host | None:
    """A host by its id or by the name that the price book has for it; none on this computer."""
    host = HOSTS.get(provider) or next(
        (each for each in HOSTS.values() if each.price_provider == provider), None
    )
    return None if host is None or host.local else host


def worst_of(sold_: Sold, wish: CallWish) -> WorstCase:
    """The most that the call can cost, at the dearest of its routes for each side."""
    cap = _cap(sold_, wish)
    input_pusd, output_rate_pusd = None, 0
    for route in sold_.routes:
        inputs, rate = _worst_at(route.price, wish, cap)
        if inputs is not None:
            input_pusd = inputs if input_pusd is None else max(input_pusd, inputs)
            output_rate_pusd = max(output_rate_pusd, rate)
    return WorstCase(wish.input_tokens, cap, sold_.weight, input_pusd, output_rate_pusd)


def _cap(sold_: Sold, wish: CallWish) -> int:
    """The output cap that is sent: the client's, within what the model can write and hold."""
    if wish.kind in _NO_ANSWER:
        return 0
    asked = OUTPUT_USUAL_MAX if wish.output_tokens_max is None else wish.output_tokens_max
    cap = min(asked, sold_.output_tokens_max) if wish.kind is not CallKind.IMAGES else asked
    if sold_.context_tokens is not None and sold_.context_tokens > wish.input_tokens:
        cap = min(cap, sold_.context_tokens - wish.input_tokens)
    return max(cap, 0)


def _worst_at(price: Price | None, wish: CallWish, cap: int) -> tuple[int | None, int]:
    """What one route can cost for the input at most, and for each token of the answer; None where
    it has no price for the call."""
    tokens = wish.input_tokens
    if price is None or wish.units or tokens < 0:
        return _reckoned(price, wish.kind, tokens, cap, wish.units)
    lines = _lines_of(price)
    line = lines.get(wish.kind)
    if line is None:
        line = lines[wish.kind] = _line(price, wish.kind)
    if not line.is_straight:
        return _reckoned(price, wish.kind, tokens, cap, wish.units)
    if line.once_pusd is None:
        return None, 0
    return line.once_pusd + line.input_rate_pusd * tokens, line.output_rate_pusd


@dataclass(frozen=True, slots=True)
class _Line:
    """The worst case of a price whose rates are the same however long the input is: so much once
    (None: there is no price for it), and so much for each token."""

    is_straight: bool
    once_pusd: int | None = None
    input_rate_pusd: int = 0
    output_rate_pusd: int = 0


def _no_lines(_: Price) -> dict[CallKind, _Line]:
    return {}


_lines_of = ByIdentity(_no_lines, kept_max=1024)


def _line(price: Price, kind: CallKind) -> _Line:
    """Through what no token costs and what one does."""
    if price.first_threshold is not None:
        return _Line(False)
    none, output_rate = _reckoned(price, kind, 0, 0, {})
    one, _ = _reckoned(price, kind, 1, 0, {})
    if none is None or one is None:
        return _Line(True)
    return _Line(True, none, one - none, output_rate)


def _reckoned(
    price: Price | None, kind: CallKind, tokens: int, cap: int, pieces: Mapping[str, int]
) -> tuple[int | None, int]:
    worst = worst_case(TokenCount(tokens), price, cap)
    if price is None or worst.input_pusd is None:
        return None, 0
    rates = price.rates_at(tokens)
    if kind in _WRITTEN and Part.OUTPUT not in rates.parts:
        return None, 0  # a model for vectors writes no answer
    units = 0
    for name, number in pieces.items():
        if name not in rates.units:
            return None, 0
        units += rates.units[name] * number
    outputs = _FOR_IMAGES if kind is CallKind.IMAGES else _FOR_SOUND
    read = [rates.parts.get(part, 0) for part in (Part.INPUT_IMAGE,)]
    if kind is CallKind.TRANSCRIPTION or "audio" in price.model:
        read.append(rates.parts.get(Part.INPUT_AUDIO, 0))
    dearer = max(*read, 0) * tokens + rates.units.get("request", 0)
    output_rate = max(
        worst.output_rate_pusd,
        *(
            rates.parts.get(part, 0)
            for part in outputs
            if part is not Part.OUTPUT_AUDIO or kind is CallKind.SPEECH or "audio" in price.model
        ),
    )
    return max(worst.input_pusd, dearer) + units, output_rate
