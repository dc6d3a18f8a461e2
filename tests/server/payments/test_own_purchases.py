"""What a buyer takes along in an export, and what becomes of purchases when an account ends."""

from __future__ import annotations

from tests.server.payments.shop import Json, Shop


async def exported(shop: Shop, person: object) -> Json:
    return (await shop.ask("GET", "/api/account/export", person))[1]  # type: ignore[arg-type]


async def delete(shop: Shop, person: object, account: str) -> int:
    body = {"confirm": account}
    answer = await shop.server.client.request(
        "DELETE",
        "/api/account",
        json=body,
        headers=person.headers,  # type: ignore[attr-defined]
    )
    return answer.status_code


async def test_an_export_holds_what_was_paid_and_what_went_back(any_shop: Shop) -> None:
    shop, ann, bob = any_shop, await any_shop.someone(), await any_shop.someone()
    payment = await shop.bought(ann, "power-pack")
    await shop.bought(bob, "starter-pack")
    await shop.bought(ann, "premium")
    shop.stripe.refund(payment, 500)
    await shop.deliver()
    facts = await exported(shop, ann)
    (paid,) = facts["payments"]
    assert (paid["payment"], paid["amount_minor"], paid["currency"]) == (payment, 1000, "usd")
    assert (paid["granted"], paid["taken_back"]) == (500_000, 250_000)
    (invoice,) = facts["invoices"]
    assert (invoice["plan"], invoice["amount_minor"]) == ("premium", 1000)
    assert [each["processor"] for each in facts["customers"]] == ["stripe"]
    assert [each["posted"] for each in facts["balances"]] == [250_000]
    assert len(facts["purchases"]) == 2


async def test_a_plan_that_was_just_paid_keeps_its_account_from_ending(
    stripe_shop: Shop,
) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    account = ann.caller.account
    session = await shop.session(await shop.begin(ann, "premium"))
    shop.stripe.pay(session)
    later = [e for e in shop.stripe.events if e["type"] != "checkout.session.completed"]
    shop.stripe.events = [e for e in shop.stripe.events if e not in later]
    await shop.deliver()
    assert await delete(shop, ann, account) == 409
    shop.stripe.events += later
    await shop.deliver()
    assert await delete(shop, ann, account) == 409  # now it runs, and can be canceled
    await shop.ask("POST", "/api/subscription/subscribe", ann, {"action": "cancel"})
    assert await delete(shop, ann, account) == 204


async def test_what_went_back_after_an_account_ended_is_booked_and_nothing_is_credited(
    any_shop: Shop,
) -> None:
    shop = any_shop
    ann = await shop.someone(email="ann@example.org")
    payment = await shop.bought(ann, "power-pack")
    session = await shop.session(await shop.begin(ann, "starter-pack"))
    shop.stripe.pay_later(session)
    await shop.deliver()
    assert await delete(shop, ann, ann.caller.account) == 204
    assert await shop.server.run("SELECT DISTINCT email FROM payment_checkouts") == [("",)]
    shop.stripe.refund(payment)
    shop.stripe.succeed(session)
    await shop.deliver()
    assert await shop.free(ann) == 0
    assert await shop.reasons() == ["the account is not there any more"]
    await shop.sound()
