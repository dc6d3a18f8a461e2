"""What a model of a catalog costs its operator: the book's price at the route that answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.pricebook import Lookup, PriceBook


def lookup_price(catalog: PlanCatalog, book: PriceBook, model_id: str, at: datetime) -> Lookup:
    """The price at the first open route that has one, or why there is none.

    A model without routes is looked up at its vendor, and one that is not listed at the provider
    that its id begins with.
    """
    why_not = "no provider is known for this model"
    for provider, name in _places(catalog, model_id):
        found = book.lookup(provider, name, at)
        if found.price is not None:
            return found
        why_not = found.why_not
    return Lookup(None, why_not)


def _places(catalog: PlanCatalog, model_id: str) -> Iterator[tuple[str, str]]:
    model = catalog.model(model_id)
    if model is None:
        provider, _, name = model_id.partition("/")
        if name:
            yield provider, name
            yield "openrouter", model_id
    elif model.routes:
        for route in catalog.routes_to(model_id):
            if not route.disabled:
                yield route.provider, model.name_at(route.id)
    else:
        yield model.vendor.lower(), model.id
