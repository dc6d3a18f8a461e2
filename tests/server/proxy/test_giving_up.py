"""A key that was given up: what still comes with it is refused, and costs nothing."""

from __future__ import annotations

import asyncio

import httpx2

from tests.server.proxy.conftest import Place
from tests.server.proxy.test_bursts import MODEL, ask
from tests.server.upstreams.scripts import Script

KEY = "0" * 31 + "1"
CLOSE = f"/api/requests/{KEY}/close"


async def test_what_comes_after_it_is_refused_and_asks_nobody(place: Place) -> None:
    place.provider.scripts[MODEL] = Script(tokens=5)
    person = await place.person()
    async with httpx2.AsyncClient(base_url=place.url) as client:
        for _ in range(2):
            closed = await client.post(CLOSE, headers=person.headers)
            assert (closed.status_code, closed.json()["status"]) == (200, 410)
        late = await ask(client, person, **{"Idempotency-Key": KEY})
        assert late.status_code == 422
        found = await client.get(f"/api/requests/{KEY}", headers=person.headers)
        assert found.status_code == 404
        other = await ask(client, person, **{"Idempotency-Key": "another"})
        assert other.status_code == 200
    assert len(place.provider.calls) == 1
    assert await place.open_holds() == 0
    assert await place.troubles() == []


async def test_what_came_before_it_is_told_as_it_was(place: Place) -> None:
    place.provider.scripts[MODEL] = Script(tokens=5)
    person = await place.person()
    async with httpx2.AsyncClient(base_url=place.url) as client:
        assert (await ask(client, person, **{"Idempotency-Key": KEY})).status_code == 200
        found = await client.get(f"/api/requests/{KEY}", headers=person.headers)
        closed = await client.post(CLOSE, headers=person.headers)
        assert closed.json() == found.json()
        assert closed.json()["status"] == 200
        by_id = f"/api/requests/{found.json()['id']}/close"
        assert (await client.post(by_id, headers=person.headers)).json() == found.json()


async def test_at_the_same_time_it_is_one_or_the_other(place: Place) -> None:
    await _both_at_once(place)


async def test_on_postgresql_too(postgres_place: Place) -> None:
    await _both_at_once(postgres_place)


async def _both_at_once(place: Place) -> None:
    place.provider.scripts[MODEL] = Script(tokens=5)
    person = await place.person()
    async with httpx2.AsyncClient(base_url=place.url) as client:
        for number in range(20):
            key = f"key-{number}"
            sent, closed = await asyncio.gather(
                ask(client, person, **{"Idempotency-Key": key}),
                client.post(f"/api/requests/{key}/close", headers=person.headers),
            )
            given_up = closed.status_code == 200 and closed.json()["status"] == 410
            assert sent.status_code == (422 if given_up else 200)
    charged = await place.server.run("SELECT count(*) FROM requests WHERE plan_tokens > 0")
    assert charged == [(len(place.provider.calls),)]
    assert await place.open_holds() == 0
    assert await place.troubles() == []


async def test_somebody_elses_request_is_not_there(place: Place) -> None:
    place.provider.scripts[MODEL] = Script(tokens=5)
    person, other = await place.person(), await place.person()
    async with httpx2.AsyncClient(base_url=place.url) as client:
        await ask(client, person, **{"Idempotency-Key": KEY})
        found = await client.get(f"/api/requests/{KEY}", headers=person.headers)
        foreign = f"/api/requests/{found.json()['id']}/close"
        assert (await client.post(foreign, headers=other.headers)).status_code == 404
        # A key is its owner's own: the same one of somebody else is another.
        closed = await client.post(CLOSE, headers=other.headers)
        assert closed.json()["status"] == 410
        again = await ask(client, person, **{"Idempotency-Key": KEY})
        assert again.status_code == 200
