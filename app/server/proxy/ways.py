"""From a priced route to a place that can be asked: host, address, key, and the door to it.

Everything here is the operator's own setting; nothing of a client's reaches it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from app.catalog.plan_catalog import PlanCatalog
from app.logs import register_secret
from app.providers.connection import Proxy
from app.providers.hosts import HOSTS, Host
from app.quick_init import quick_init
from app.server.credits.records import AdmittedCall, PricedRoute
from app.server.errors import Refused
from app.server.operator.closed_routes import closed_routes
from app.server.services import Services
from app.server.settings import ServerSettings

if TYPE_CHECKING:
    from app.providers.http_aiohttp import AiohttpDoor

DEMO = "demo"


@quick_init
@dataclass(frozen=True, slots=True)
class Way:
    """A route that can be asked now. `door` is None for the demo, which asks nobody."""

    priced: PricedRoute
    host: Host
    base_url: str
    door: AiohttpDoor | None
    secret: str | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        """What its health is kept under: a tenant's own key says nothing about the operator's."""
        return f"{self.priced.route}/{self.priced.own_key}"


@dataclass(frozen=True, slots=True)
class _Place:
    """What the operator set for a route; `trouble` says why it cannot be asked."""

    host: Host
    base_url: str
    proxy_url: str
    secret: str = field(default="", repr=False)
    trouble: str = ""


class Ways:
    """The routes of one worker, with the connections that they share."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._doors: dict[str, AiohttpDoor] = {}
        self._places: dict[tuple[str, str], _Place] = {}

    def to(self, call: AdmittedCall, own_secrets: dict[str, str]) -> list[Way]:
        """The ways to a call's model, in its order, without those that the operator has not set up.

        `own_secrets` are the tenant's own keys by id. Raises Refused (503) where none is left.
        """
        ways, troubles, closed = [], [], closed_routes(self._services)
        for priced in call.routes:
            if priced.route == DEMO:
                ways.append(Way(priced, _DEMO_HOST, "", None))
                continue
            place = self._place(priced)
            secret, trouble = place.secret, place.trouble
            if priced.own_key:
                secret = own_secrets.get(priced.own_key, "")
                trouble = _key_trouble(place.host, secret)
            trouble = closed.get(priced.route, "") or trouble
            if trouble:
                troubles.append(trouble)
                continue
            door = self._door(place.proxy_url)
            ways.append(Way(priced, place.host, place.base_url, door, secret or None))
        if not ways:
            raise Refused(
                503,
                "no_route",
                "No route to this model is set up: "
                + (" ".join(dict.fromkeys(troubles)) or "none."),
            )
        return ways

    def place_of(self, priced: PricedRoute) -> tuple[Host, str, str | None, AiohttpDoor]:
        """Host, address, the operator's key and the door of a route, for looking up a call."""
        place = self._place(priced)
        return place.host, place.base_url, place.secret or None, self._door(place.proxy_url)

    async def aclose(self) -> None:
        """Close every connection."""
        doors, self._doors = list(self._doors.values()), {}
        for door in doors:
            await door.aclose()

    def _place(self, priced: PricedRoute) -> _Place:
        key = (priced.route, priced.host)
        found = self._places.get(key)
        if found is None:
            found = _place(self._services.settings, self._services.catalog, priced)
            self._places[key] = found
        return found

    def _door(self, proxy_url: str) -> AiohttpDoor:
        found = self._doors.get(proxy_url)
        if found is None:
            found = self._doors[proxy_url] = _open_door(Proxy(proxy_url) if proxy_url else None)
        return found


def _open_door(proxy: Proxy | None) -> AiohttpDoor:
    from app.providers.http_aiohttp import AiohttpDoor

    return AiohttpDoor(proxy)


def variable_of(route: str, what: str) -> str:
    """The name of a route's environment variable: `OPENROUTER_BASE_URL`."""
    return f"{re.sub('[^A-Za-z0-9]+', '_', route).strip('_').upper()}_{what}"


def _place(settings: ServerSettings, catalog: PlanCatalog, priced: PricedRoute) -> _Place:
    route, host = catalog.route(priced.route), HOSTS[priced.host]
    base_url = settings.variable(variable_of(priced.route, "BASE_URL")).rstrip("/")
    secret = settings.variable(_key_variable(catalog, priced))
    register_secret(secret)
    trouble = route.disabled if route is not None and route.disabled else ""
    return _Place(
        host=replace(host, base_url=base_url) if base_url else host,
        base_url=base_url or host.base_url,
        proxy_url=settings.variable(variable_of(priced.route, "PROXY_URL")),
        secret=secret,
        trouble=trouble or _key_trouble(host, secret),
    )


def _key_variable(catalog: PlanCatalog, priced: PricedRoute) -> str:
    """The variable with the operator's key: the catalog's, else one named after the route."""
    route = catalog.route(priced.route)
    if route is not None and route.key_variable:
        return route.key_variable
    credit = catalog.managed_credit
    named = dict(credit.key_variables) if credit is not None else {}
    host = HOSTS[priced.host]
    for provider in (priced.host, host.price_provider):
        if provider in named:
            return named[provider]
    return variable_of(priced.route, "API_KEY")


def _key_trouble(host: Host, secret: str) -> str:
    return f"There is no key for {host.name}." if host.needs_key and not secret else ""


_DEMO_HOST = Host(
    id=DEMO,
    name="Demo",
    language=HOSTS["openai"].language,
    base_url="",
    price_provider=DEMO,
    needs_key=False,
)
