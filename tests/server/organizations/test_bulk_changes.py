"""What the operator sets for groups, one by one and all at once: nobody is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.server.errors import Refused
from app.server.organizations.plans import bulk_change, set_amount, set_plan, set_seats
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.accounts.computers import registered
from tests.server.credits.given import whole_call
from tests.server.organizations.crew import WORKSPACES, founded

PLANS = ("free", "starter", "pro", "lifetime", "offered", "custom", "unlimited", "enterprise")


@pytest.fixture(params=["sqlite", "postgres"])
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[CreditServer]:
    """With the catalog of workspaces, on each database."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    async with running_server(tmp_path, database_url=url, catalog="workspaces") as opened:
        yield opened


async def _one_on_each_plan(server: CreditServer) -> None:
    for plan in (*PLANS, "gone-from-the-catalog"):
        await server.person(plan, id=f"w_{plan}", kind="workspace", flags="past_due,quarantined")
    await server.person("free", id="o_free", kind="organization")
    await server.person("free", id="w_deleted", kind="workspace", deleted_ms=1)


async def _plans(server: CreditServer, kind: str) -> dict[str, int]:
    rows = await server.run(
        "SELECT plan, count(*) FROM accounts WHERE kind = ? AND deleted_ms IS NULL GROUP BY plan",
        kind,
    )
    return {str(plan): int(str(count)) for plan, count in rows}


async def _change(server: CreditServer, name: str, *, dry_run: bool = False) -> list[str]:
    database, catalog = server.services.database, server.services.catalog
    bulk = await database.run(bulk_change, catalog, name, server.time.at, dry_run=dry_run)
    return [each.tenant for each in bulk.moved]


async def test_all_to_unlimited_leaves_no_workspace_behind(server: CreditServer) -> None:
    await _one_on_each_plan(server)
    person = await server.person("free")
    told = await _change(server, "all-to-unlimited", dry_run=True)
    assert await _plans(server, "workspace") == dict.fromkeys((*PLANS, "gone-from-the-catalog"), 1)
    assert await _change(server, "all-to-unlimited") == told
    assert len(told) == len(PLANS) + 1  # all but the one that is there, and the organization
    assert await _plans(server, "workspace") == {"unlimited": len(PLANS) + 1}
    assert await _plans(server, "organization") == {"unlimited": 1}
    flags = await server.run("SELECT DISTINCT flags FROM accounts WHERE id <> 'w_unlimited'")
    assert flags == [("",)]
    kept = await server.run("SELECT plan FROM accounts WHERE id = ?", person.caller.tenant)
    assert kept == [("free",)]
    assert await _change(server, "all-to-unlimited") == []


async def test_the_standard_plans_alone_are_moved_where_the_change_says_so(
    server: CreditServer,
) -> None:
    await _one_on_each_plan(server)
    database, catalog = server.services.database, server.services.catalog
    planned = await database.read(
        bulk_change, catalog, "standard-to-unlimited", server.time.at, dry_run=True
    )
    assert dict(planned.left) == dict.fromkeys(
        ("lifetime", "offered", "custom", "enterprise", "gone-from-the-catalog"), 1
    )
    moved = await _change(server, "standard-to-unlimited")
    assert moved == ["o_free", "w_free", "w_pro", "w_starter"]
    left = await _plans(server, "workspace")
    assert left == {
        "unlimited": 4,
        **dict.fromkeys(
            ("lifetime", "offered", "custom", "enterprise", "gone-from-the-catalog"), 1
        ),
    }


async def test_a_bulk_change_among_foundings_and_calls_misses_nobody_who_was_there(
    server: CreditServer,
) -> None:
    people = [await registered(server) for _ in range(4)]
    names = [f"Crew {number}" for number in range(6)]
    before = [await founded(server, one, WORKSPACES, name) for one in people for name in names[:3]]
    founding = [founded(server, one, WORKSPACES, name) for one in people for name in names[3:]]
    await asyncio.gather(_change(server, "all-to-unlimited"), *founding)
    marks = ", ".join("?" * len(before))
    rows = await server.run(f"SELECT DISTINCT plan FROM accounts WHERE id IN ({marks})", *before)
    assert rows == [("unlimited",)]


async def test_what_was_used_stays_used(server: CreditServer) -> None:
    person = await server.person(
        "pro", id="w_one", kind="workspace", custom_amounts='{"managed-monthly": 40000000000}'
    )
    await server.run(
        "INSERT INTO members (tenant, account, role, joined_ms) VALUES ('w_one', ?, 'admin', 0)",
        person.caller.account,
    )
    caller = replace(person.caller, tenant="w_one", role="admin")
    await whole_call(server, caller, "gpt-4o", 6_000, 1_000, 1_000)
    used = await server.run("SELECT id, granted, posted FROM ledger_accounts ORDER BY id")
    await _change(server, "all-to-unlimited")
    assert await server.run("SELECT id, granted, posted FROM ledger_accounts ORDER BY id") == used
    amounts = await server.run("SELECT custom_amounts FROM accounts WHERE id = 'w_one'")
    assert amounts == [('{"managed-monthly": 40000000000}',)]


async def test_plan_seats_and_amount_are_set_one_by_one(server: CreditServer) -> None:
    await server.person("custom", id="w_one", kind="workspace")
    database, catalog, now = server.services.database, server.services.catalog, server.time.at
    await database.run(set_seats, catalog, "w_one", 7, now)
    await database.run(set_amount, catalog, "w_one", "managed-monthly", 5 * 10**12, now)
    assert await server.run("SELECT seats, custom_amounts FROM accounts WHERE id = 'w_one'") == [
        (7, '{"managed-monthly": 5000000000000}')
    ]
    await database.run(set_amount, catalog, "w_one", "managed-monthly", None, now)
    await database.run(set_plan, catalog, "w_one", "enterprise", now)
    assert await server.run("SELECT plan, custom_amounts FROM accounts WHERE id = 'w_one'") == [
        ("enterprise", "{}")
    ]
    for wrong, match in (
        ((set_seats, catalog, "w_one", -1, now), "number of seats"),
        ((set_plan, catalog, "w_one", "gold", now), "no such plan"),
        ((set_plan, catalog, "w_nobody", "pro", now), "no such"),
        ((set_amount, catalog, "w_one", "else", 1, now), "not set for each"),
        ((set_amount, catalog, "w_one", "managed-monthly", -1, now), "below zero"),
    ):
        with pytest.raises(Refused, match=match):
            await database.run(*wrong)
    with pytest.raises(Refused, match="no such"):
        await _change(server, "nothing")


async def test_seats_are_not_set_below_those_that_the_plan_begins_at(tmp_path: Path) -> None:
    async with running_server(tmp_path, catalog="daily-budgets") as server:
        await server.person("organization", id="o_one", kind="organization")
        run, catalog, now = server.services.database.run, server.services.catalog, server.time.at
        with pytest.raises(Refused, match="begins at 5 seats"):
            await run(set_seats, catalog, "o_one", 4, now)
        for seats in (5, 500, 0):
            await run(set_seats, catalog, "o_one", seats, now)
            assert await server.run("SELECT seats FROM accounts WHERE id = 'o_one'") == [(seats,)]
