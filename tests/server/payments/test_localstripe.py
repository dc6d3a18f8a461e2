"""Another program's Stripe: localstripe signs its webhooks itself and sends them over HTTP, in the
shapes of Stripe's API of 2017. It has no checkout sessions, so only subscriptions are played."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import uvicorn

from app.server.payments.repository import Checkout, add_checkout
from tests.server.payments.shop import STRIPE_SECRET, Shop, open_shop


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def ask(place: str, method: str = "POST", /, **form: str) -> dict[str, Any]:
    headers = {"Authorization": "Bearer sk_test_12345"}
    body = urlencode(form).encode() if method == "POST" else None
    try:
        with urlopen(Request(place, body, headers, method=method), timeout=10) as answer:
            text = answer.read()
    except HTTPError as error:
        raise AssertionError(error.read().decode()) from error
    return json.loads(text) if text.startswith(b"{") else {}


@contextmanager
def localstripe(folder: Path) -> Iterator[str]:
    """The program on a port of its own, its file in a folder of the test's."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "localstripe.server", "--port", str(port), "--from-scratch"],
        env=os.environ | {"TMPDIR": str(folder)}, cwd=folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@asynccontextmanager
async def served(shop: Shop) -> AsyncIterator[str]:
    """The application on a real socket."""
    port = free_port()
    config = uvicorn.Config(
        shop.server.app, port=port, lifespan="off", log_level="critical", http="h11"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    try:
        await until(lambda: answers(server.started))
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


async def answers(value: object) -> object:
    return value


async def until(is_so: Callable[[], Awaitable[object]]) -> None:
    """Wait for what another program does."""
    async with asyncio.timeout(30):
        while not await is_so():
            await asyncio.sleep(0.05)


async def runs(address: str) -> bool:
    try:
        await asyncio.to_thread(ask, f"{address}/v1/customers", "GET")
    except URLError:
        return False
    return True


async def begun(shop: Shop, tenant: str) -> str:
    """A checkout as if it had been begun: localstripe has no page for one."""
    checkout = Checkout(
        tenant, "c" * 32, "stripe", "test", "cs_none", "", "premium", "plan", "price_premium", 1,
        1000, "usd", "", "", "", "pending", "", shop.now,
    )  # fmt: skip
    await shop.server.services.database.run(add_checkout, checkout)
    return checkout.id


async def test_localstripes_own_webhooks_begin_and_end_a_subscription(tmp_path: Path) -> None:
    (tmp_path / "double").mkdir()
    with localstripe(tmp_path / "double") as address:
        async with (
            open_shop(tmp_path / "server", STRIPE_SECRET_KEY="sk_test_12345", served=False) as shop,
            served(shop) as ours,
        ):
            shop.server.time.at = datetime.now(UTC)  # localstripe signs with the real time
            await until(lambda: runs(address))
            ann = await shop.someone()
            subscription = await asyncio.to_thread(
                subscribe, address, ours, ann.caller.tenant, await begun(shop, ann.caller.tenant)
            )

            async def is_on(plan: str) -> bool:
                return bool((await shop.account(ann))["plan"] == plan)

            await until(lambda: is_on("premium"))
            spans = await shop.server.run("SELECT plan, amount_minor FROM subscription_payments")
            assert spans == [("premium", 1000)]
            await asyncio.to_thread(ask, f"{address}/v1/subscriptions/{subscription}", "DELETE")
            await until(lambda: is_on("free"))
            await shop.sound()


def subscribe(address: str, ours: str, tenant: str, checkout: str) -> str:
    ask(
        f"{address}/_config/webhooks/ours",
        url=f"{ours}/api/billing/webhook", secret=STRIPE_SECRET,
    )  # fmt: skip
    product = ask(f"{address}/v1/products", name="Premium", type="service")
    ask(
        f"{address}/v1/plans", id="price_premium", amount="1000", currency="usd",
        interval="month", product=product["id"],
    )  # fmt: skip
    card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2030", "cvc": "123"}
    token = ask(f"{address}/v1/tokens", **{f"card[{name}]": value for name, value in card.items()})
    customer = ask(f"{address}/v1/customers", source=token["id"], email="ann@example.org")
    wish = {"items[0][plan]": "price_premium", "items[0][quantity]": "1"}
    claim = {"metadata[tenant]": tenant, "metadata[checkout]": checkout}
    made = ask(f"{address}/v1/subscriptions", customer=customer["id"], **wish, **claim)
    return str(made["id"])
