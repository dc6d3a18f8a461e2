"""Very many webhooks of both processors: repeated, shuffled, days late, several at once."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import psycopg
import pytest

from app.ledger.audit import audit
from tests.fixtures.credit_server import Person, running_server
from tests.server.payments.doubles import lemon_store, stripe_account
from tests.server.payments.doubles.lemon_store import LemonStore
from tests.server.payments.doubles.stripe_account import StripeAccount
from tests.server.payments.shop import (
    LEMON_ENV,
    LEMON_SECRET,
    PACKS,
    STRIPE_ENV,
    STRIPE_SECRET,
    Shop,
    end_state,
    open_shop,
)

Signed = tuple[bytes, dict[str, str]]


async def buys(shop: Shop, person: Person, chance: random.Random) -> None:
    """Two packs and a plan, some of it given back."""
    for pack in chance.sample(sorted(PACKS), 2):
        payment = await shop.bought(person, pack, deliver=False)
        if chance.random() < 0.6:
            refund = shop.lemon.refund_order
            if shop.processor == "stripe":
                refund = shop.stripe.refund  # type: ignore[assignment]
            refund(payment, chance.randrange(1, 400))
        if shop.processor == "stripe" and chance.random() < 0.4:
            dispute = shop.stripe.dispute(payment)
            shop.stripe.close_dispute(dispute["id"], chance.choice(["won", "lost"]))
    subscription = await shop.bought(person, "premium", deliver=False)
    shop.pass_by(days=30)
    double = shop.stripe if shop.processor == "stripe" else shop.lemon
    double.declines = chance.random() < 0.3
    double.renew(subscription)
    shop.pass_by(hours=1)
    if double.declines:
        double.recover(subscription)
    elif chance.random() < 0.5 and shop.processor == "stripe":
        shop.stripe.change(subscription, {"cancel_at_period_end": True})
    elif shop.processor != "stripe":
        shop.lemon.cancel(subscription)


async def begun(
    data: Path, people: int, url: str = ""
) -> tuple[StripeAccount, LemonStore, datetime]:
    """A database in which everything was begun and nothing was heard, and what there is to hear."""
    chance, doubles = random.Random(people), []
    for number, processor in enumerate(("stripe", "lemon_squeezy")):
        async with open_shop(data, processor, database_url=url) as shop:
            # The same database again: its people have their names already.
            shop.server.people += [None] * (number * people)  # type: ignore[list-item]
            for _ in range(people):
                await buys(shop, await shop.someone(), chance)
            doubles.append((shop.stripe, shop.lemon, shop.now))
    return doubles[0][0], doubles[1][1], max(doubles[0][2], doubles[1][2])


def signed(stripe: StripeAccount, lemon: LemonStore, at: datetime) -> Iterator[Signed]:
    for event in stripe.events:
        yield stripe_account.signed(event, STRIPE_SECRET, int(at.timestamp()))
    for name, said in lemon.webhooks:
        yield lemon_store.signed(name, said, LEMON_SECRET)


async def send(client: httpx2.AsyncClient, webhooks: list[Signed], at_once: int) -> None:
    waiting = iter(webhooks)

    async def one() -> None:
        for body, headers in waiting:
            answer = await client.post("/api/billing/webhook", content=body, headers=headers)
            assert answer.status_code == 200, answer.text

    await asyncio.gather(*(one() for _ in range(at_once)))


async def end_of(
    data: Path, webhooks: list[Signed], at: datetime, at_once: int, url: str = ""
) -> object:
    variables = {f"_{name}": value for name, value in (STRIPE_ENV | LEMON_ENV).items()}
    async with running_server(data, database_url=url, **variables) as server:
        server.time.at = at
        await send(server.client, webhooks, at_once)
        assert await server.services.database.read(audit, at) == ()
        return await server.services.database.read(end_state)


def copy_of(url: str, name: str) -> str:
    """Another database on the same server, as this one stands."""
    words = dict(word.split("=", 1) for word in url.split())
    with psycopg.connect(url.replace(words["dbname"], "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {words['dbname']}_{name} TEMPLATE {words['dbname']}")
    return url.replace(words["dbname"], f"{words['dbname']}_{name}")


async def shuffled_ends_as_in_order(folder: Path, people: int, many: int, url: str = "") -> None:
    stripe, lemon, last = await begun(folder / "begun", people, url)
    at = last + timedelta(days=3)
    once = list(signed(stripe, lemon, at))
    chance = random.Random(many)
    often = once + chance.choices(once, k=many - len(once))
    chance.shuffle(often)
    urls = [copy_of(url, name) if url else "" for name in ("in_order", "shuffled")]
    for name in ("in_order", "shuffled"):
        shutil.copytree(folder / "begun", folder / name)
    in_order = await end_of(folder / "in_order", once, at, 1, urls[0])
    assert await end_of(folder / "shuffled", often, at, 16, urls[1]) == in_order


async def test_four_hundred_webhooks_repeated_and_shuffled_end_as_in_order(tmp_path: Path) -> None:
    await shuffled_ends_as_in_order(tmp_path, people=6, many=400)


async def test_two_hundred_webhooks_sixteen_at_a_time_end_as_in_order_on_postgresql(
    tmp_path: Path, postgres_url: str
) -> None:
    await shuffled_ends_as_in_order(tmp_path, people=3, many=200, url=postgres_url)


@pytest.mark.soak
@pytest.mark.timeout(1200)
async def test_ten_thousand_webhooks_repeated_and_shuffled_end_as_in_order(tmp_path: Path) -> None:
    await shuffled_ends_as_in_order(tmp_path, people=100, many=10_000)
