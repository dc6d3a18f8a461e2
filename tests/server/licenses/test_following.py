"""A license follows what its account pays: through real checkouts, webhooks and refunds."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.licensing.keys import SigningKey
from tests.fixtures.credit_server import Person
from tests.server.accounts.computers import Computer
from tests.server.licenses.licensed import Copy, license_of
from tests.server.payments.shop import Shop, open_shop


@pytest.fixture(params=["stripe", "lemon_squeezy"])
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path / "server", request.param) as made:
        yield made


async def device_of(shop: Shop, person: Person) -> Computer:
    """A computer that belongs to somebody's account."""
    key = SigningKey.from_seed(os.urandom(32))
    await shop.server.run(
        "INSERT INTO devices (account, id, public_key, created_ms, seen_ms)"
        " VALUES (?, 'd_licensed', ?, 0, 0)",
        person.caller.account,
        key.public.text,
    )
    return Computer(shop.server.client, key, account=person.caller.account)


async def plan_of(computer: Computer) -> str:
    return str((await license_of(computer))["plan"])


async def test_paid_past_due_and_paid_again(shop: Shop) -> None:
    ann = await shop.someone()
    computer = await device_of(shop, ann)
    assert await plan_of(computer) == "free"
    subscription = await shop.bought(ann, "premium")
    first = await license_of(computer)
    assert first["plan"] == "premium"
    shop.pass_by(days=30)
    double = shop.stripe if shop.processor == "stripe" else shop.lemon
    double.declines = True
    double.renew(subscription)
    await shop.deliver()
    assert await plan_of(computer) == "free"
    shop.pass_by(days=2)
    double.declines = False
    double.recover(subscription)
    await shop.deliver()
    again = await license_of(computer)
    assert again["plan"] == "premium"
    assert again["id"] != first["id"]


async def test_canceled_it_lasts_to_the_end_of_what_was_paid(shop: Shop) -> None:
    ann = await shop.someone()
    computer = await device_of(shop, ann)
    subscription = await shop.bought(ann, "premium")
    await shop.ask("POST", "/api/subscription/subscribe", ann, {"action": "cancel"})
    await shop.deliver()
    shop.pass_by(days=29)
    assert await plan_of(computer) == "premium"
    shop.pass_by(days=1)
    if shop.processor == "stripe":
        shop.stripe.end(subscription)
    else:
        shop.lemon.expire(subscription)
    await shop.deliver()
    assert await plan_of(computer) == "free"


async def test_a_subscription_that_nobody_renews_or_cancels_runs_out(shop: Shop) -> None:
    """Even where no webhook comes any more."""
    ann = await shop.someone()
    computer = await device_of(shop, ann)
    await shop.bought(ann, "premium")
    shop.pass_by(days=32)
    assert await plan_of(computer) == "free"


async def test_a_license_of_better_days_is_good_until_it_expires_offline(shop: Shop) -> None:
    """The server takes no license back by itself: a copy without a connection keeps its month."""
    ann = await shop.someone()
    computer, copy = await device_of(shop, ann), Copy(shop.server)
    await copy.follow()
    await shop.bought(ann, "premium")
    kept = await license_of(computer)
    shop.pass_by(days=29)
    shop.server.time.at = shop.now
    assert copy.takes(kept["license"], computer).claims.plan == "premium"
