"""Many requests at once: no tenant spends what it has not, no key is charged twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx2

from app.catalog.plans import Unit
from app.metering.allowances import BoughtPack
from app.server.credits.packs import give_pack
from tests.fixtures.credit_server import START, Person
from tests.server.proxy.conftest import Place
from tests.server.upstreams.scripts import Script

MODEL, WEIGHT = "openai/gpt-4o", 5
WORDS = [{"role": "user", "content": "Hello"}]
TOKENS = 300  # more than the least answer that is worth asking for


async def ask(client: httpx2.AsyncClient, person: Person, **headers: str) -> Any:
    body = {"model": MODEL, "messages": WORDS, "max_tokens": TOKENS}
    return await client.post(
        "/v1/chat/completions", json=body, headers={**person.headers, **headers}, timeout=120
    )


async def spend(place: Place, asked: int, paid: int) -> None:
    """`asked` requests at once of somebody who can pay for `paid` of them and not one more."""
    place.provider.scripts[MODEL] = Script(tokens=TOKENS, prompt_tokens=8)
    person = await place.person("free")
    tenant = person.caller.tenant
    limits = httpx2.Limits(max_connections=200)
    async with httpx2.AsyncClient(base_url=place.url, limits=limits) as client:
        assert (await ask(client, person)).status_code == 200
        ((held,),) = await place.server.run(
            "SELECT sum(d.amount) FROM ledger_hold_draws d JOIN ledger_holds h ON h.id = d.hold_id"
            " WHERE h.tenant = ?",
            tenant,
        )
        ((free,),) = await place.server.run(
            "SELECT sum(posted) FROM ledger_accounts WHERE tenant = ? AND unit = 'plan_tokens'",
            tenant,
        )
        worst, left = int(str(held)), int(str(free))
        # From here on each call costs what it held, to the token: what is paid stays paid.
        place.provider.scripts[MODEL] = Script(
            tokens=TOKENS, prompt_tokens=worst // WEIGHT - TOKENS
        )
        pack = BoughtPack(
            f"{tenant}/pack/test", Unit.PLAN_TOKENS, worst * paid - left, START, "Test"
        )
        await place.server.services.database.run(give_pack, pack, tenant, "test", START)
        answers = await asyncio.gather(*(ask(client, person) for _ in range(asked)))
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == {200: paid, 402: asked - paid}
    ((free,),) = await place.server.run(
        "SELECT sum(posted) FROM ledger_accounts WHERE tenant = ? AND unit = 'plan_tokens'", tenant
    )
    assert free == 0
    assert await place.open_holds() == 0
    assert await place.troubles() == []


async def test_sixty_requests_with_money_for_fifteen(place: Place) -> None:
    await spend(place, 60, 15)


async def test_a_thousand_requests_with_money_for_a_quarter_of_them(postgres_place: Place) -> None:
    await spend(postgres_place, 1000, 250)


async def test_one_key_sent_many_times_at_once_is_charged_once(place: Place) -> None:
    place.provider.scripts[MODEL] = Script(tokens=5, chunk_s=0.01)
    person = await place.person()
    async with httpx2.AsyncClient(base_url=place.url) as client:
        answers = await asyncio.gather(
            *(ask(client, person, **{"Idempotency-Key": "one"}) for _ in range(20))
        )
        again = await ask(client, person, **{"Idempotency-Key": "one"})
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 409}
    assert 200 in statuses
    busy = next(answer for answer in answers if answer.status_code == 409)
    assert int(busy.headers["Retry-After"]) > 0
    assert len(place.provider.calls) == 1
    first = next(answer for answer in answers if answer.status_code == 200)
    assert again.json()["choices"] == first.json()["choices"]
    assert again.json()["tuppence"]["receipt"] == first.json()["tuppence"]["receipt"]
    assert again.headers["x-tuppence-again"] == "true"
    assert await place.troubles() == []


async def test_the_same_key_for_another_request_is_refused(place: Place) -> None:
    person = await place.person()
    async with httpx2.AsyncClient(base_url=place.url) as client:
        await ask(client, person, **{"Idempotency-Key": "one"})
        body = {"model": MODEL, "messages": WORDS, "max_tokens": TOKENS + 1}
        headers = {**person.headers, "Idempotency-Key": "one"}
        answer = await client.post("/v1/chat/completions", json=body, headers=headers)
    assert answer.status_code == 422
    assert len(place.provider.calls) == 1
