"""The demo's payment: nothing real, labelled so everywhere, and only in the demo."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from app.errors import ConfigError
from app.server.app import build_app
from app.server.payments.till import Till
from app.server.settings import load_settings
from tests.server.payments.shop import STRIPE_ENV, Shop, open_shop


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path / "server", without=list(STRIPE_ENV), served=False) as shop:
        services = shop.server.services
        services = replace(services, settings=replace(services.settings, demo=True))
        transport = httpx2.ASGITransport(build_app(services), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://server") as client:
            shop.server.client, shop.server.services = client, services
            shop.till = Till(services)
            yield shop


def secret_of(checkout: dict[str, str]) -> str:
    return parse_qs(urlsplit(checkout["url"]).query)["secret"][0]


async def confirm(shop: Shop, checkout: dict[str, str], **body: object) -> tuple[int, dict]:  # type: ignore[type-arg]
    answer = await shop.server.client.post(
        f"/api/checkout/{checkout['id']}/simulate", json={"secret": secret_of(checkout), **body}
    )
    return answer.status_code, answer.json()


async def test_a_simulated_payment_is_credited_once_and_says_what_it_is(demo: Shop) -> None:
    ann = await demo.someone()
    checkout = await demo.begin(ann, "pro-pack")
    assert "no money moves" in str(checkout["demo"])
    for _ in range(3):
        status, said = await confirm(demo, checkout)
        assert (status, said["state"]) == (200, "credited")
        assert "no money moves" in said["demo"]
    assert await demo.free(ann) == 1_000_000
    offers = (await demo.server.client.get("/api/tokens/packages")).json()
    assert "simulated" in offers["demo"]
    await demo.sound()


async def test_a_simulated_plan_is_paid_for_a_month_changed_and_canceled(demo: Shop) -> None:
    ann = await demo.someone()
    checkout = await demo.begin(ann, "premium")
    await confirm(demo, checkout)
    assert (await demo.account(ann))["plan"] == "premium"
    assert await demo.state(ann, checkout) == "credited"
    for action, cancels in (("cancel", True), ("resume", False)):
        demo.pass_by(minutes=1)
        status, said = await demo.ask(
            "POST", "/api/subscription/subscribe", ann, {"action": action}
        )
        assert (status, said["subscription"]["cancels_at_end"]) == (200, cancels)
    status, said = await demo.ask("POST", "/api/billing/portal", ann, {})
    assert (status, said["error"]["code"]) == (409, "simulated")
    await demo.sound()


async def test_a_simulated_checkout_can_be_given_up(demo: Shop) -> None:
    ann = await demo.someone()
    checkout = await demo.begin(ann, "pro-pack")
    ended = (await confirm(demo, checkout, pay=False))[1]
    assert (ended["state"], ended["canceled"]) == ("expired", True)
    assert (await confirm(demo, checkout))[0] == 409
    assert await demo.free(ann) == 0


async def test_nobody_pays_a_simulated_checkout_without_its_own_secret(demo: Shop) -> None:
    ann = await demo.someone()
    one, other = await demo.begin(ann, "pro-pack"), await demo.begin(ann, "power-pack")
    for body in ({"secret": secret_of(other)}, {"secret": "x"}, {"secret": ""}, {}):
        answer = await demo.server.client.post(f"/api/checkout/{one['id']}/simulate", json=body)
        assert answer.status_code in (400, 404)
    answer = await demo.server.client.post(
        f"/api/checkout/{one['id']}/simulate", json={"secret": secret_of(one), "amount": 1}
    )
    assert answer.status_code == 400
    assert await demo.free(ann) == 0


async def test_outside_of_the_demo_no_payment_can_be_simulated(demo: Shop, tmp_path: Path) -> None:
    ann = await demo.someone()
    checkout = await demo.begin(ann, "pro-pack")
    real = replace(demo.server.services, settings=replace(demo.till.services.settings, demo=False))
    transport = httpx2.ASGITransport(build_app(real), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://server") as client:
        answer = await client.post(
            f"/api/checkout/{checkout['id']}/simulate", json={"secret": secret_of(checkout)}
        )
        assert answer.status_code == 404
        offers = (await client.get("/api/tokens/packages")).json()
        assert offers["demo"] is None
    assert await demo.free(ann) == 0


async def test_the_demo_listens_to_no_webhook_and_asks_no_processor(tmp_path: Path) -> None:
    async with open_shop(tmp_path / "server", STRIPE_SECRET_KEY="sk_test_12345") as shop:
        services = shop.server.services
        services = replace(services, settings=replace(services.settings, demo=True))
        till = Till(services)
        assert [setup.id for setup in till.shelf.setups] == ["simulated"]


def test_the_demo_does_not_start_beside_a_live_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="STRIPE_SECRET_KEY"):
        load_settings({"STRIPE_SECRET_KEY": "sk_live_abc"}, data=tmp_path, demo=True)
