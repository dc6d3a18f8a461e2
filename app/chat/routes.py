"""Who answers: from a model reference to a host, a key, a price and who pays.

A model reference is `key_id/model_id`; `local:HOST` stands for a program on this computer and
`demo` for the scripted model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from app.catalog.models import ModelCard
from app.catalog.pricebook import PriceBook
from app.catalog.prices import Price
from app.chat.hosted_routes import HostedRoutes, HostedTarget, is_hosted, server_of
from app.chat.own_prices import OwnPrices, takes_own_price
from app.chat.secrets import Secrets
from app.clock import Clock
from app.errors import TuppenceError
from app.metering.payer import Payer, PayerKind
from app.providers.client import Provider, connect
from app.providers.hosts import HOSTS, Host, custom_host
from app.providers.http import HttpClient
from app.providers.scripted import DEMO_HOST, DEMO_MODEL, ScriptedProvider, demo_script
from app.request import ChatRequest
from app.store.keys import Keys
from app.store.records import KeyRecord

LOCAL_PREFIX = "local:"
DEMO_KEY = "demo"
NO_SECRET = "none"  # where the secret of a server is kept that asks for none
DEMO_REF = f"{DEMO_KEY}/{DEMO_MODEL}"


class RouteMissing(TuppenceError):
    """The model that was chosen cannot be asked: its key is gone, or none was chosen."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way to one model. `price` is frozen by whoever admits a call."""

    ref: str
    key_id: str
    host: Host
    model_id: str
    model_name: str
    card: ModelCard | None
    price: Price | None
    payer: Payer
    base_url: str = ""
    price_trouble: str = ""
    needs_secret: bool = False  # a key is kept for it, and is sent along
    hosted: HostedTarget | None = None  # whose tokens pay, where hosted credit does


class Routes:
    """Finds and opens routes."""

    def __init__(
        self,
        keys: Keys,
        secrets: Secrets,
        http: Callable[[], HttpClient],
        prices: Callable[[], PriceBook],
        clock: Clock,
        count_demo: Callable[[ChatRequest], int],
        own_prices: OwnPrices,
        hosted: HostedRoutes,
    ) -> None:
        self._keys = keys
        self._hosted = hosted
        self._secrets = secrets
        self._http = http
        self._prices = prices
        self._clock = clock
        self._count_demo = count_demo
        self._own_prices = own_prices

    def find(
        self, ref: str, kept: Mapping[str, KeyRecord] | None = None, *, chat_id: str = ""
    ) -> Route:
        """The route behind a reference, for a chat; raises RouteMissing in the user's words.

        Hosted credit is that of the group which the chat belongs to.
        Whoever looks for many at once reads the keys first and gives them as `kept`, by id.
        """
        key_id, _, model_id = ref.partition("/")
        if not model_id:
            raise RouteMissing("No model is chosen yet.", "Choose a model, or add a key first.")
        if key_id == DEMO_KEY:
            return self._route(ref, key_id, DEMO_HOST, model_id)
        if is_hosted(key_id):
            return self._hosted_route(ref, server_of(key_id), model_id, chat_id)
        if key_id.startswith(LOCAL_PREFIX):
            host = HOSTS.get(key_id.removeprefix(LOCAL_PREFIX))
            if host is None:
                raise RouteMissing("This model is not known any more.", "Choose another one.")
            return self._route(ref, key_id, host, model_id)
        key = self._keys.get(key_id) if kept is None else kept.get(key_id)
        if key is None:
            raise RouteMissing(
                "The key for this model was removed.", "Add it again, or choose another model."
            )
        route = self._route(ref, key_id, host_of(key), model_id, key_words(key), key.base_url)
        return replace(route, needs_secret=key.where != NO_SECRET)

    async def open(self, route: Route) -> Provider:
        """A provider ready to be asked; raises KeychainError where the key cannot be had."""
        if route.key_id == DEMO_KEY:
            return ScriptedProvider(demo_script(count_input=self._count_demo))
        if route.hosted is not None:
            return self._hosted.open(route.key_id, route.host)
        secret = await self._secrets.read(route.key_id) if route.needs_secret else None
        return connect(
            route.host,
            secret=secret,
            http=self._http(),
            base_url=route.base_url,
            clock=self._clock,
        )

    def _hosted_route(self, ref: str, server_id: str, model_id: str, chat_id: str) -> Route:
        """A model of a credit server. It has no price in dollars: tokens pay."""
        try:
            target = self._hosted.find(server_id, model_id, chat_id)
        except TuppenceError as error:
            raise RouteMissing(error.message, error.advice) from error
        return Route(
            ref=ref,
            key_id=target.key_id,
            host=self._hosted.host(target),
            model_id=model_id,
            model_name=target.model.name,
            card=self._hosted.card(target),
            price=None,
            payer=target.payer,
            hosted=target,
        )

    def _route(
        self, ref: str, key_id: str, host: Host, model_id: str, words: str = "", base_url: str = ""
    ) -> Route:
        book = self._prices()
        card = book.card(host.price_provider, model_id)
        found = book.lookup(host.price_provider, model_id, self._clock.now())
        own = self._own_prices.of(key_id) if takes_own_price(host.id) else None
        return Route(
            ref=ref,
            key_id=key_id,
            host=host,
            model_id=model_id,
            model_name=card.name if card else model_id,
            card=card,
            price=own.price(host.price_provider, model_id) if own else found.price,
            payer=payer_for(key_id, words),
            base_url=base_url,
            price_trouble="" if own else found.why_not,
        )


def host_of(key: KeyRecord) -> Host:
    """The host that a key is for; an address of the user's own where the table has none."""
    host = HOSTS.get(key.provider)
    return host if host is not None else custom_host(key.base_url, key.label)


def key_words(key: KeyRecord) -> str:
    """Whose key pays, in the user's words: `your OpenAI key`."""
    return f"your {key.label or host_of(key).name} key"


def payer_for(key_id: str, words: str) -> Payer:
    """Who pays for a call through a key, a program on this computer, or the demo."""
    if key_id == DEMO_KEY:
        return Payer(PayerKind.DEMO, "demo", key_id)
    if key_id.startswith(LOCAL_PREFIX):
        return Payer(PayerKind.LOCAL, "this computer", key_id)
    if is_hosted(key_id):
        return Payer(PayerKind.ALLOWANCE, "hosted tokens", key_id)
    return Payer(PayerKind.OWN_KEY, words, key_id)
