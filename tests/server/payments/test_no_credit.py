"""What is not signed just now, not ours, or not what the catalog sells credits nothing, ever."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.server.payments.doubles import lemon_store, stripe_account
from tests.server.payments.shop import LEMON_SECRET, STRIPE_SECRET, Shop, open_shop

Json = dict[str, Any]
Signed = tuple[bytes, dict[str, str]]
Wrong = Callable[..., Any]


def object_of(said: Json) -> Json:
    there: Json = said["data"].get("object") or said["data"]["attributes"]
    return there


def other_mode(said: Json) -> None:
    if "livemode" in said:
        said["livemode"] = False
    else:
        said["data"]["attributes"]["test_mode"] = True


def other_account(said: Json) -> None:
    if "livemode" in said:
        said["account"] = "acct_other"
    else:
        said["data"]["attributes"]["store_id"] = 8


def other_currency(said: Json) -> None:
    object_of(said)["currency"] = "eur"


def other_amount(said: Json) -> None:
    there = object_of(said)
    for name in ("amount_total", "total"):
        if name in there:
            there[name] += 1
    for line in (there.get("lines") or {}).get("data", ()):
        line["amount"] += 1


def one_cent(said: Json) -> None:
    there = object_of(said)
    for name in ("amount_total", "total"):
        if name in there:
            there[name] = 1
    for line in (there.get("lines") or {}).get("data", ()):
        line["amount"] = 1


def changed_price(said: Json) -> None:
    there = object_of(said)
    if there.get("object") == "checkout.session":
        there["metadata"]["price"] = "price_ultra"
    elif there.get("object") == "invoice":
        there["lines"]["data"][0]["pricing"]["price_details"]["price"] = "price_org"
    elif "first_order_item" in there:
        there["first_order_item"]["variant_id"] = 6
    else:
        there["total"] = 9900  # another plan's


def nobodys(said: Json) -> None:
    there = object_of(said)
    if "meta" in said:
        said["meta"]["custom_data"] = {"checkout": "0" * 32}
        there["subscription_id"] = 1
    elif there["object"] == "invoice":
        details = there["parent"]["subscription_details"]
        details.update(metadata={}, subscription="sub_unknown")
    else:
        there.update(metadata={}, client_reference_id=None)


def another_tenants(said: Json) -> None:
    there = object_of(said)
    if "meta" in said:
        said["meta"]["custom_data"]["tenant"] = "a_somebody"
    elif there["object"] == "invoice":
        there["parent"]["subscription_details"]["metadata"]["tenant"] = "a_somebody"
    else:
        there["metadata"]["tenant"] = "a_somebody"


def not_paid(said: Json) -> None:
    there = object_of(said)
    if there.get("object") == "checkout.session":
        there["payment_status"] = "unpaid"
    else:
        there["status"] = "pending"


def discounted(said: Json) -> None:
    there = object_of(said)
    if there.get("object") == "invoice":
        there["total_discount_amounts"] = [{"amount": 900, "discount": "di_1"}]
        there["total"] -= 900
    else:
        one_cent(said)


WRONG: tuple[Callable[[Json], None], ...] = (
    other_mode, other_account, other_currency, other_amount, one_cent, changed_price, nobodys,
    another_tenants, not_paid, discounted,
)  # fmt: skip


def too_old(body: Json, now_s: int, chance: random.Random) -> Signed:
    return stripe_account.signed(body, STRIPE_SECRET, now_s - chance.randrange(301, 10**7))


def from_the_future(body: Json, now_s: int, chance: random.Random) -> Signed:
    return stripe_account.signed(body, STRIPE_SECRET, now_s + chance.randrange(301, 10**7))


def other_secret(body: Json, now_s: int, chance: random.Random) -> Signed:
    return stripe_account.signed(body, f"whsec_{chance.random()}", now_s)


def altered(body: Json, now_s: int, chance: random.Random) -> Signed:
    raw, headers = stripe_account.signed(body, STRIPE_SECRET, now_s)
    place = chance.randrange(len(raw))
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :], headers


def two_times(body: Json, now_s: int, chance: random.Random) -> Signed:
    """An old signature that says a second, newer time."""
    raw, headers = stripe_account.signed(body, STRIPE_SECRET, now_s - 10_000)
    headers["Stripe-Signature"] += f",t={now_s}"
    return raw, headers


def unsigned(body: Json, now_s: int, chance: random.Random) -> Signed:
    raw, headers = stripe_account.signed(body, STRIPE_SECRET, now_s)
    headers["Stripe-Signature"] = chance.choice(["", "t=1", f"t={now_s},v1=", "v0=ab", "x" * 5000])
    return raw, headers


FORGED = (too_old, from_the_future, other_secret, altered, two_times, unsigned)


async def offered(shop: Shop) -> tuple[list[Json], list[tuple[str, Json]]]:
    """The messages that would credit: a pack's and a plan's, none of them sent."""
    ann = await shop.someone()
    for offer in ("power-pack", "premium"):
        await shop.bought(ann, offer, deliver=False)
    events = [e for e in shop.stripe.events if e["type"] in ("checkout.session.completed",
              "invoice.paid") and e["data"]["object"].get("mode") != "subscription"]  # fmt: skip
    told = [
        (name, said)
        for name, said in shop.lemon.webhooks
        if name == "subscription_payment_success"
        or (name == "order_created" and said["data"]["attributes"]["total"] == 1000
            and said["data"]["attributes"]["first_order_item"]["variant_id"] == 4)
    ]  # fmt: skip
    return events, told


async def nothing_was_credited(shop: Shop) -> None:
    for table in ("ledger_credits", "ledger_postings", "packs"):
        assert await shop.server.run(f"SELECT count(*) FROM {table}") == [(0,)], table
    # An invoice that is nobody's is kept as nobody's, for the subscription that it may belong to.
    paid_for = "SELECT tenant, subscription FROM subscription_payments WHERE tenant <> ''"
    assert await shop.server.run(paid_for) == []
    plans = await shop.server.run("SELECT DISTINCT plan, coalesce(paid_until_ms, 0) FROM accounts")
    assert plans == [("free", 0)]
    states = await shop.server.run("SELECT DISTINCT state FROM payment_checkouts")
    assert "credited" not in {row[0] for row in states}


async def refused(shop: Shop, many: int, chance: random.Random) -> int:
    """Send wrong messages; how many were answered with an error or set aside."""
    events, told = await offered(shop)
    count = 0
    for number in range(many):
        if events:
            body = copy.deepcopy(chance.choice(events))
            body["id"] = f"evt_wrong_{number}"
            if chance.random() < 0.4:
                raw, headers = chance.choice(FORGED)(body, shop.stripe.ticking.seconds, chance)
            else:
                chance.choice(WRONG)(body)
                raw, headers = stripe_account.signed(
                    body, STRIPE_SECRET, shop.stripe.ticking.seconds
                )
        else:
            name, said = chance.choice(told)
            said = copy.deepcopy(said)
            said["meta"]["number"] = number
            secret = LEMON_SECRET
            if chance.random() < 0.3:
                secret = f"other {number}"
            else:
                chance.choice(WRONG)(said)
            raw, headers = lemon_store.signed(name, said, secret)
        status, answer = await shop.post(raw, headers)
        if status == 200:
            assert not {"credited", "credited_before"} & set(answer["outcomes"])
        count += status in (200, 400)
    return count


@pytest.mark.parametrize("processor", ["stripe", "lemon_squeezy"])
async def test_none_of_five_hundred_wrong_messages_credits(tmp_path: Path, processor: str) -> None:
    """With both processors a thousand of a thousand."""
    async with open_shop(tmp_path / "server", processor) as shop:
        assert await refused(shop, 500, random.Random(7)) == 500
        await nothing_was_credited(shop)
        await shop.sound()
        # The right ones still do: nothing of all this stood in their way.
        assert "credited" in await shop.deliver()
        assert (await shop.account(shop.server.people[0]))["plan"] == "premium"


SAID_WRONG = (other_mode, other_account, other_currency, changed_price)


@pytest.mark.soak
@pytest.mark.parametrize("wrong", SAID_WRONG, ids=lambda wrong: wrong.__name__)
async def test_none_of_a_thousand_with_the_same_wrong_credits(shop: Shop, wrong: Wrong) -> None:
    """From each processor."""
    events, told = await offered(shop)
    for number in range(1000):
        if events:
            body = copy.deepcopy(events[number % len(events)])
            body["id"] = f"evt_wrong_{number}"
            wrong(body)
            signed = stripe_account.signed(body, STRIPE_SECRET, shop.stripe.ticking.seconds)
        else:
            name, said = copy.deepcopy(told[number % len(told)])
            said["meta"]["number"] = number
            wrong(said)
            signed = lemon_store.signed(name, said, LEMON_SECRET)
        status, answer = await shop.post(*signed)
        assert status == 200, answer
        assert not {"credited", "credited_before"} & set(answer["outcomes"])
    await nothing_was_credited(shop)
    await shop.sound()


@pytest.mark.soak
@pytest.mark.parametrize("forge", FORGED[:2], ids=lambda forge: forge.__name__)
async def test_none_of_a_thousand_old_or_future_signatures_credits(
    stripe_shop: Shop, forge: Callable[..., Signed]
) -> None:
    events, _ = await offered(stripe_shop)
    chance = random.Random(11)
    for number in range(1000):
        body = copy.deepcopy(events[number % len(events)])
        body["id"] = f"evt_wrong_{number}"
        signed = forge(body, stripe_shop.stripe.ticking.seconds, chance)
        assert (await stripe_shop.post(*signed))[0] == 400
    await nothing_was_credited(stripe_shop)


@pytest.mark.soak
@pytest.mark.parametrize("value", ["", "   "])
async def test_none_of_a_thousand_without_a_secret_credits(tmp_path: Path, value: str) -> None:
    async with open_shop(tmp_path / "server", "stripe", STRIPE_WEBHOOK_SECRET=value) as shop:
        events, _ = await offered(shop)
        for number in range(1000):
            key = ("", " ", value, STRIPE_SECRET)[number % 4]
            body = copy.deepcopy(events[number % len(events)])
            body["id"] = f"evt_wrong_{number}"
            signed = stripe_account.signed(body, key, shop.stripe.ticking.seconds)
            assert (await shop.post(*signed))[0] == 404
        await nothing_was_credited(shop)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.__name__)
async def test_each_wrong_alone_is_enough(shop: Shop, wrong: Callable[[Json], None]) -> None:
    events, told = await offered(shop)
    signed = []
    for body in copy.deepcopy(events):
        wrong(body)
        signed.append(stripe_account.signed(body, STRIPE_SECRET, shop.stripe.ticking.seconds))
    for name, said in copy.deepcopy(told):
        wrong(said)
        signed.append(lemon_store.signed(name, said, LEMON_SECRET))
    assert len(signed) == 2
    for raw, headers in signed:
        assert (await shop.post(raw, headers))[0] == 200
    await nothing_was_credited(shop)


async def test_an_invoice_of_nobody_gives_nothing_and_is_in_nobodys_way(any_shop: Shop) -> None:
    """Also where it came first, under the very name of an invoice that is somebody's."""
    shop = any_shop
    events, _ = await offered(shop)
    for event in copy.deepcopy(events):
        nobodys(event)
        signed = stripe_account.signed(event, STRIPE_SECRET, shop.stripe.ticking.seconds)
        assert (await shop.post(*signed))[1]["outcomes"] == ["set_aside"]
    await nothing_was_credited(shop)
    for event in events:
        event["id"] += "_right"
        signed = stripe_account.signed(event, STRIPE_SECRET, shop.stripe.ticking.seconds)
        assert (await shop.post(*signed))[0] == 200
    assert await shop.free(shop.server.people[0]) == 500_000
    await shop.deliver()
    assert (await shop.account(shop.server.people[0]))["plan"] == "premium"
    await shop.sound()


@pytest.mark.parametrize("forge", FORGED, ids=lambda forge: forge.__name__)
async def test_each_forged_signature_is_answered_400(
    stripe_shop: Shop, forge: Callable[..., Signed]
) -> None:
    events, _ = await offered(stripe_shop)
    for body in events:
        raw, headers = forge(body, stripe_shop.stripe.ticking.seconds, random.Random(3))
        assert (await stripe_shop.post(raw, headers))[0] == 400
    await nothing_was_credited(stripe_shop)
    assert await stripe_shop.server.run("SELECT count(*) FROM ledger_events") == [(0,)]


async def test_five_minutes_of_clock_are_forgiven_on_both_sides(stripe_shop: Shop) -> None:
    events, _ = await offered(stripe_shop)
    for body, off_s in zip(events, (300, -300), strict=True):
        at = stripe_shop.stripe.ticking.seconds + off_s
        raw, headers = stripe_account.signed(body, STRIPE_SECRET, at)
        assert (await stripe_shop.post(raw, headers))[0] == 200


@pytest.mark.parametrize(
    ("processor", "secret"),
    [("stripe", "STRIPE_WEBHOOK_SECRET"), ("lemon_squeezy", "LEMONSQUEEZY_WEBHOOK_SECRET")],
)
@pytest.mark.parametrize("value", [None, "", "   "])
async def test_without_a_secret_there_is_no_webhook(
    tmp_path: Path, processor: str, secret: str, value: str | None
) -> None:
    changed = {} if value is None else {secret: value}
    without = [secret] if value is None else []
    async with open_shop(tmp_path / "server", processor, without=without, **changed) as shop:
        events, told = await offered(shop)
        for key in ("", " ", STRIPE_SECRET, LEMON_SECRET):
            signed = [
                stripe_account.signed(body, key, shop.stripe.ticking.seconds) for body in events
            ] + [lemon_store.signed(name, said, key) for name, said in told]
            for raw, headers in signed:
                assert (await shop.post(raw, headers))[0] == 404
        await nothing_was_credited(shop)


async def test_a_price_that_the_catalog_changed_meanwhile_is_set_aside(tmp_path: Path) -> None:
    async with open_shop(tmp_path / "server") as shop:
        ann = await shop.someone()
        await shop.bought(ann, "power-pack", deliver=False)
        signed = shop.said()
    async with open_shop(tmp_path / "server", STRIPE_POWER_PACK_PRICE_ID="price_new") as later:
        for raw, headers in signed:
            status, said = await later.post(raw, headers)
            assert (status, said["outcomes"]) == (200, ["set_aside"])
        assert await later.reasons() == ["no price price_power is for sale"]
        await nothing_was_credited(later)


async def test_what_was_set_aside_shows_as_paid_and_not_credited(stripe_shop: Shop) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    checkout = await shop.begin(ann, "power-pack")
    session = await shop.session(checkout)
    shop.stripe.objects[session]["amount_total"] = 900
    shop.stripe.pay(session)
    await shop.deliver()
    assert await shop.state(ann, checkout) == "paid"
    assert await shop.reasons() == ["amount is 900 and not 1000"]
    kept = await shop.server.run("SELECT kind, outcome FROM payment_events")
    assert kept == [("checkout.session.completed", "set_aside")]
