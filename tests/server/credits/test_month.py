"""A random month of calls on each catalog: what people are shown is what the postings add up to.

The auditor reads the ledger's postings alone, adds them up in plain Python, and knows beside them
only which call it made itself, when and for whom.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.catalog.plans import Holder, Right
from app.catalog.plans import Unit as CatalogUnit
from app.catalog.rights import roles_with
from app.metering.hold import Basis, Proof
from app.metering.payer import PayerKind, Unit
from app.money import usd_text
from app.server.accounts.identify import Caller
from app.server.credits.calls import admit, drop, settle
from app.server.credits.own_keys import note_own_key
from app.server.credits.prices import sold
from app.server.credits.records import AdmittedCall, CallDropped, Ending
from app.server.credits.schemas import amount_of
from app.server.errors import Refused
from tests.fixtures.credit_server import CreditServer, Person, running_server
from tests.server.credits.given import ended, give, sound, subscribed, wish

CATALOGS = (
    "monthly-plans", "packs-and-weights", "workspaces", "free-models", "daily-budgets", "tuppence",
)  # fmt: skip
Json = dict[str, Any]
PAST_MONTH = datetime(2026, 12, 3, tzinfo=UTC)
# Hold id -> what its charge took from grants and packs by unit, and what own keys were charged.
Charged = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Made:
    """A call that the test made and that somebody paid for."""

    id: str
    at: datetime
    caller: Caller
    model: str
    payer: PayerKind
    input_tokens: int
    output_tokens: int
    priced: bool


@dataclass
class Month:
    """People with every plan of a catalog, and what they did."""

    server: CreditServer
    chance: random.Random
    pause_h: int
    owners: list[Person] = field(default_factory=list)
    callers: list[Caller] = field(default_factory=list)
    running: list[AdmittedCall] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)

    async def begin(self) -> None:
        """One account for each plan, two members in those for organizations, packs, own keys."""
        server, catalog = self.server, self.server.services.catalog
        for plan in catalog.plans:
            kind = "organization" if plan.holder is Holder.ORGANIZATION else "person"
            columns = subscribed(server, kind=kind) | {
                "paid_until_ms": int((server.time.at + timedelta(days=45)).timestamp() * 1000)
            }
            if catalog.managed_credit is not None:
                columns["custom_amounts"] = json.dumps(
                    {catalog.managed_credit.allowance: 900_000_000_000}
                )
            owner = await server.person(plan.id, **columns)
            self.owners.append(owner)
            self.callers += [owner.caller, replace(owner.caller, address="192.0.2.9")]
            if kind == "organization":
                await self._members(owner.caller.tenant)
            if catalog.packs and self.chance.random() < 0.7:
                await give(server, owner, self.chance.randrange(1_000, 300_000))
            if plan.own_keys != "never":
                await server.services.database.run(
                    note_own_key, owner.caller.tenant, "openai", f"key-{plan.id}"
                )

    async def _members(self, tenant: str) -> None:
        for name, role in zip(
            ("ann", "ben"), roles_with(Right.USE, self.server.services.catalog), strict=False
        ):
            await self.server.run(
                "INSERT INTO members (tenant, account, role, caps, joined_ms)"
                " VALUES (?, ?, ?, '{}', 0)", tenant, f"{name}-{tenant}", role,
            )  # fmt: skip
            self.callers.append(Caller(tenant, f"{name}-{tenant}", device="d", role=role))

    async def step(self) -> None:
        """Somebody asks, or a call ends, or time goes by."""
        if len(self.running) > 4 or (self.running and self.chance.random() < 0.5):
            await self.end(self.running.pop(self.chance.randrange(len(self.running))))
        else:
            await self.ask()
        # Several in one millisecond as well.
        self.server.time.pass_by(minutes=self.chance.choice([0, 0, 0, 1, 20]))
        if not self.running:
            self.server.time.pass_by(hours=self.chance.randrange(self.pause_h))

    async def ask(self) -> None:
        catalog, chance = self.server.services.catalog, self.chance
        model = chance.choice(catalog.models).id
        call = wish(model, chance.choice([9, 300, 4_000, 40_000]), chance.choice([50, 900, 9_000]))
        try:
            found = await admit(self.server.services, call, chance.choice(self.callers))
        except Refused:
            return
        assert isinstance(found, AdmittedCall)
        await self.server.services.database.dispatch(
            found.request_id,
            route=found.routes[0].route,
            owner="tests",
            lease_until=self.server.time.at + timedelta(seconds=30),
        )
        self.running.append(found)

    async def end(self, call: AdmittedCall) -> None:
        chance = self.chance
        if chance.random() < 0.15:
            proof = chance.choice([Proof.NOTHING_SENT, Proof.REFUSED])
            lost = chance.choice([0, 1_234_567])
            route = call.routes[0].route
            dropped = CallDropped("failed", proof=proof, route=route, lost_pusd=lost)
            await drop(self.server.services, call, dropped)
            if lost and call.payer is PayerKind.OWN_KEY:
                self._note(call, 0, 0, priced=True)  # its provider billed it all the same
            return
        # At times more than was held: more input than was counted.
        read = int(call.input_tokens * chance.choice([0.5, 0.9, 1, 1, 2.5])) + 1
        cached, written = chance.randrange(read), chance.randrange(call.output_tokens_max + 1)
        thought = chance.randrange(written + 1)
        broke = chance.random() < 0.3
        end = ended(
            call, read - cached, written - thought, cache_read=cached, reasoning=thought,
            basis=Basis.COUNTED_PARTIAL if broke else Basis.PROVIDER_USAGE,
            ending=Ending.INTERRUPTED if broke else Ending.COMPLETE,
        )  # fmt: skip
        await settle(self.server.services, call, end)
        priced = sold(self.server.services, call.model, call.admitted_at).routes[0].price
        self._note(call, read, written, priced=priced is not None)

    def _note(self, call: AdmittedCall, read: int, written: int, *, priced: bool) -> None:
        self.made.append(
            Made(
                call.request_id, call.admitted_at, call.caller, call.model, call.payer,
                read, written, priced,
            )
        )  # fmt: skip

    async def live(self, steps: int) -> None:
        await self.begin()
        while steps > 0 or self.server.time.at < PAST_MONTH:
            await self.step()
            steps -= 1
        while self.running:
            await self.end(self.running.pop())

    async def get(self, path: str, owner: Person) -> Any:
        answer = await self.server.client.get(path, headers=owner.headers)
        assert answer.status_code == 200, answer.text
        return answer.json() if "json" in answer.headers["content-type"] else answer.text


async def charged(server: CreditServer) -> tuple[Charged, dict[str, int]]:
    """What each call's charges took, by unit or `own`; and what each account was charged."""
    rows = await server.run(
        "SELECT e.hold_id, p.account, CAST(p.unit AS TEXT), p.amount, CAST(a.kind AS TEXT)"
        " FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id"
        " JOIN ledger_accounts a ON a.id = p.account AND a.tenant = p.tenant"
        " WHERE e.hold_id IS NOT NULL"
    )
    by_call: Charged = defaultdict(lambda: defaultdict(int))
    by_account: dict[str, int] = defaultdict(int)
    for hold, account, unit, amount, kind in rows:
        by_account[str(account)] -= int(str(amount))
        call = str(hold).partition("/")[0]
        if kind in ("window", "wallet"):
            by_call[call][str(unit)] -= int(str(amount))
        elif "/own/" in str(account):
            by_call[call]["own"] -= int(str(amount))
    return by_call, by_account


def shown(calls: Iterable[Made], took: Charged) -> Json:
    """The sums of a group of calls as `/api/usage` shows them."""
    own = [each for each in calls if each.payer is PayerKind.OWN_KEY]
    paid = [each for each in calls if each.payer is not PayerKind.OWN_KEY]
    return {
        "platform": {
            "calls": len(paid),
            "input_tokens": sum(each.input_tokens for each in paid),
            "output_tokens": sum(each.output_tokens for each in paid),
            "plan_tokens": sum(took[each.id][Unit.PLAN_TOKENS] for each in paid),
            "usd": usd_text(sum(took[each.id][Unit.PICODOLLARS] for each in paid)),
        },
        "own_key": {
            "calls": len(own),
            "input_tokens": sum(each.input_tokens for each in own),
            "output_tokens": sum(each.output_tokens for each in own),
            "usd": usd_text(sum(took[each.id]["own"] for each in own)),
            "unpriced_calls": sum(not each.priced for each in own),
        },
    }


GROUPS: dict[str, Callable[[Made], str]] = {
    "day": lambda made: made.at.date().isoformat(),
    "model": lambda made: made.model,
    "key": lambda made: made.caller.api_key,
    "member": lambda made: made.caller.account,
}


async def audit_month(month: Month) -> None:
    server = month.server
    took, by_account = await charged(server)
    assert {each.id for each in month.made} >= set(took)
    for owner in month.owners:
        own = [each for each in month.made if each.caller.tenant == owner.caller.tenant]
        await audit_usage(month, owner, own, took)
        await audit_requests(month, owner, own, took)
        await audit_me(month, owner, own, took, by_account)
    await sound(server)


async def audit_usage(month: Month, owner: Person, own: list[Made], took: Charged) -> None:
    start = "2026-11-01"
    for by, group_of in GROUPS.items():
        groups: dict[str, list[Made]] = defaultdict(list)
        for each in own:
            groups[group_of(each)].append(each)
        expected = {group: shown(calls, took) for group, calls in groups.items()}
        said = await month.get(f"/api/usage?by={by}&start={start}", owner)
        got = {row.pop("group"): row for row in said["rows"]}
        assert got == expected, (owner.caller.tenant, by)
        text = await month.get(f"/api/usage?by={by}&start={start}&format=csv", owner)
        lines = {line[by]: line for line in csv.DictReader(io.StringIO(text))}
        for group, sums in expected.items():
            for name, value in sums["platform"].items():
                assert lines[group][name] == str(value)
            assert lines[group]["own_key_usd"] == sums["own_key"]["usd"]


async def audit_requests(month: Month, owner: Person, own: list[Made], took: Charged) -> None:
    listed: dict[str, Json] = {}
    before = ""
    while True:
        page = await month.get(f"/api/requests?limit=7{before}", owner)
        for each in page["requests"]:
            assert each["id"] not in listed
            listed[each["id"]] = each
        if page["before"] is None:
            break
        before = f"&before={page['before']}"
    charged_ones = {id_ for id_, row in listed.items() if row["ending"] != "released"}
    assert charged_ones == {each.id for each in own}
    for each in own:
        unit = "own" if each.payer is PayerKind.OWN_KEY else Unit.PICODOLLARS
        row = listed[each.id]
        assert row["plan_tokens"] == took[each.id][Unit.PLAN_TOKENS]
        assert row["usd"] == usd_text(took[each.id][unit])
    for row in listed.values():
        if row["ending"] == "released":
            assert (row["plan_tokens"], row["usd"]) == (0, "0")


async def audit_me(
    month: Month, owner: Person, own: list[Made], took: Charged, by_account: dict[str, int]
) -> None:
    said = await month.get("/api/me", owner)
    for balance in said["balances"]:
        unit = CatalogUnit(balance["unit"])
        assert balance["used"] == amount_of(unit, by_account[balance["grant"]]), balance
        assert balance["held"] == amount_of(unit, 0)
    first = datetime(month.server.time.at.year, month.server.time.at.month, 1, tzinfo=UTC)
    recent = [each for each in own if each.at >= first and each.payer is PayerKind.ALLOWANCE]
    catalog = month.server.services.catalog
    units = {each.unit for each in catalog.allowances if not each.only}
    used = said["resetInfo"]["tokensUsedThisMonth"]
    if Unit.PLAN_TOKENS not in units and not catalog.packs:
        assert used == sum(each.input_tokens + each.output_tokens for each in recent)
    else:
        assert used == sum(took[each.id][Unit.PLAN_TOKENS] for each in recent)


async def lived(data: Path, url: str, catalog: str, seed: int, steps: int) -> None:
    async with running_server(
        data, database_url=url, catalog=catalog, FREE_DAY_USD="50", REQUESTS_PER_MINUTE="1000000"
    ) as server:
        month = Month(server, random.Random(f"{catalog} {seed}"), max(6_000 // steps, 2))
        await month.live(steps)
        assert len(month.made) >= 20
        await audit_month(month)


@pytest.mark.parametrize("catalog", CATALOGS)
async def test_what_a_month_shows_is_what_its_postings_add_up_to(
    tmp_path: Path, catalog: str
) -> None:
    await lived(tmp_path / "server", "", catalog, 1, 150)


@pytest.mark.parametrize("catalog", ["daily-budgets", "tuppence"])
async def test_a_month_on_postgresql_shows_the_same(
    tmp_path: Path, postgres_url: str, catalog: str
) -> None:
    await lived(tmp_path / "server", postgres_url, catalog, 2, 110)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3, 8))
@pytest.mark.parametrize("catalog", CATALOGS)
async def test_long_months_show_what_their_postings_add_up_to(
    tmp_path: Path, catalog: str, seed: int
) -> None:
    await lived(tmp_path / "server", "", catalog, seed, 1_200)
