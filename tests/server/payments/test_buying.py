"""The endpoints of buying: a client names an offer; everything else is the server's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.ledger.rows import ms_from
from tests.fixtures.credit_server import running_server
from tests.server.payments.shop import STRIPE_ENV, Shop, open_shop


async def test_everything_is_shown_with_its_price_and_whether_it_can_be_bought(
    tmp_path: Path,
) -> None:
    async with open_shop(tmp_path / "s", without=["STRIPE_PRO_PACK_PRICE_ID"]) as shop:
        said = (await shop.server.client.get("/api/tokens/packages")).json()
    packs = {each["id"]: (each["price_cents"], each["amount"], each["available"])
             for each in said["packs"]}  # fmt: skip
    assert packs == {
        "starter-pack": (500, 200_000, True),
        "power-pack": (1000, 500_000, True),
        "pro-pack": (1500, 1_000_000, False),
        "ultra-pack": (2000, 2_000_000, True),
    }
    plans = {each["id"]: (each["price"], each["available"]) for each in said["plans"]}
    assert plans == {
        "free": ("$0", False),
        "premium": ("$10 a month", True),
        "organization": ("$99 a month", True),
    }
    free = {"unit": "plan_tokens", "amount": 10_000, "window": "month"}
    daily = {"unit": "plan_tokens", "amount": 30_000, "window": "billing_day"}
    pool = {"unit": "usd", "amount": "1.485", "window": "day"}
    assert [each["grants"] for each in said["plans"]] == [[free], [daily, free], [pool]]
    assert not said["passphrases"]


@pytest.mark.parametrize(
    "catalog",
    [
        "monthly-plans",
        "packs-and-weights",
        "workspaces",
        "free-models",
        "daily-budgets",
        "tuppence",
    ],
)
async def test_every_catalog_shows_what_it_sells_and_sells_nothing_without_a_processor(
    tmp_path: Path, catalog: str
) -> None:
    async with running_server(tmp_path / "server", catalog=catalog) as server:
        said = (await server.client.get("/api/tokens/packages")).json()
        offers = [*said["packs"], *said["plans"], *said["add_ons"]]
        assert len(offers) == len(server.services.catalog.offers())
        assert not any(each["available"] for each in offers)
        assert all(each["price"] for each in offers)
        assert said["passphrases"] is (catalog == "daily-budgets")
        person = await server.person()
        priced = {each.id for each in server.services.catalog.offers() if each.for_sale}
        for offer in offers:
            answer = await server.client.post(
                "/api/checkout", json={"offer": offer["id"]}, headers=person.headers
            )
            code = answer.json()["error"]["code"]
            expected = (
                (404, "payments_not_set_up") if offer["id"] in priced else (409, "not_for_sale")
            )
            assert (answer.status_code, code) == expected


@pytest.mark.parametrize(
    ("catalog", "plan", "holder"),
    [
        ("monthly-plans", "professional", "account"),  # nobody can found an organization there
        ("daily-budgets", "organization", "organization"),
    ],
)
async def test_a_plan_says_who_buys_it(
    tmp_path: Path, catalog: str, plan: str, holder: str
) -> None:
    async with running_server(tmp_path / "server", catalog=catalog) as server:
        said = (await server.client.get("/api/tokens/packages")).json()
    assert {each["id"]: each["holder"] for each in said["plans"]}[plan] == holder


async def test_a_plan_without_a_price_is_shown_and_cannot_be_checked_out(tmp_path: Path) -> None:
    variables = {f"_{name}": value for name, value in STRIPE_ENV.items()}
    async with running_server(tmp_path / "s", catalog="monthly-plans", **variables) as server:
        person = await server.person()
        plans = (await server.client.get("/api/tokens/packages")).json()["plans"]
        unpriced = [each for each in plans if each["price_cents"] is None]
        assert unpriced
        for plan in unpriced:
            assert not plan["available"]
            answer = await server.client.post(
                "/api/checkout", json={"offer": plan["id"]}, headers=person.headers
            )
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_for_sale")


@pytest.mark.parametrize(
    "extra",
    [
        {"price": "price_starter"}, {"amount": 1}, {"amount_cents": 1}, {"currency": "eur"},
        {"quantity": 9}, {"tenant": "a_p000"}, {"processor": "simulated"}, {"metadata": {}},
    ],
)  # fmt: skip
async def test_a_client_cannot_name_a_price_or_anything_else(
    stripe_shop: Shop, extra: dict[str, Any]
) -> None:
    ann = await stripe_shop.someone()
    for path, body in (
        ("/api/checkout", {"offer": "pro-pack"}),
        ("/api/subscription/subscribe", {"offer": "premium"}),
    ):
        status, said = await stripe_shop.ask("POST", path, ann, body | extra)
        assert (status, said["error"]["param"]) == (400, next(iter(extra)))
    assert stripe_shop.stripe_api.asked == []


@pytest.mark.parametrize("offer", ["", "nothing", "price_pro", "free", "x" * 101])
async def test_an_offer_that_is_none_cannot_be_bought(stripe_shop: Shop, offer: str) -> None:
    ann = await stripe_shop.someone()
    status, _ = await stripe_shop.ask("POST", "/api/checkout", ann, {"offer": offer})
    assert status in (400, 404, 409)
    assert stripe_shop.stripe_api.asked == []


async def test_a_checkout_is_its_owners_alone(stripe_shop: Shop) -> None:
    shop = stripe_shop
    ann, bob = await shop.someone(), await shop.someone()
    checkout = await shop.begin(ann, "pro-pack")
    assert (await shop.ask("GET", f"/api/checkout/{checkout['id']}", bob))[0] == 404
    assert (await shop.ask("GET", f"/api/checkout/{checkout['id']}", ann))[0] == 200
    await shop.bought(ann, "starter-pack")
    assert (await shop.ask("GET", "/api/purchases", bob))[1]["purchases"] == []


async def test_nobody_buys_without_signing_in(stripe_shop: Shop) -> None:
    answer = await stripe_shop.server.client.post("/api/checkout", json={"offer": "pro-pack"})
    assert answer.status_code == 401


async def test_a_known_buyer_is_not_asked_for_an_address_again(stripe_shop: Shop) -> None:
    shop = stripe_shop
    ann = await shop.someone(email="ann@example.org")
    await shop.bought(ann, "starter-pack")
    session = await shop.session(await shop.begin(ann, "pro-pack"))
    first = next(iter(shop.stripe.asked.values()))
    assert first["customer_email"] == "ann@example.org"
    assert shop.stripe.asked[session]["customer"].startswith("cus_")


@pytest.mark.parametrize(
    "back",
    ["tuppence://bought", "http://127.0.0.1:8700/account", "http://localhost:5123/done"],
)
async def test_a_buyer_is_sent_back_to_the_program_or_the_server(
    stripe_shop: Shop, back: str
) -> None:
    ann = await stripe_shop.someone()
    body = {"offer": "pro-pack", "return": back}
    assert (await stripe_shop.ask("POST", "/api/checkout", ann, body))[0] == 201


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example", "//evil.example", "javascript:alert(1)", "data:text/html,x",
        "http://127.0.0.1@evil.example/", "http://localhost.evil.example/", "http://[::1",
        "http://127.0.0.1\\@evil.example", "ftp://127.0.0.1/", "http://localhost:99999999/",
    ],
)  # fmt: skip
async def test_a_buyer_is_never_sent_to_strangers(stripe_shop: Shop, back: str) -> None:
    ann = await stripe_shop.someone()
    body = {"offer": "pro-pack", "return": back}
    status, said = await stripe_shop.ask("POST", "/api/checkout", ann, body)
    assert (status, said["error"]["param"]) == (400, "return")


async def test_a_plan_for_organizations_is_for_one_and_begins_at_its_seats(
    stripe_shop: Shop,
) -> None:
    shop = stripe_shop
    ann, org = await shop.someone(), await shop.someone(kind="organization")
    path = "/api/subscription/subscribe"
    status, said = await shop.ask("POST", path, ann, {"offer": "organization"})
    assert (status, said["error"]["code"]) == (409, "wrong_holder")
    for seats, expected in ((4, 400), (5, 200), (6, 409)):
        body = {"offer": "organization", "seats": seats}
        assert (await shop.ask("POST", path, org, body))[0] == expected
    body = {"offer": "premium", "seats": 2}
    assert (await shop.ask("POST", path, ann, body))[0] == 400


async def member(shop: Shop, role: str) -> tuple[Any, dict[str, str]]:
    """An organization, and the headers of a member of it."""
    org, bob = await shop.someone(kind="organization"), await shop.someone()
    await shop.server.run(
        "INSERT INTO members (tenant, account, role, joined_ms) VALUES (?, ?, ?, ?)",
        org.caller.tenant, bob.caller.account, role, ms_from(shop.now),
    )  # fmt: skip
    return org, bob.headers | {"x-tuppence-account": org.caller.tenant}


@pytest.mark.parametrize(("role", "expected"), [("admin", 201), ("builder", 403), ("viewer", 403)])
async def test_only_a_role_with_billing_buys_for_an_organization(
    stripe_shop: Shop, role: str, expected: int
) -> None:
    org, headers = await member(stripe_shop, role)
    answer = await stripe_shop.server.client.post(
        "/api/checkout", json={"offer": "pro-pack"}, headers=headers
    )
    assert answer.status_code == expected
    if expected == 201:
        rows = await stripe_shop.server.run("SELECT tenant FROM payment_checkouts")
        assert rows == [(org.caller.tenant,)]


async def test_a_second_subscription_is_refused_and_the_first_can_be_changed(shop: Shop) -> None:
    org = await shop.someone()
    await shop.bought(org, "premium")
    path = "/api/subscription/subscribe"
    status, said = await shop.ask("POST", path, org, {"offer": "premium"})
    assert (status, said["error"]["code"]) == (409, "already_subscribed")
    for action, offer, code in (
        ("change", "premium", "same_plan"),
        ("change", "organization", "wrong_holder"),
        ("resume", "", "nothing_to_change"),
    ):
        status, said = await shop.ask("POST", path, org, {"action": action, "offer": offer})
        assert (status, said["error"]["code"]) == (409, code)


async def test_without_a_subscription_there_is_nothing_to_change(stripe_shop: Shop) -> None:
    ann = await stripe_shop.someone()
    for action in ("cancel", "resume"):
        status, said = await stripe_shop.ask(
            "POST", "/api/subscription/subscribe", ann, {"action": action}
        )
        assert (status, said["error"]["code"]) == (409, "not_subscribed")


async def test_an_api_key_may_buy_and_may_not_change_what_is_billed(stripe_shop: Shop) -> None:
    shop = stripe_shop
    tool = await shop.server.person()
    assert (await shop.ask("POST", "/api/checkout", tool, {"offer": "pro-pack"}))[0] == 201
    for path, body in (
        ("/api/subscription/subscribe", {"action": "cancel"}),
        ("/api/billing/portal", {}),
    ):
        assert (await shop.ask("POST", path, tool, body))[0] == 403


async def test_the_portal_is_the_processors_page_for_this_buyer(shop: Shop) -> None:
    ann = await shop.someone()
    status, said = await shop.ask("POST", "/api/billing/portal", ann, {})
    assert (status, said["error"]["code"]) == (409, "nothing_bought")
    await shop.bought(ann, "premium")
    status, said = await shop.ask("POST", "/api/billing/portal", ann, {})
    assert status == 200
    assert said["url"].startswith("https://")


async def test_a_processor_that_is_down_is_said_so_and_nothing_is_left_open(shop: Shop) -> None:
    ann = await shop.someone()
    shop.stripe_api.down = shop.lemon_api.down = True
    status, said = await shop.ask("POST", "/api/checkout", ann, {"offer": "pro-pack"})
    assert status in (502, 503)
    assert "sk_live" not in str(said)
    assert await shop.server.run("SELECT state FROM payment_checkouts") == [("failed",)]


async def test_a_wrong_key_of_the_operators_is_not_told_to_the_buyer(tmp_path: Path) -> None:
    async with open_shop(tmp_path / "s", STRIPE_SECRET_KEY="sk_live_wrong_key_1234") as shop:
        ann = await shop.someone()
        status, said = await shop.ask("POST", "/api/checkout", ann, {"offer": "pro-pack"})
        assert status == 502
        assert "1234" not in str(said)


async def test_two_offers_with_one_price_id_are_both_not_for_sale(tmp_path: Path) -> None:
    async with open_shop(tmp_path / "s", STRIPE_PRO_PACK_PRICE_ID="price_power") as shop:
        ann = await shop.someone()
        for offer in ("pro-pack", "power-pack"):
            assert (await shop.ask("POST", "/api/checkout", ann, {"offer": offer}))[0] == 409


async def test_sixty_purchases_an_hour_are_begun_and_no_more(stripe_shop: Shop) -> None:
    shop, ann, bob = stripe_shop, await stripe_shop.someone(), await stripe_shop.someone()
    name = f"checkouts/{ann.caller.tenant}"
    await shop.begin(ann, "starter-pack")
    assert await shop.server.run("UPDATE buckets SET count = 59 WHERE name = ? RETURNING count",
                                 name) == [(59,)]  # fmt: skip
    await shop.begin(ann, "starter-pack")
    asked = len(shop.stripe_api.asked)
    status, said = await shop.ask("POST", "/api/checkout", ann, {"offer": "starter-pack"})
    assert (status, said["error"]["type"]) == (429, "rate_limit_error")
    assert len(shop.stripe_api.asked) == asked
    await shop.begin(bob, "starter-pack")
    shop.pass_by(hours=1)
    await shop.begin(ann, "starter-pack")
