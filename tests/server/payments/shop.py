"""A credit server with both processors behind it: doubles on loopback with real signatures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.ledger.audit import audit
from app.ledger.payments import PaymentAnswer
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.server.payments import polling, webhooks
from app.server.payments.till import Till
from app.server.secret import hash_of
from tests.fixtures.credit_server import CreditServer, Person, running_server
from tests.server.payments.doubles import lemon_store, stripe_account
from tests.server.payments.doubles.lemon_api import LemonApi
from tests.server.payments.doubles.lemon_store import LemonStore
from tests.server.payments.doubles.loopback import serving
from tests.server.payments.doubles.stripe_account import StripeAccount
from tests.server.payments.doubles.stripe_api import StripeApi
from tests.server.payments.doubles.ticking import Ticking

STRIPE_SECRET = "whsec_" + "9f3b" * 8
LEMON_SECRET = "f00dfeed" * 4
PACKS = {"starter-pack": 500, "power-pack": 1000, "pro-pack": 1500, "ultra-pack": 2000}
GIVES = {"starter-pack": 200_000, "power-pack": 500_000, "pro-pack": 1_000_000}
Json = dict[str, Any]

STRIPE_ENV = {
    "STRIPE_SECRET_KEY": "sk_live_double",
    "STRIPE_WEBHOOK_SECRET": STRIPE_SECRET,
    "STRIPE_PREMIUM_PRODUCT_ID": "prod_premium",
    "STRIPE_PREMIUM_PRICE_ID": "price_premium",
    "STRIPE_ORG_PRODUCT_ID": "prod_org",
    "STRIPE_ORG_PRICE_ID": "price_org",
    **{f"STRIPE_{pack.upper().replace('-', '_')}_PRICE_ID": f"price_{pack[:-5]}" for pack in PACKS},
}
LEMON_ENV = {
    "LEMONSQUEEZY_API_KEY": "lemon-double",
    "LEMONSQUEEZY_STORE_ID": "7",
    "LEMONSQUEEZY_WEBHOOK_SECRET": LEMON_SECRET,
    "LEMONSQUEEZY_PREMIUM_PRODUCT_ID": "1001",
    "LEMONSQUEEZY_PREMIUM_VARIANT_ID": "1",
    "LEMONSQUEEZY_ORG_PRODUCT_ID": "1002",
    "LEMONSQUEEZY_ORG_VARIANT_ID": "2",
    **{
        f"LEMONSQUEEZY_{pack.upper().replace('-', '_')}_VARIANT_ID": str(number)
        for number, pack in enumerate(PACKS, 3)
    },
}


@dataclass
class Shop:
    """The server, the doubles behind it, and one clock for all of them."""

    server: CreditServer
    stripe: StripeAccount
    stripe_api: StripeApi
    lemon: LemonStore
    lemon_api: LemonApi
    till: Till
    processor: str = "stripe"
    delivered: dict[str, int] = field(default_factory=lambda: {"stripe": 0, "lemon": 0})

    @property
    def now(self) -> datetime:
        return self.server.time.at

    def pass_by(self, **length: float) -> None:
        """Time goes by for the server and for the processors."""
        self.stripe.ticking.at = self.server.time.pass_by(**length)

    async def someone(self, **columns: object) -> Person:
        """A person with a session, as the program has one."""
        person = await self.server.person(**columns)
        token = f"ts_session-of-{person.caller.tenant}"
        account, at_ms = person.caller.account, ms_from(self.now)
        await self.server.run(
            "INSERT INTO devices (account, id, public_key, created_ms, seen_ms)"
            " VALUES (?, 'd', ?, ?, ?)", account, f"key of {account}", at_ms, at_ms,
        )  # fmt: skip
        await self.server.run(
            "INSERT INTO sessions (token_hash, account, device, created_ms, expires_ms)"
            " VALUES (?, ?, 'd', ?, ?)",
            hash_of(token), account, at_ms, ms_from(self.now + timedelta(days=999)),
        )  # fmt: skip
        return Person(person.caller, token)

    # --- the client's side ---

    async def ask(
        self, method: str, path: str, person: Person, body: Json | None = None
    ) -> tuple[int, Json]:
        answer = await self.server.client.request(method, path, json=body, headers=person.headers)
        return answer.status_code, answer.json()

    async def begin(self, person: Person, offer: str) -> Json:
        """Begin to buy; the checkout as the client sees it."""
        if offer in PACKS:
            status, said = await self.ask("POST", "/api/checkout", person, {"offer": offer})
            assert status == 201, said
            return said
        body = {"action": "new", "offer": offer}
        status, said = await self.ask("POST", "/api/subscription/subscribe", person, body)
        assert status == 200, said
        checkout: Json = said["checkout"]
        return checkout

    async def state(self, person: Person, checkout: Json) -> str:
        said = (await self.ask("GET", f"/api/checkout/{checkout['id']}", person))[1]
        return str(said["state"])

    async def session(self, checkout: Json) -> str:
        """The processor's id of a checkout."""
        rows = await self.server.run(
            "SELECT session FROM payment_checkouts WHERE id = ?", checkout["id"]
        )
        return str(rows[0][0])

    async def bought(self, person: Person, offer: str, *, deliver: bool = True) -> str:
        """Begin and pay; what the processor calls the payment or the subscription."""
        checkout = await self.begin(person, offer)
        session = await self.session(checkout)
        if self.processor == "stripe":
            self.stripe.pay(session)
            made = self.stripe.objects[session]
            found = str(made["payment_intent"] or made["subscription"])
        else:
            order = self.lemon.pay(session)
            found = order["id"]
            for each in self.lemon.of("subscriptions"):
                if str(each["attributes"]["order_id"]) == order["id"]:
                    found = each["id"]
        if deliver:
            await self.deliver()
        return found

    # --- the processors' side ---

    def said(self) -> list[tuple[bytes, dict[str, str]]]:
        """Every webhook so far, signed now."""
        stripes = [
            stripe_account.signed(event, STRIPE_SECRET, self.stripe.ticking.seconds)
            for event in self.stripe.events
        ]
        lemons = [lemon_store.signed(n, said, LEMON_SECRET) for n, said in self.lemon.webhooks]
        return stripes + lemons

    async def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, Json]:
        answer = await self.server.client.post(
            "/api/billing/webhook", content=body, headers=headers
        )
        return answer.status_code, answer.json()

    async def deliver(self) -> list[str]:
        """Send what was not sent yet; the outcomes."""
        outcomes: list[str] = []
        events = self.stripe.events[self.delivered["stripe"] :]
        told = self.lemon.webhooks[self.delivered["lemon"] :]
        signed = [
            stripe_account.signed(event, STRIPE_SECRET, self.stripe.ticking.seconds)
            for event in events
        ] + [lemon_store.signed(name, said, LEMON_SECRET) for name, said in told]
        for body, headers in signed:
            status, said = await self.post(body, headers)
            assert status == 200, said
            outcomes += said["outcomes"]
        self.delivered = {"stripe": len(self.stripe.events), "lemon": len(self.lemon.webhooks)}
        return outcomes

    async def take(self, body: bytes, headers: dict[str, str]) -> tuple[PaymentAnswer, ...]:
        """A webhook past the HTTP layer, for tests with very many."""
        if "X-Signature" in headers:
            return await webhooks.take_lemon_squeezy(self.till, body, headers["X-Signature"])
        return await webhooks.take_stripe(self.till, body, headers["Stripe-Signature"])

    async def poll(self) -> int:
        return await polling.poll(self.till, self.now)

    # --- what is in the books ---

    async def free(self, person: Person) -> int:
        """Plan tokens in the wallets of a person."""
        rows = await self.server.run(
            "SELECT CAST(coalesce(sum(posted - held), 0) AS BIGINT) FROM ledger_accounts"
            " WHERE tenant = ? AND kind = 'wallet'", person.caller.tenant,
        )  # fmt: skip
        found = rows[0][0]
        assert isinstance(found, int)
        return found

    async def account(self, person: Person) -> Json:
        names = ("plan", "flags", "subscribed_ms", "paid_until_ms", "seats")
        rows = await self.server.run(
            f"SELECT {', '.join(names)} FROM accounts WHERE id = ?", person.caller.tenant
        )
        return dict(zip(names, rows[0], strict=True))

    async def reasons(self) -> list[str]:
        """Why events were set aside, in the order of their ids."""
        rows = await self.server.run(
            "SELECT reason FROM ledger_events WHERE outcome = 'set_aside' ORDER BY event_id"
        )
        return [str(row[0]) for row in rows]

    async def sound(self) -> None:
        """The books add up, and every event that is there was handled."""
        assert await self.server.services.database.read(audit, self.now) == ()
        assert await self.server.run("SELECT event_id FROM ledger_events WHERE handled = 0") == []


def end_state() -> Steps[tuple[object, ...]]:
    """All that payments leave behind, without times of arrival."""
    found = []
    for text in (
        "SELECT id, tenant, granted, posted, held, taken FROM ledger_accounts ORDER BY id",
        "SELECT processor, payment, kind, price, taken_back FROM ledger_credits ORDER BY 1, 2, 3",
        "SELECT tenant, id, amount FROM packs ORDER BY tenant, id",
        "SELECT id, plan, flags, subscribed_ms, paid_until_ms, seats FROM accounts ORDER BY id",
        "SELECT id, plan, state, cancel_at_end, period_end_ms FROM subscriptions ORDER BY id",
        "SELECT invoice, plan, quantity, start_ms, end_ms FROM subscription_payments ORDER BY 1",
        "SELECT id, state, subscription FROM payment_checkouts ORDER BY id",
        "SELECT payment, dispute, amount_minor, state FROM ledger_refunds ORDER BY 1, 2, 3",
    ):
        rows = yield Sql(text)
        found.append(tuple(tuple(row) for row in rows))
    return tuple(found)


def stocked(live: bool = True) -> tuple[StripeAccount, LemonStore]:
    """A Stripe account and a Lemon Squeezy store that sell the shipped catalog."""
    ticking = Ticking()
    account, store = StripeAccount(ticking, live=live), LemonStore(ticking, test_mode=not live)
    account.add_price("price_premium", 1000, recurring=True)
    account.add_price("price_org", 9900, recurring=True)
    store.add_variant("1", 1000, monthly=True)
    store.add_variant("2", 9900, monthly=True)
    for number, (pack, cents) in enumerate(PACKS.items(), 3):
        account.add_price(f"price_{pack[:-5]}", cents)
        store.add_variant(str(number), cents)
    return account, store


@contextmanager
def behind(ticking: Ticking, *answers: Any) -> Any:
    """Loopback servers for doubles; their addresses."""

    def seconds() -> float:
        return ticking.seconds

    with (
        serving(answers[0], seconds=seconds) as first,
        serving(answers[1], "application/vnd.api+json", seconds) as second,
    ):
        yield first, second


@asynccontextmanager
async def open_shop(
    data: Path,
    processor: str = "stripe",
    *,
    database_url: str = "",
    without: Iterable[str] = (),
    served: bool = True,
    **changed: str,
) -> AsyncIterator[Shop]:
    """A shop on one processor, or on both. `changed` variables win; `without` takes some out.
    Where nobody asks the API, `served` False leaves its servers out."""
    account, store = stocked()
    stripe_api, lemon_api = StripeApi(account), LemonApi(store)
    env = {"stripe": STRIPE_ENV, "lemon_squeezy": LEMON_ENV, "both": STRIPE_ENV | LEMON_ENV}
    chosen = env[processor] | changed
    chosen = {name: value for name, value in chosen.items() if name not in set(without)}
    doubles = (
        behind(account.ticking, stripe_api.answer, lemon_api.answer)
        if served
        else nullcontext(("", ""))
    )
    with doubles as (stripe_url, lemon_url):
        chosen |= {"STRIPE_BASE_URL": stripe_url, "LEMONSQUEEZY_BASE_URL": lemon_url}
        variables = {f"_{name}": value for name, value in chosen.items()}
        async with running_server(data, database_url=database_url, **variables) as server:
            shop = Shop(
                server, account, stripe_api, store, lemon_api, Till(server.services),
                processor if processor != "both" else "stripe",
            )  # fmt: skip
            server.time.at = account.ticking.at
            yield shop


async def at_once(*things: Any) -> list[Any]:
    return list(await asyncio.gather(*things))
