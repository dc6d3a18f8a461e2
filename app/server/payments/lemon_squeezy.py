"""The door to Lemon Squeezy: signatures in, JSON:API requests out.

Source: docs.lemonsqueezy.com/api and /help/webhooks, read on 21 November 2026.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from app.errors import ProviderError
from app.providers.connection import Call, Key, Timeouts
from app.server.errors import Refused
from app.server.payments.orders import CheckoutOrder, OpenedCheckout
from app.server.payments.signatures import SignatureRefused

Json = dict[str, Any]

ADDRESS = "https://api.lemonsqueezy.com"
_MEDIA_TYPE = "application/vnd.api+json"
_HEADERS = (("Accept", _MEDIA_TYPE),)
_BODY_BYTES_MAX = 8 * 1024 * 1024
_PAGE = 100
_PAGES_MAX = 200


def verified(body: bytes, signature: str, secret: str) -> Json:
    """The webhook's body, where `signature` is the hex HMAC-SHA256 of its raw bytes.

    Raises SignatureRefused. There is no time in it: what was handled before is told by its key.
    """
    right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right.encode(), signature.strip().lower().encode()):
        raise SignatureRefused("The signature does not fit the body.")
    try:
        said = json.loads(body)
    except (UnicodeError, ValueError) as error:
        raise SignatureRefused("The body is no JSON.") from error
    if not isinstance(said, dict) or not isinstance(said.get("data"), dict):
        raise SignatureRefused("This is no event.")
    return said


class LemonSqueezyDoor:
    """Lemon Squeezy's API with one key and one store. `address` replaces the real one in tests."""

    def __init__(self, key: str, store: str, address: str = "") -> None:
        self._address = address or ADDRESS
        self._key = Key("Authorization", f"Bearer {key}", self._address)
        self._store = store
        from app.providers.http import HttpClient  # 2 MiB, where something is sold by it

        self._http = HttpClient(timeouts=Timeouts(10.0, 20.0, 20.0, 20.0))

    async def close(self) -> None:
        await self._http.aclose()

    async def open_checkout(self, order: CheckoutOrder) -> OpenedCheckout:
        """A checkout page of Lemon Squeezy's. Raises Refused (502, 503)."""
        claim = {"checkout": order.checkout, "tenant": order.tenant, "price": order.price}
        wanted: Json = {"custom": claim}
        if order.email:
            wanted["email"] = order.email
        if order.quantity != 1:
            wanted["variant_quantities"] = [
                {"variant_id": int(order.price), "quantity": order.quantity}
            ]
        mark = "&" if "?" in order.success_url else "?"
        back = f"{order.success_url}{mark}order=[order_identifier]"
        body = {
            "data": {
                "type": "checkouts",
                "attributes": {
                    "checkout_data": wanted,
                    # No discount: what is paid has to be what the catalog says.
                    "checkout_options": {"discount": False},
                    "product_options": {
                        "redirect_url": back,
                        "receipt_link_url": back,
                        "enabled_variants": [int(order.price)],
                    },
                },
                "relationships": {
                    "store": {"data": {"type": "stores", "id": self._store}},
                    "variant": {"data": {"type": "variants", "id": order.price}},
                },
            }
        }
        made = (await self._asked("POST", "/v1/checkouts", body))["data"]
        return OpenedCheckout(made["id"], made["attributes"]["url"])

    async def change_plan(self, subscription_id: str, variant: str) -> Json:
        """Another variant at once, the difference billed at once."""
        change = {"variant_id": int(variant), "invoice_immediately": True}
        return await self._change(subscription_id, change)

    async def cancel_at_end(self, subscription_id: str, cancel: bool) -> Json:
        """Let it run out at the end of what is paid, or take that back."""
        return await self._change(subscription_id, {"cancelled": cancel})

    async def subscription(self, subscription_id: str) -> Json:
        found: Json = (await self._asked("GET", f"/v1/subscriptions/{subscription_id}"))["data"]
        return found

    async def portal(self, subscription_id: str) -> str:
        """The signed address of the customer's portal; it is good for a day."""
        urls = (await self.subscription(subscription_id))["attributes"]["urls"]
        return str(urls["customer_portal"])

    async def newest(self, what: str, since: datetime) -> AsyncIterator[Json]:
        """Orders or subscription-invoices of the store that were made since, the newest first."""
        for number in range(1, _PAGES_MAX + 1):
            query = {
                "filter[store_id]": self._store,
                "page[number]": number,
                "page[size]": _PAGE,
            }
            answer = await self._asked("GET", f"/v1/{what}?{urlencode(query)}")
            for each in answer["data"]:
                if datetime.fromisoformat(each["attributes"]["created_at"]) < since:
                    return
                yield each
            if number >= answer["meta"]["page"]["lastPage"]:
                return

    async def _change(self, subscription_id: str, attributes: Json) -> Json:
        body = {"data": {"type": "subscriptions", "id": subscription_id, "attributes": attributes}}
        answer = await self._asked("PATCH", f"/v1/subscriptions/{subscription_id}", body)
        found: Json = answer["data"]
        return found

    async def _asked(self, method: str, path: str, body: Json | None = None) -> Json:
        call = Call(
            method,
            self._address + path,
            "Lemon Squeezy",
            None if body is None else json.dumps(body).encode(),
            _HEADERS,
            self._key,
            content_type=_MEDIA_TYPE,
        )
        try:
            async with self._http.open(call) as answer:
                said = await answer.body(_BODY_BYTES_MAX)
                status = answer.status
        except ProviderError as error:
            raise _unavailable() from error
        if status == 429 or status >= 500:
            raise _unavailable()
        if status >= 400:
            # Its words may hold ids of the operator's store.
            raise Refused(
                502,
                "processor_failed",
                "The payment processor did not accept this. Nothing was bought.",
            )
        try:
            found = json.loads(said)
        except ValueError as error:
            raise _unavailable() from error
        return found if isinstance(found, dict) else {}


def _unavailable() -> Refused:
    return Refused(
        503,
        "processor_unavailable",
        "The payment processor cannot be reached right now. Nothing was bought. Try again.",
        retry_after_s=10,
    )
