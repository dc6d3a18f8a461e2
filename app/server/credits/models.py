"""The models that are sold, as `GET /v1/models` lists them: routes, weight, and rates."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from app.catalog.prices import Price
from app.providers.hosts import HOSTS
from app.server.credits.prices import Sold, sold
from app.server.operator.closed_routes import closed_routes
from app.server.services import Services


@dataclass(frozen=True, slots=True)
class RouteShown:
    """A way to a model. `disabled` is the reason, empty where it is open."""

    id: str
    name: str
    disabled: str


@dataclass(frozen=True, slots=True)
class ModelShown:
    """One model on sale. `trouble` says why it cannot be asked, empty where it can."""

    id: str
    name: str
    vendor: str
    sold: Sold
    routes: tuple[RouteShown, ...]
    free: bool
    note: str
    trouble: str

    @property
    def price(self) -> Price | None:
        return self.sold.routes[0].price if self.sold.routes else None


def models_sold(services: Services, now: datetime) -> Iterator[ModelShown]:
    """The listed models in the catalog's order; one without a price comes with the reason."""
    catalog, closed = services.catalog, closed_routes(services)
    free = set(catalog.free_models())
    for model in catalog.models:
        found = sold(services, model.id, now)
        listed = catalog.routes_to(model.id)
        yield ModelShown(
            id=model.id,
            name=model.name,
            vendor=model.vendor,
            sold=found,
            routes=tuple(
                RouteShown(each.id, each.name, each.disabled or closed.get(each.id, ""))
                for each in listed
            )
            or tuple(
                RouteShown(each.route, HOSTS[each.host].name, "")
                for each in found.routes
                if each.host in HOSTS
            ),
            free=model.id in free,
            note=model.note,
            trouble="" if found.routes else found.why_not,
        )


def models_by_own_key(services: Services, hosts: Collection[str], now: datetime) -> list[str]:
    """The listed models that a key for one of the hosts can answer, in the catalog's order."""
    if not hosts:
        return []
    return [
        model.id
        for model in services.catalog.models
        if any(route.host in hosts for route in sold(services, model.id, now).routes)
    ]


def model_sold(services: Services, model_id: str, now: datetime) -> ModelShown | None:
    """One model, also one that is not listed and sold by its price; None where it is not sold."""
    for shown in models_sold(services, now):
        if model_id in (shown.id, shown.sold.model):
            return shown
    found = sold(services, model_id, now)
    if not found.routes:
        return None
    return ModelShown(
        id=model_id,
        name=found.name,
        vendor=model_id.partition("/")[0],
        sold=found,
        routes=tuple(
            RouteShown(each.route, HOSTS[each.host].name, "")
            for each in found.routes
            if each.host in HOSTS
        ),
        free=False,
        note="",
        trouble="",
    )
