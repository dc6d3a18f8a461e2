"""Lemon Squeezy's API over a `LemonStore`: JSON:API in and out, unknown fields refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tests.server.payments.doubles.lemon_store import Json, LemonStore
from tests.server.payments.doubles.loopback import Answered, Asked

MEDIA_TYPE = "application/vnd.api+json"


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Quantity(_Closed):
    variant_id: int
    quantity: int = Field(ge=1)


class CheckoutData(_Closed):
    email: str | None = None
    name: str | None = None
    billing_address: dict[str, str] | None = None
    tax_number: str | None = None
    discount_code: str | None = None
    custom: dict[str, Any] | None = None
    variant_quantities: list[Quantity] | None = None


class ProductOptions(_Closed):
    name: str | None = None
    description: str | None = None
    media: list[str] | None = None
    redirect_url: str | None = None
    receipt_button_text: str | None = None
    receipt_link_url: str | None = None
    receipt_thank_you_note: str | None = None
    enabled_variants: list[int] | None = None


class CheckoutOptions(_Closed):
    embed: bool | None = None
    media: bool | None = None
    logo: bool | None = None
    desc: bool | None = None
    discount: bool | None = None
    skip_trial: bool | None = None
    subscription_preview: bool | None = None
    button_color: str | None = None


class CheckoutAttributes(_Closed):
    custom_price: int | None = None
    product_options: ProductOptions | None = None
    checkout_options: CheckoutOptions | None = None
    checkout_data: CheckoutData | None = None
    preview: bool | None = None
    test_mode: bool | None = None
    expires_at: str | None = None


class Identifier(_Closed):
    type: str
    id: str


class Related(_Closed):
    data: Identifier


class CheckoutRelations(_Closed):
    store: Related
    variant: Related


class NewCheckout(_Closed):
    type: Literal["checkouts"]
    attributes: CheckoutAttributes = CheckoutAttributes()
    relationships: CheckoutRelations


class SubscriptionAttributes(_Closed):
    variant_id: int | None = None
    pause: dict[str, str] | None = None
    cancelled: bool | None = None
    trial_ends_at: str | None = None
    billing_anchor: int | None = None
    invoice_immediately: bool | None = None
    disable_prorations: bool | None = None


class SubscriptionChange(_Closed):
    type: Literal["subscriptions"]
    id: str
    attributes: SubscriptionAttributes


@dataclass(slots=True)
class LemonApi:
    """Answers requests with the key `key`. `down` makes the whole service fail with 500."""

    store: LemonStore
    key: str = "lemon-double"
    asked: list[Asked] = field(default_factory=list)
    down: bool = False

    def answer(self, asked: Asked) -> Answered:
        self.asked.append(asked)
        if self.down:
            return 500, _error("500", "Server Error")
        if asked.headers.get("authorization") != f"Bearer {self.key}":
            return 401, _error("401", "Unauthenticated.")
        if asked.headers.get("accept") != MEDIA_TYPE:
            return 406, _error("406", "Send Accept: application/vnd.api+json")
        if asked.body and asked.headers.get("content-type") != MEDIA_TYPE:
            return 415, _error("415", "Send Content-Type: application/vnd.api+json")
        for method, pattern, handle in _ROUTES:
            found = re.fullmatch(pattern, asked.path)
            if found and method == asked.method:
                try:
                    return handle(self, asked, *found.groups())
                except ValidationError as error:
                    return 422, _error("422", error.errors()[0]["msg"])
                except KeyError:
                    return 404, _error("404", "The requested resource does not exist.")
        return 404, _error("404", "The requested resource does not exist.")

    def create_checkout(self, asked: Asked) -> Answered:
        wish = NewCheckout.model_validate(json.loads(asked.body)["data"])
        variant = wish.relationships.variant.data.id
        if wish.relationships.store.data.id != str(self.store.store_id):
            return 422, _error("422", "The store does not exist.")
        if variant not in self.store.variants:
            return 422, _error("422", "The related variant does not exist.")
        made = self.store.open_checkout(variant, wish.attributes.model_dump(exclude_none=True))
        return 201, _one(made)

    def get(self, asked: Asked, type_: str, id_: str) -> Answered:
        return 200, _one(self.store.get(type_, id_))

    def list(self, asked: Asked, type_: str) -> Answered:
        query = dict(parse_qsl(asked.query))
        known = {"page[number]", "page[size]", "filter[store_id]", "filter[subscription_id]",
                 "filter[user_email]", "filter[order_id]"}  # fmt: skip
        if set(query) - known:
            return 400, _error("400", f"{set(query) - known} is not allowed")
        filters = {name[7:-1]: value for name, value in query.items() if name[:7] == "filter["}
        found = [
            each
            for each in self.store.of(type_)
            if all(str(each["attributes"].get(n)) == value for n, value in filters.items())
        ]
        size, number = int(query.get("page[size]", 10)), int(query.get("page[number]", 1))
        if size > 100:
            return 400, _error("400", "The page size is at most 100")
        start = (number - 1) * size
        page = {
            "currentPage": number, "from": start + 1, "perPage": size, "to": start + size,
            "lastPage": max(-(-len(found) // size), 1), "total": len(found),
        }  # fmt: skip
        return 200, {
            "meta": {"page": page}, "jsonapi": {"version": "1.0"}, "links": {},
            "data": found[start : start + size],
        }  # fmt: skip

    def change_subscription(self, asked: Asked, id_: str) -> Answered:
        wish = SubscriptionChange.model_validate(json.loads(asked.body)["data"])
        there = wish.attributes
        if wish.id != id_:
            return 422, _error("422", "The ids do not agree.")
        subscription = self.store.get("subscriptions", id_)
        if there.cancelled is not None:
            subscription = self.store.cancel(id_) if there.cancelled else self.store.resume(id_)
        if there.variant_id is not None:
            if str(there.variant_id) not in self.store.variants:
                return 422, _error("422", "The variant does not exist.")
            subscription = self.store.change(id_, str(there.variant_id))
        return 200, _one(subscription)

    def cancel_subscription(self, asked: Asked, id_: str) -> Answered:
        return 200, _one(self.store.cancel(id_))

    def who(self, asked: Asked) -> Answered:
        user = {"type": "users", "id": "1", "attributes": {"name": "Owner", "email": "o@x.org"}}
        return 200, {**_one(user), "meta": {"test_mode": self.store.test_mode}}


def _one(object_: Json) -> Json:
    return {"jsonapi": {"version": "1.0"}, "links": {}, "data": object_}


def _error(status: str, detail: str) -> Json:
    return {"jsonapi": {"version": "1.0"}, "errors": [{"status": status, "detail": detail}]}


_KINDS = "(orders|subscriptions|subscription-invoices|checkouts)"
_ROUTES: tuple[tuple[str, str, Callable[..., Answered]], ...] = (
    ("POST", "/v1/checkouts", LemonApi.create_checkout),
    ("GET", f"/v1/{_KINDS}/([0-9a-f-]+)", LemonApi.get),
    ("GET", f"/v1/{_KINDS}", LemonApi.list),
    ("PATCH", "/v1/subscriptions/([0-9]+)", LemonApi.change_subscription),
    ("DELETE", "/v1/subscriptions/([0-9]+)", LemonApi.cancel_subscription),
    ("GET", "/v1/users/me", LemonApi.who),
)
