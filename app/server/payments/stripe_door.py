"""The one door to Stripe's library: signatures in, requests out. No other file imports it, and this
one is imported where Stripe is asked: the library takes 10 MiB of every worker.

Answers leave as plain JSON; what they mean is `stripe_events`'s to read.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import stripe

from app.server.errors import Refused
from app.server.payments.orders import CheckoutOrder, OpenedCheckout
from app.server.payments.signatures import SignatureRefused

Json = dict[str, Any]

TOLERANCE_S = 300
_TIMEOUT_S = 20.0
_RETRIES = 2


class _AtStripeAlone(stripe.AIOHTTPClient):
    """Follows no redirect: neither the key nor an order goes to another address."""

    def _get_request_args_kwargs(
        self, *args: Any, **kwargs: Any
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        places, named = super()._get_request_args_kwargs(*args, **kwargs)
        return places, {**named, "allow_redirects": False}


def verified(body: bytes, header: str, secret: str, now: datetime) -> Json:
    """The event of a webhook. The signature is over the raw bytes and its time has to be within
    five minutes of `now` on both sides: the library lets the future pass.

    Raises SignatureRefused.
    """
    try:
        stripe.WebhookSignature.verify_header(body, header, secret)
        stamps = [part[2:] for part in header.split(",") if part.startswith("t=")]
        age_s = int(now.timestamp()) - int(stamps[0])
        event = json.loads(body)
    except (stripe.SignatureVerificationError, UnicodeError, ValueError, IndexError) as error:
        raise SignatureRefused("The signature does not fit the body.") from error
    if len(stamps) != 1 or abs(age_s) > TOLERANCE_S:
        raise SignatureRefused("The signature is not from now.")
    if not isinstance(event, dict) or event.get("object") != "event":
        raise SignatureRefused("This is no event.")
    return event


class StripeDoor:
    """Stripe's API with one key. `address` replaces the real one in tests. `answered_at` is
    Stripe's own time of its last answer, None where it did not say."""

    def __init__(self, key: str, address: str = "") -> None:
        self._http = _AtStripeAlone(timeout=_TIMEOUT_S)
        self.answered_at: datetime | None = None
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": address} if address else None,
            http_client=self._http,
            max_network_retries=_RETRIES,
        )

    async def close(self) -> None:
        await self._http.close_async()

    async def open_checkout(self, order: CheckoutOrder) -> OpenedCheckout:
        """A checkout page of Stripe's. Raises Refused (502, 503)."""
        claim = {"checkout": order.checkout, "tenant": order.tenant, "price": order.price}
        wish: stripe.params.checkout.SessionCreateParams = {
            "mode": "subscription" if order.monthly else "payment",
            "line_items": [{"price": order.price, "quantity": order.quantity}],
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
            "client_reference_id": order.checkout,
            "metadata": claim,
            # What is paid has to be what the catalog says, in its currency.
            "adaptive_pricing": {"enabled": False},
        }
        if order.monthly:
            wish["subscription_data"] = {"metadata": claim}
        else:
            wish["payment_intent_data"] = {"metadata": claim}
            if not order.customer:
                wish["customer_creation"] = "always"
        if order.customer:
            wish["customer"] = order.customer
        elif order.email:
            wish["customer_email"] = order.email
        session = await self._asked(
            self._client.v1.checkout.sessions.create_async(
                wish, {"idempotency_key": f"checkout-{order.checkout}"}
            )
        )
        return OpenedCheckout(session["id"], session["url"] or "")

    async def session(self, session_id: str) -> Json:
        return await self._asked(self._client.v1.checkout.sessions.retrieve_async(session_id))

    async def expire(self, session_id: str) -> Json:
        """Close a session that nobody paid; refused where it is not open any more."""
        return await self._asked(self._client.v1.checkout.sessions.expire_async(session_id))

    async def subscription(self, subscription_id: str) -> Json:
        return await self._asked(self._client.v1.subscriptions.retrieve_async(subscription_id))

    async def invoice(self, invoice_id: str) -> Json:
        return await self._asked(self._client.v1.invoices.retrieve_async(invoice_id))

    async def invoice_payments(self, invoice_id: str) -> list[Json]:
        page = await self._asked(
            self._client.v1.invoice_payments.list_async({"invoice": invoice_id, "limit": 100})
        )
        found: list[Json] = page["data"]
        return found

    async def change_plan(self, subscription_id: str, item: str, price: str) -> Json:
        """Another price at once, the difference billed at once; it holds only when that is paid."""
        return await self._asked(
            self._client.v1.subscriptions.update_async(
                subscription_id,
                {
                    "items": [{"id": item, "price": price, "quantity": 1}],
                    "proration_behavior": "always_invoice",
                    "payment_behavior": "pending_if_incomplete",
                },
            )
        )

    async def cancel_at_end(self, subscription_id: str, cancel: bool) -> Json:
        """Let it run out at the end of what is paid, or take that back."""
        return await self._asked(
            self._client.v1.subscriptions.update_async(
                subscription_id, {"cancel_at_period_end": cancel}
            )
        )

    async def portal(self, customer: str, return_url: str) -> str:
        """The address of the page where a customer sees invoices and changes a card."""
        made = await self._asked(
            self._client.v1.billing_portal.sessions.create_async(
                {"customer": customer, "return_url": return_url}
            )
        )
        return str(made["url"])

    async def events_since(self, since: datetime, kinds: Sequence[str]) -> AsyncIterator[Json]:
        """What happened, the newest first, as the webhooks tell it. Raises Refused."""
        wish: stripe.params.EventListParams = {
            "created": {"gte": int(since.timestamp())},
            "types": list(kinds),
            "limit": 100,
        }
        while True:
            page = await self._asked(self._client.v1.events.list_async(wish))
            for event in page["data"]:
                yield event
            if not page["has_more"] or not page["data"]:
                return
            wish["starting_after"] = page["data"][-1]["id"]

    async def _asked(self, asking: Any) -> Json:
        try:
            answer = await asking
        except stripe.StripeError as error:
            raise _refused(error) from error
        self.answered_at = _said_at(answer)
        said: Json = answer.to_dict()
        return said


def _said_at(answer: stripe.StripeObject) -> datetime | None:
    response = answer.last_response
    text = response.headers.get("Date") if response is not None else None
    try:
        at = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at is not None else None


def _refused(error: stripe.StripeError) -> Refused:
    """Stripe's own words may hold ids of the operator's account: they go into the log alone."""
    if isinstance(error, stripe.CardError):
        return Refused(402, "card_declined", "The card was declined. Try another one.")
    if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError):
        return Refused(
            503,
            "processor_unavailable",
            "The payment processor cannot be reached right now. Nothing was bought. Try again.",
            retry_after_s=10,
        )
    return Refused(
        502, "processor_failed", "The payment processor did not accept this. Nothing was bought."
    )
