"""A database that fails in the middle of a webhook, at each of its statements: the processor is
answered with an error and sends it again, and the end is as if nothing had failed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from app.ledger.steps import Steps
from app.server.app import build_app
from app.server.database import Database
from tests.server.payments.doubles import lemon_store, stripe_account
from tests.server.payments.shop import LEMON_SECRET, STRIPE_SECRET, Shop, end_state, open_shop

Signed = tuple[bytes, dict[str, str]]


class Failing:
    """A real database whose transactions break at a statement, or after they were committed."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.at: int | None = None
        self.after = False

    async def run(self, operation: Callable[..., Steps[Any]], *args: Any, **kwargs: Any) -> Any:
        done = await self._inner.run(self._breaking, operation(*args, **kwargs))
        if self.after:
            raise ConnectionResetError("the line broke after the commit")
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def _breaking(self, steps: Steps[Any]) -> Steps[Any]:
        rows: Any = None
        number = 0
        while True:
            try:
                statement = steps.send(rows)
            except StopIteration as end:
                return end.value
            if self.at == number:
                self.at = None
                raise psycopg.OperationalError("the server closed the connection unexpectedly")
            number += 1
            rows = yield statement


async def everything(shop: Shop) -> list[Signed]:
    """One message of each kind, of both processors, none of them sent."""
    seconds = shop.stripe.ticking.seconds
    ann, bob = await shop.someone(), await shop.someone()
    payment = await shop.bought(ann, "power-pack", deliver=False)
    shop.stripe.refund(payment, 300)
    shop.stripe.close_dispute(shop.stripe.dispute(payment, 200)["id"], "won")
    subscription = await shop.bought(ann, "premium", deliver=False)
    shop.stripe.change(subscription, {"cancel_at_period_end": True})
    expired = await shop.session(await shop.begin(bob, "starter-pack"))
    shop.stripe.expire(expired)
    signed = [stripe_account.signed(event, STRIPE_SECRET, seconds) for event in shop.stripe.events]
    return signed + [lemon_store.signed(n, s, LEMON_SECRET) for n, s in shop.lemon.webhooks]


async def everything_at_lemon_squeezy(shop: Shop) -> list[Signed]:
    ann = await shop.someone()
    order = await shop.bought(ann, "power-pack", deliver=False)
    shop.lemon.refund_order(order, 300)
    subscription = await shop.bought(ann, "premium", deliver=False)
    shop.pass_by(seconds=1)
    shop.lemon.cancel(subscription)
    return [lemon_store.signed(n, s, LEMON_SECRET) for n, s in shop.lemon.webhooks]


async def sent_over_breaks(shop: Shop, signed: list[Signed]) -> int:
    """Send each message again and again while its transaction breaks one statement later each
    time, then once more after a commit that nobody heard of; how many breaks there were."""
    failing = Failing(shop.server.services.database)
    app = build_app(replace(shop.server.services, database=failing))  # type: ignore[arg-type]
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    breaks = 0
    async with httpx2.AsyncClient(transport=transport, base_url="http://server") as client:
        for body, headers in signed:

            async def post(body: bytes = body, headers: Any = headers) -> int:
                answer = await client.post("/api/billing/webhook", content=body, headers=headers)
                return answer.status_code

            at, before = 0, await shop.server.services.database.read(end_state)
            while True:
                failing.at, failing.after = at, True
                assert await post() >= 500
                if failing.at is not None:  # it was through before the break, and then cut off
                    break
                assert await shop.server.services.database.read(end_state) == before
                at, breaks = at + 1, breaks + 1
            failing.at, failing.after = None, False
            assert await post() == 200
    return breaks


@pytest.mark.parametrize("kind", ["stripe", "lemon_squeezy"])
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_a_break_at_any_statement_leaves_nothing_and_the_next_try_everything(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, database: str
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else ""
    async with open_shop(tmp_path / "server", kind, database_url=url) as shop:
        make = everything if kind == "stripe" else everything_at_lemon_squeezy
        signed = await make(shop)
        breaks = await sent_over_breaks(shop, signed)
        assert breaks > 5 * len(signed)
        ann = shop.server.people[0]
        taken = 150_000
        assert await shop.free(ann) == 500_000 - taken
        credited = await shop.server.run("SELECT count(*), sum(granted) FROM ledger_credits")
        assert [tuple(map(int, row)) for row in credited] == [(1, 500_000)]  # type: ignore[call-overload]
        spans = await shop.server.run("SELECT count(*) FROM subscription_payments")
        assert spans == [(1,)]
        assert (await shop.account(ann))["plan"] == "premium"
        await shop.sound()


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_the_same_webhook_thirty_times_at_once_credits_once(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else ""
    async with open_shop(tmp_path / "server", database_url=url) as shop:
        ann = await shop.someone()
        await shop.bought(ann, "power-pack", deliver=False)
        await shop.bought(ann, "premium", deliver=False)
        at_once = [shop.post(*signed) for signed in shop.said() for _ in range(30)]
        answers = await asyncio.gather(*at_once)
        assert {status for status, _ in answers} == {200}
        assert [said["outcomes"] for _, said in answers].count(["credited"]) == 1
        assert await shop.free(ann) == 500_000
        assert (await shop.account(ann))["plan"] == "premium"
        await shop.sound()
