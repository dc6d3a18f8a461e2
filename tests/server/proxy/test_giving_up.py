"""A key that was given up: what still comes with it is refused, costs nothing, and is forgotten
once nothing can come any more."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from app.ledger.audit import audit
from app.ledger.closing import forget_given_up
from app.ledger.rebuild import rebuild
from app.ledger.sweeping import sweep
from app.server.credits import closing
from app.server.errors import Refused
from app.server.operator.account_rows import whole_account
from app.server.operator.exporting import journal
from tests.fixtures.credit_server import Person
from tests.server.credits.given import give
from tests.server.proxy.conftest import Place
from tests.server.proxy.test_bursts import MODEL, ask
from tests.server.upstreams.scripts import Script

KEY = "0" * 31 + "1"
GIVEN_UP = "SELECT count(*) FROM ledger_holds WHERE body_hash = 'given up'"
AT_ONCE = 30


async def close(client: httpx2.AsyncClient, person: Person, key: str = KEY) -> Any:
    return await client.post(f"/api/requests/{key}/close", headers=person.headers)


async def test_what_comes_after_it_is_refused_and_asks_nobody(place: Place) -> None:
    await _refused_afterwards(place)


async def test_it_is_refused_on_postgresql_too(postgres_place: Place) -> None:
    await _refused_afterwards(postgres_place)


async def _refused_afterwards(place: Place) -> None:
    place.provider.scripts[MODEL] = Script(tokens=5)
    person = await place.person()
    async with httpx2.AsyncClient(base_url=place.url) as client:
        orders = [await close(client, person) for _ in range(3)]
        assert {order.text for order in orders} == {orders[0].text}
        assert (orders[0].status_code, orders[0].json()["status"]) == (200, 410)
        for _ in range(2):
            late = await ask(client, person, **{"Idempotency-Key": KEY})
            assert (late.status_code, late.json()["error"]["code"]) == (410, "request_given_up")
        found = await client.get(f"/api/requests/{KEY}", headers=person.headers)
        assert found.status_code == 404
        other = await ask(client, person, **{"Idempotency-Key": "another"})
        assert other.status_code == 200
    assert len(place.provider.calls) == 1
    assert await place.server.run(GIVEN_UP) == [(1,)]
    assert await place.open_holds() == 0
    assert await place.troubles() == []


async def test_what_came_before_it_is_told_as_it_was(place: Place) -> None:
    place.provider.scripts[MODEL] = Script(tokens=5)
    person = await place.person()
    async with httpx2.AsyncClient(base_url=place.url) as client:
        assert (await ask(client, person, **{"Idempotency-Key": KEY})).status_code == 200
        found = await client.get(f"/api/requests/{KEY}", headers=person.headers)
        assert found.json()["status"] == 200
        assert (await close(client, person)).json() == found.json()
        assert (await close(client, person, found.json()["id"])).json() == found.json()
    assert await place.server.run(GIVEN_UP) == [(0,)]


async def test_what_was_released_before_it_is_told_as_it_was(place: Place) -> None:
    place.provider.scripts[MODEL] = Script(refuse=400)
    person = await place.person()
    async with httpx2.AsyncClient(base_url=place.url) as client:
        await ask(client, person, **{"Idempotency-Key": KEY})
        found = await client.get(f"/api/requests/{KEY}", headers=person.headers)
        assert found.json()["status"] == 502
        assert (await close(client, person)).json() == found.json()
    assert await place.server.run(GIVEN_UP) == [(0,)]


async def test_what_runs_goes_on(place: Place) -> None:
    place.provider.scripts[MODEL] = Script(tokens=40, chunk_s=0.02)
    person = await place.person()
    async with httpx2.AsyncClient(base_url=place.url) as client:
        sending = asyncio.create_task(ask(client, person, **{"Idempotency-Key": KEY}))
        while not await place.open_holds():
            await asyncio.sleep(0.01)
        order = await close(client, person)
        assert (order.status_code, order.json()["error"]["code"]) == (409, "request_running")
        assert (await sending).status_code == 200
        assert (await close(client, person)).json()["status"] == 200


async def test_at_the_same_time_exactly_one_wins(place: Place) -> None:
    await _both_at_once(place)


async def test_exactly_one_wins_on_postgresql_too(postgres_place: Place) -> None:
    await _both_at_once(postgres_place)


async def _both_at_once(place: Place) -> None:
    """Each key is sent and given up in the same moment, in both orders, many keys at once."""
    place.provider.scripts[MODEL] = Script(tokens=5)
    person = await place.person()
    await give(place.server, person, 10_000_000)
    limits = httpx2.Limits(max_connections=4 * AT_ONCE)

    async def race(number: int) -> bool:
        headers = {"Idempotency-Key": f"key-{number}"}
        sending, giving_up = (
            lambda: ask(client, person, **headers),
            lambda: close(client, person, f"key-{number}"),
        )
        if number % 2:
            order, sent = await asyncio.gather(giving_up(), sending())
        else:
            sent, order = await asyncio.gather(sending(), giving_up())
        given_up = bool(order.status_code == 200 and order.json()["status"] == 410)
        assert sent.status_code == (410 if given_up else 200), (sent.text, order.text)
        again = await close(client, person, f"key-{number}")
        assert again.json()["status"] == (410 if given_up else 200)
        return given_up

    async with httpx2.AsyncClient(base_url=place.url, limits=limits, timeout=60) as client:
        given_up = await asyncio.gather(*(race(number) for number in range(AT_ONCE)))
    answered = AT_ONCE - sum(given_up)
    assert len(place.provider.calls) == answered
    assert await place.server.run(GIVEN_UP) == [(sum(given_up),)]
    charged = await place.server.run("SELECT count(*) FROM requests WHERE plan_tokens > 0")
    assert charged == [(answered,)]
    assert await place.open_holds() == 0
    assert await place.troubles() == []


async def test_one_key_given_up_many_times_at_once_is_one_row(postgres_place: Place) -> None:
    person = await postgres_place.person()
    async with httpx2.AsyncClient(base_url=postgres_place.url) as client:
        orders = await asyncio.gather(*(close(client, person) for _ in range(AT_ONCE)))
    assert {order.json()["status"] for order in orders} == {410}
    assert await postgres_place.server.run(GIVEN_UP) == [(1,)]


async def test_somebody_elses_request_is_none(place: Place) -> None:
    place.provider.scripts[MODEL] = Script(tokens=5)
    person, other = await place.person(), await place.person()
    async with httpx2.AsyncClient(base_url=place.url) as client:
        await ask(client, person, **{"Idempotency-Key": KEY})
        found = await client.get(f"/api/requests/{KEY}", headers=person.headers)
        foreign, unknown = found.json()["id"], "f" * len(found.json()["id"])
        told = await close(client, other, foreign)
        assert told.text.replace(foreign, unknown) == (await close(client, other, unknown)).text
        # A key is its owner's own: the same text of somebody else is another.
        assert (await close(client, other)).json()["status"] == 410
        again = await client.get(f"/api/requests/{KEY}", headers=person.headers)
        assert again.json() == found.json()
    assert await place.troubles() == []


async def test_the_disk_cannot_be_filled_with_them(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "GIVEN_UP_PER_DAY", 5)
    person, other = await place.person(), await place.person()
    services = place.server.services
    for number in range(5):
        done = await closing.close_request(services, person.caller, f"key-{number}")
        assert done.status == closing.GONE
    with pytest.raises(Refused) as refused:
        await closing.close_request(services, person.caller, "one-more")
    assert refused.value.status == 429
    for someone, key in ((person, "key-3"), (other, "one-more")):  # there already; another's day
        assert (await closing.close_request(services, someone.caller, key)).status == closing.GONE
    for _ in range(closing.ORDERS_PER_MINUTE - 7):
        await closing.close_request(services, person.caller, "key-3")
    with pytest.raises(Refused) as refused:
        await closing.close_request(services, person.caller, "key-3")
    assert refused.value.retry_after_s is not None
    assert refused.value.retry_after_s <= 60


async def test_they_are_forgotten_once_nothing_can_come(place: Place) -> None:
    await _forgotten(place)


async def test_they_are_forgotten_on_postgresql_too(postgres_place: Place) -> None:
    await _forgotten(postgres_place)


async def _forgotten(place: Place) -> None:
    place.provider.scripts[MODEL] = Script(tokens=5)
    person = await place.person()
    database, time = place.server.services.database, place.server.time
    async with httpx2.AsyncClient(base_url=place.url) as client:
        await ask(client, person, **{"Idempotency-Key": "answered"})
        await place.quiet()
        await close(client, person)
        time.pass_by(seconds=closing.KEPT.total_seconds() - 60)
        assert await database.run(forget_given_up, time.at) == 0
        time.pass_by(seconds=61)
        assert await database.run(forget_given_up, time.at) == 1
        assert await database.run(forget_given_up, time.at) == 0
    assert await place.server.run(GIVEN_UP) == [(0,)]
    assert await place.server.run("SELECT key FROM ledger_holds WHERE tenant <> 'free'") == [
        ("answered",)
    ]
    assert await place.troubles() == []


async def test_the_books_know_them_and_find_one_that_was_charged(place: Place) -> None:
    person = await place.person()
    database, now = place.server.services.database, place.server.time.at
    exported = list(await database.read(journal, "csv"))
    async with httpx2.AsyncClient(base_url=place.url) as client:
        await close(client, person)
        shown = await client.get("/api/account/export", headers=person.headers)
        assert KEY not in shown.text
        listed = await client.get("/api/requests", headers=person.headers)
        assert listed.json()["requests"] == []
    assert await database.run(rebuild) == ()
    assert list(await database.read(journal, "csv")) == exported
    assert (await database.read(whole_account, person.caller.tenant, now)).holds == ()
    assert (await database.run(sweep, now + closing.KEPT)).released == ()
    assert await database.read(audit, now) == ()
    [(hold_id,)] = await place.server.run("SELECT id FROM ledger_holds WHERE key = ?", KEY)
    with pytest.raises(Exception, match="a hold ends exactly once"):
        await place.server.run("UPDATE ledger_holds SET state = 'settled' WHERE id = ?", hold_id)
    await place.server.run(
        "INSERT INTO ledger_entries (at_ms, kind, hold_id) VALUES (1, 'charge', ?)", hold_id
    )
    said = [str(finding) for finding in await database.read(audit, now)]
    assert any("its key was given up" in each for each in said), said


async def test_nothing_else_can_be_deleted(place: Place, postgres_place: Place) -> None:
    for each in (place, postgres_place):
        each.provider.scripts[MODEL] = Script(tokens=5)
        person = await each.person()
        async with httpx2.AsyncClient(base_url=each.url) as client:
            await ask(client, person, **{"Idempotency-Key": KEY})
        await each.quiet()
        before = await each.server.run("SELECT id FROM ledger_holds")
        with pytest.raises(Exception, match="nothing but what was given up"):
            await each.server.run("DELETE FROM ledger_holds")
        assert await each.server.run("SELECT id FROM ledger_holds") == before
