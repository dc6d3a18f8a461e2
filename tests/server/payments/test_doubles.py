from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import stripe
from stripe.params import EventListParams, SubscriptionUpdateParams
from stripe.params.checkout import SessionCreateParams

from tests.server.payments.doubles.form import FormRefused, checked, decoded
from tests.server.payments.doubles.loopback import serving
from tests.server.payments.doubles.stripe_account import StripeAccount
from tests.server.payments.doubles.stripe_api import StripeApi
from tests.server.payments.doubles.ticking import Ticking

CLASSES: dict[str, Any] = {
    "checkout.session": stripe.checkout.Session,
    "price": stripe.Price,
    "product": stripe.Product,
    "customer": stripe.Customer,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "subscription": stripe.Subscription,
    "subscription_item": stripe.SubscriptionItem,
    "line_item": stripe.InvoiceLineItem,
    "invoice": stripe.Invoice,
    "invoice_payment": stripe.InvoicePayment,
    "event": stripe.Event,
}


@pytest.fixture
def account() -> StripeAccount:
    made = StripeAccount(Ticking())
    made.add_price("price_5", 500)
    made.add_price("price_month", 1000, recurring=True)
    return made


@pytest.fixture
def client(account: StripeAccount) -> Iterator[stripe.StripeClient]:
    with serving(StripeApi(account).answer) as url:
        yield stripe.StripeClient(
            "sk_live_double", base_addresses={"api": url}, http_client=stripe.UrllibClient(),
            max_network_retries=0,
        )  # fmt: skip


def bought(client: stripe.StripeClient, mode: str, price: str) -> str:
    session = client.v1.checkout.sessions.create(
        {"mode": mode, "line_items": [{"price": price, "quantity": 1}], "success_url": "https://x"}
    )
    return str(session.id)


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if str(value.get("object")) in CLASSES:
            yield value
        for each in value.values():
            yield from objects_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from objects_in(each)


def test_every_field_of_the_double_is_one_that_the_library_knows(
    account: StripeAccount, client: stripe.StripeClient
) -> None:
    pack, plan = bought(client, "payment", "price_5"), bought(client, "subscription", "price_month")
    account.pay(pack)
    account.pay(plan)
    subscription = account.objects[plan]["subscription"]
    account.renew(subscription)
    intent = account.objects[pack]["payment_intent"]
    account.refund(intent, 100)
    account.close_dispute(account.dispute(intent)["id"], "won")
    account.end(subscription)
    seen = set()
    for event in account.events:
        for found in objects_in(event):
            unknown = set(found) - set(CLASSES[found["object"]].__annotations__)
            # A keyword of Python is no annotation of a class.
            assert unknown - {"object", "items"} == set(), found["object"]
            seen.add(found["object"])
    assert len(seen) >= 8


@pytest.mark.parametrize(
    ("params", "form", "param"),
    [
        (SessionCreateParams, "mode=gift", "mode"),
        (SessionCreateParams, "amount=5", "amount"),
        (SessionCreateParams, "line_items[0][prise]=p", "line_items[0][prise]"),
        (SessionCreateParams, "line_items[0][quantity]=many", "line_items[0][quantity]"),
        (SubscriptionUpdateParams, "proration_behavior=always", "proration_behavior"),
        (EventListParams, "created[since]=5", "created"),
    ],
)
def test_what_stripe_would_refuse_is_refused(params: type, form: str, param: str) -> None:
    with pytest.raises(FormRefused) as refused:
        checked(params, decoded(form))
    assert refused.value.param.startswith(param)


def test_the_library_gets_its_own_error_for_an_unknown_field(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter"):
        client.v1.refunds.create({"sum": 5})  # type: ignore[typeddict-unknown-key]


def test_the_same_key_gets_the_same_answer(
    account: StripeAccount, client: stripe.StripeClient
) -> None:
    wish: Any = {"email": "ann@example.org"}
    first = client.v1.customers.create(wish, {"idempotency_key": "k"})
    assert client.v1.customers.create(wish, {"idempotency_key": "k"}).id == first.id
    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({"email": "bob@example.org"}, {"idempotency_key": "k"})


def test_events_come_in_pages_the_newest_first(
    account: StripeAccount, client: stripe.StripeClient
) -> None:
    account.pay(bought(client, "subscription", "price_month"))
    found = [event.type for event in client.v1.events.list({"limit": 1}).auto_paging_iter()]
    assert found == [event["type"] for event in reversed(account.events)]
