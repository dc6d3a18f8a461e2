"""Stripe's API over a `StripeAccount`: what the library sends is decoded, held against the
library's own parameter types, and answered from what the account remembers."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stripe import params
from stripe.params import billing_portal, checkout

from tests.server.payments.doubles import stripe_shapes as shapes
from tests.server.payments.doubles.form import FormRefused, checked, decoded
from tests.server.payments.doubles.loopback import Answered, Asked
from tests.server.payments.doubles.stripe_account import StripeAccount
from tests.server.payments.doubles.stripe_shapes import Json

Handle = Callable[["StripeApi", Json, str], Json]


class Missing(Exception):
    """There is no such object."""


@dataclass(slots=True)
class StripeApi:
    """Answers requests with the key `key`. `down` makes the whole service fail with 500."""

    account: StripeAccount
    key: str = "sk_live_double"
    asked: list[Asked] = field(default_factory=list)
    down: bool = False
    _answers: dict[str, tuple[str, Answered]] = field(default_factory=dict)

    def answer(self, asked: Asked) -> Answered:
        self.asked.append(asked)
        if self.down:
            return 500, _error("api_error", "An unknown error occurred")
        if asked.headers.get("authorization") != f"Bearer {self.key}":
            return 401, _error("invalid_request_error", "Invalid API Key provided")
        key = asked.headers.get("idempotency-key", "") if asked.method == "POST" else ""
        if key in self._answers:
            body, before = self._answers[key]
            if body != asked.path + asked.body:
                return 400, _error("idempotency_error", "Keys can only be used with the same body")
            return before
        answered = self._answer(asked)
        if key:
            self._answers[key] = (asked.path + asked.body, answered)
        return answered

    def _answer(self, asked: Asked) -> Answered:
        for method, pattern, type_, handle in _ROUTES:
            found = re.fullmatch(pattern, asked.path)
            if found and method == asked.method:
                form = asked.query if asked.method in ("GET", "DELETE") else asked.body
                try:
                    said = handle(
                        self, checked(type_, decoded(form)), found["id"] if found.groups() else ""
                    )
                except FormRefused as error:
                    return 400, _error("invalid_request_error", error.message, error.param)
                except Missing as error:
                    return 404, _error("invalid_request_error", f"No such object: {error}", "id")
                return 200, copy.deepcopy(said)
        return 404, _error("invalid_request_error", f"Unrecognized request URL ({asked.path})")

    # --- checkout ---

    def create_session(self, form: Json, _: str) -> Json:
        if form.get("mode") not in ("payment", "subscription") or not form.get("line_items"):
            raise FormRefused("Missing required param", "line_items")
        if len(form["line_items"]) != 1:
            raise FormRefused("The double sells one line at a time", "line_items")
        price = self._get(form["line_items"][0].get("price", ""), "price", "line_items[0][price]")
        if (price["recurring"] is not None) != (form["mode"] == "subscription"):
            raise FormRefused("The price does not fit the mode", "line_items[0][price]")
        if not form.get("success_url"):
            raise FormRefused("Missing required param: success_url", "success_url")
        if "customer" in form and "customer_email" in form:
            raise FormRefused("You may only specify one of these", "customer_email")
        if form["mode"] == "payment" and "subscription_data" in form:
            raise FormRefused("You can not pass this in `payment` mode", "subscription_data")
        if "customer" in form:
            self._get(form["customer"], "customer", "customer")
        account = self.account
        prefix = "cs_live" if account.live else "cs_test"
        session = shapes.session(
            account.new_id(prefix), form, price, at=account.ticking.seconds, live=account.live
        )
        account.asked[session["id"]] = form
        return account.keep(session)

    def expire_session(self, _: Json, id_: str) -> Json:
        session = self._get(id_, "checkout.session")
        if session["status"] != "open":
            raise FormRefused("Only Checkout Sessions with a status of open can be expired")
        self.account.expire(id_)
        return session

    def get_session(self, form: Json, id_: str) -> Json:
        return self._expanded(self._get(id_, "checkout.session"), form)

    def list_sessions(self, form: Json, _: str) -> Json:
        return self._page("checkout.session", "/v1/checkout/sessions", form, ("status", "customer"))

    # --- customers, products, prices ---

    def create_customer(self, form: Json, _: str) -> Json:
        account = self.account
        return account.keep(
            shapes.customer(
                account.new_id("cus"), form.get("email"), form.get("metadata", {}),
                at=account.ticking.seconds, live=account.live,
            )
        )  # fmt: skip

    def get_customer(self, form: Json, id_: str) -> Json:
        return self._get(id_, "customer")

    def get_price(self, form: Json, id_: str) -> Json:
        return self._expanded(self._get(id_, "price"), form)

    def get_product(self, form: Json, id_: str) -> Json:
        return self._get(id_, "product")

    def list_prices(self, form: Json, _: str) -> Json:
        return self._page("price", "/v1/prices", form, ("product", "active"))

    # --- subscriptions and invoices ---

    def get_subscription(self, form: Json, id_: str) -> Json:
        return self._expanded(self._get(id_, "subscription"), form)

    def list_subscriptions(self, form: Json, _: str) -> Json:
        return self._page("subscription", "/v1/subscriptions", form, ("customer",))

    def update_subscription(self, form: Json, id_: str) -> Json:
        subscription = self._get(id_, "subscription")
        if subscription["status"] == "canceled":
            raise FormRefused("A canceled subscription can only update its metadata")
        if form.get("payment_behavior") == "pending_if_incomplete":
            others = set(form) & {"metadata", "cancel_at_period_end", "cancel_at"}
            if others:
                raise FormRefused(f"{others} cannot be changed with pending_if_incomplete")
        item = subscription["items"]["data"][0]
        for wanted in form.get("items", ()):
            if wanted.get("id") != item["id"]:
                raise FormRefused("A second price would be added", "items[0][id]")
            self._get(wanted.get("price", item["price"]["id"]), "price", "items[0][price]")
        return self.account.change(id_, form)

    def cancel_subscription(self, _: Json, id_: str) -> Json:
        subscription = self._get(id_, "subscription")
        self.account.end(id_)
        return subscription

    def get_invoice(self, form: Json, id_: str) -> Json:
        return self._expanded(self._get(id_, "invoice"), form)

    def list_invoices(self, form: Json, _: str) -> Json:
        return self._page("invoice", "/v1/invoices", form, ("status", "customer"))

    def list_invoice_payments(self, form: Json, _: str) -> Json:
        return self._page("invoice_payment", "/v1/invoice_payments", form, ("invoice", "status"))

    # --- money that goes back, the portal, events ---

    def create_refund(self, form: Json, _: str) -> Json:
        if "payment_intent" not in form:
            raise FormRefused("The double refunds a payment_intent", "payment_intent")
        return self.account.refund(form["payment_intent"], form.get("amount"))

    def get_refund(self, form: Json, id_: str) -> Json:
        return self._get(id_, "refund")

    def get_dispute(self, form: Json, id_: str) -> Json:
        return self._get(id_, "dispute")

    def create_portal_session(self, form: Json, _: str) -> Json:
        self._get(form.get("customer", ""), "customer", "customer")
        account = self.account
        id_ = account.new_id("bps")
        return {
            "id": id_, "object": "billing_portal.session", "created": account.ticking.seconds,
            "customer": form["customer"], "livemode": account.live,
            "return_url": form.get("return_url"), "configuration": "bpc_1", "flow": None,
            "locale": None, "on_behalf_of": None, "url": f"https://billing.stripe.com/p/{id_}",
        }  # fmt: skip

    def list_events(self, form: Json, _: str) -> Json:
        kinds = form.get("types") or ([form["type"]] if "type" in form else None)
        events = [e for e in reversed(self.account.events) if kinds is None or e["type"] in kinds]
        return _paged("/v1/events", _created(events, form), form)

    def get_event(self, form: Json, id_: str) -> Json:
        for event in self.account.events:
            if event["id"] == id_:
                return event
        raise Missing(id_)

    # --- the inside ---

    def _get(self, id_: str, kind: str, param: str = "") -> Json:
        found = self.account.objects.get(id_)
        if found is None or found["object"] != kind:
            if param:
                raise FormRefused(f"No such {kind}: '{id_}'", param)
            raise Missing(id_)
        return found

    def _expanded(self, object_: Json, form: Json) -> Json:
        made = dict(object_)
        for name in form.get("expand", ()):
            value = made.get(name)
            if isinstance(value, str):
                made[name] = self.account.objects[value]
        return made

    def _page(self, kind: str, url: str, form: Json, filters: tuple[str, ...]) -> Json:
        found = [
            each
            for each in self.account.of(kind)
            if all(name not in form or each.get(name) == form[name] for name in filters)
        ]
        return _paged(url, _created(found, form), form)


def _created(objects: list[Json], form: Json) -> list[Json]:
    span = form.get("created", {})
    if isinstance(span, int):
        return [each for each in objects if each["created"] == span]
    least = span.get("gte", span.get("gt", -1) + 1)
    most = span.get("lte", span.get("lt", 2**53) - 1)
    return [each for each in objects if least <= each["created"] <= most]


def _paged(url: str, objects: list[Json], form: Json) -> Json:
    start = 0
    if "starting_after" in form:
        ids = [each["id"] for each in objects]
        start = ids.index(form["starting_after"]) + 1
    limit = form.get("limit", 10)
    if not 1 <= limit <= 100:
        raise FormRefused("This value must be between 1 and 100", "limit")
    return shapes.listed(url, objects[start : start + limit], has_more=len(objects) > start + limit)


def _error(type_: str, message: str, param: str = "") -> Json:
    error: dict[str, Any] = {"type": type_, "message": message}
    if param:
        error["param"] = param
    return {"error": error}


_ID = r"/(?P<id>[a-z_]+\w+)"
_ROUTES: tuple[tuple[str, str, Any, Handle], ...] = (
    ("POST", "/v1/checkout/sessions", checkout.SessionCreateParams, StripeApi.create_session),
    ("GET", "/v1/checkout/sessions", checkout.SessionListParams, StripeApi.list_sessions),
    ("GET", f"/v1/checkout/sessions{_ID}", checkout.SessionRetrieveParams, StripeApi.get_session),
    (
        "POST", f"/v1/checkout/sessions{_ID}/expire", checkout.SessionExpireParams,
        StripeApi.expire_session,
    ),
    ("POST", "/v1/customers", params.CustomerCreateParams, StripeApi.create_customer),
    ("GET", f"/v1/customers{_ID}", params.CustomerRetrieveParams, StripeApi.get_customer),
    ("GET", "/v1/prices", params.PriceListParams, StripeApi.list_prices),
    ("GET", f"/v1/prices{_ID}", params.PriceRetrieveParams, StripeApi.get_price),
    ("GET", f"/v1/products{_ID}", params.ProductRetrieveParams, StripeApi.get_product),
    ("GET", "/v1/subscriptions", params.SubscriptionListParams, StripeApi.list_subscriptions),
    (
        "GET", f"/v1/subscriptions{_ID}", params.SubscriptionRetrieveParams,
        StripeApi.get_subscription,
    ),
    (
        "POST", f"/v1/subscriptions{_ID}", params.SubscriptionUpdateParams,
        StripeApi.update_subscription,
    ),
    (
        "DELETE", f"/v1/subscriptions{_ID}", params.SubscriptionCancelParams,
        StripeApi.cancel_subscription,
    ),
    ("GET", "/v1/invoices", params.InvoiceListParams, StripeApi.list_invoices),
    ("GET", f"/v1/invoices{_ID}", params.InvoiceRetrieveParams, StripeApi.get_invoice),
    (
        "GET", "/v1/invoice_payments", params.InvoicePaymentListParams,
        StripeApi.list_invoice_payments,
    ),
    ("POST", "/v1/refunds", params.RefundCreateParams, StripeApi.create_refund),
    ("GET", f"/v1/refunds{_ID}", params.RefundRetrieveParams, StripeApi.get_refund),
    ("GET", f"/v1/disputes{_ID}", params.DisputeRetrieveParams, StripeApi.get_dispute),
    (
        "POST", "/v1/billing_portal/sessions", billing_portal.SessionCreateParams,
        StripeApi.create_portal_session,
    ),
    ("GET", "/v1/events", params.EventListParams, StripeApi.list_events),
    ("GET", f"/v1/events{_ID}", params.EventRetrieveParams, StripeApi.get_event),
)  # fmt: skip
