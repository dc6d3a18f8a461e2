"""The real server's process killed again and again while it answers: no drift, no double charge,
and after the deadline no hold that is open."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.ledger.holds import RESOLVE_WITHIN
from app.server.proxy.desk import Desk
from app.server.proxy.resolving import resolve_all, sweep_all
from tests.fixtures.credit_server import Person, running_server
from tests.fixtures.postgres import address_of
from tests.server.proxy.conftest import MODEL, Place, variables
from tests.server.proxy.hanging_up import ask_and_hang_up
from tests.server.safety.processes import server_process
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import Upstream

KILLS, SOAK_KILLS = 10, 250  # on each database
CLIENTS, TOKENS, WORD = 6, 30, " hello"
ALIVE_S = (0.02, 0.8)
COLD = 5  # every fifth is killed before it has answered anything
LATER = RESOLVE_WITHIN + timedelta(minutes=10)


async def ask_on_and_on(
    url: str, person: Person, keys: list[str], whole: set[str], most: int = 1000
) -> None:
    """One client: asks, and after an answer asks again, until nobody answers. Keys whose answer
    never came are sent once more by the next one."""
    for number in range(most):
        again = keys.pop(0) if keys and number % 3 == 0 else ""
        key = again or f"k{random.getrandbits(60):x}"
        body: Mapping[str, object] = {
            "model": MODEL,
            "messages": [{"role": "user", "content": "Hello"}],
            "max_tokens": TOKENS + 10,
            "stream": True,
        }
        try:
            heard = await ask_and_hang_up(url, person.token, dict(body), after=None, key=key)
        except OSError:
            keys.append(key)
            return
        if heard.content.rstrip().endswith(b"0") and b"[DONE]" in heard.content:
            whole.add(key)
        elif b"HTTP/1.1 409" not in heard.content:
            keys.append(key)


async def kill_again_and_again(
    data: Path, provider: Upstream, kills: int, database_url: str
) -> None:
    provider.scripts[MODEL] = Script(tokens=TOKENS, word=WORD, prompt_tokens=8, chunk_s=0.004)
    given = variables(provider)
    async with running_server(data, database_url=database_url, **given) as server:
        people = [await server.person("premium", subscribed_ms=0) for _ in range(CLIENTS)]
    if database_url:
        given["DATABASE_URL"] = address_of(database_url)
    chance, whole = random.Random(kills), set[str]()
    unheard: list[list[str]] = [[] for _ in people]
    for kill in range(kills):
        with server_process(data, env=given) as running:
            if kill % COLD:
                await ask_on_and_on(running.url, people[0], [], whole, most=1)
            clients = [
                asyncio.create_task(ask_on_and_on(running.url, person, keys, whole))
                for person, keys in zip(people, unheard, strict=True)
            ]
            await asyncio.sleep(chance.uniform(*ALIVE_S))
            running.process.send_signal(signal.SIGKILL)
            running.process.wait()
            await asyncio.gather(*clients)
    assert whole, "nothing was ever answered"
    async with running_server(data, database_url=database_url, **given) as server:
        server.time.at = datetime.now(UTC) + LATER
        await check(Place(server, provider, ""), whole)


async def check(place: Place, whole: set[str]) -> None:
    """The books after the deadline."""
    desk = Desk(place.server.services)
    await sweep_all(desk)
    place.server.time.pass_by(seconds=LATER.total_seconds())
    while await resolve_all(desk):
        continue
    assert await place.open_holds() == 0
    assert await place.troubles() == []
    rows = await place.server.run(
        "SELECT h.key, h.state, h.basis, r.output_tokens, r.ending FROM ledger_holds h"
        " LEFT JOIN requests r ON r.id = h.id"
    )
    assert len({row[0] for row in rows}) == len(rows), "one key, one hold, one request"
    settled = {row[0]: row for row in rows if row[1] == "settled"}
    for key, _, basis, written, _ in settled.values():
        # Killed once it was sent, or about to be: nobody can tell, and the input is charged.
        assert (int(str(written)) > 0) == (basis != "input_only"), key
        assert 0 <= int(str(written)) <= TOKENS, (key, basis)
    answered = [row for row in settled.values() if row[2] != "input_only"]
    assert len(whole) <= len(answered) <= len(place.provider.calls)
    for key in whole:
        assert settled[key][2:] == ("provider_usage", TOKENS, "complete"), key
    await desk.finish()


@pytest.mark.parametrize("books", ["sqlite", "postgres"])
async def test_a_server_that_is_killed_under_load_charges_nothing_twice(
    tmp_path: Path, provider: Upstream, books: str, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue("postgres_url")) if books == "postgres" else ""
    await kill_again_and_again(tmp_path / "server", provider, KILLS, url)


@pytest.mark.soak
@pytest.mark.parametrize("books", ["sqlite", "postgres"])
async def test_five_hundred_kills(
    tmp_path: Path, provider: Upstream, books: str, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue("postgres_url")) if books == "postgres" else ""
    await kill_again_and_again(tmp_path / "server", provider, SOAK_KILLS, url)
