"""Routes in order: failover under one hold, the circuit breaker, disabled ones, keys, proxies."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.server.proxy.health import FAILURES_MAX, Breaker
from tests.server.proxy.conftest import MODEL, Place, open_place
from tests.server.upstreams.scripts import CANARIES, CANARY_KEY, Script
from tests.server.upstreams.upstream import Upstream

FIRST, SECOND = "openai/gpt-4o", "gpt-4o"  # the model's names at the two routes


async def ask(place: Place, token: str, *, stream: bool = False, **headers: str) -> Any:
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 90}
    async with httpx2.AsyncClient(base_url=place.url, timeout=30) as client:
        return await client.post(
            "/v1/chat/completions",
            json={**body, "stream": stream},
            headers={"Authorization": f"Bearer {token}", **headers},
        )


@pytest.mark.parametrize("status", [401, 402, 404, 429, 500, 529])
async def test_the_next_route_answers_under_the_same_hold(place: Place, status: int) -> None:
    person = await place.person()
    place.provider.scripts[FIRST] = Script(refuse=status)
    place.provider.scripts[SECOND] = Script(tokens=9)
    answer = await ask(place, person.token)
    assert answer.status_code == 200
    assert answer.headers["x-tuppence-route"] == "openai"
    assert answer.json()["tuppence"]["drawn"][0]["amount"] == (12 + 9) * 5
    assert await place.server.run("SELECT count(*) FROM ledger_holds WHERE tenant != 'free'") == [
        (1,)
    ]
    assert await place.troubles() == []


async def test_an_error_as_the_first_word_of_a_stream_goes_to_the_next_route(place: Place) -> None:
    person = await place.person()
    place.provider.scripts[FIRST] = Script(error_after=0)
    place.provider.scripts[SECOND] = Script(tokens=9)
    answer = await ask(place, person.token, stream=True)
    assert "word8" in answer.text
    assert answer.text.count('"role":"assistant"') == 1
    assert await place.rows("route, output_tokens") == [("openai", 9)]


async def test_what_no_route_would_take_is_not_tried_elsewhere(place: Place) -> None:
    person = await place.person()
    place.provider.scripts[FIRST] = Script(refuse=400)
    assert (await ask(place, person.token)).status_code == 400
    assert len(place.provider.calls) == 1


async def test_nothing_is_tried_elsewhere_after_the_first_token(place: Place) -> None:
    person = await place.person()
    place.provider.scripts[FIRST] = Script(error_after=1)
    await ask(place, person.token, stream=True)
    assert [call.model for call in place.provider.calls] == [FIRST]


async def test_a_route_that_fails_is_passed_over_and_tried_again_later(place: Place) -> None:
    person = await place.person()
    place.provider.scripts[FIRST] = Script(refuse=500)
    for _ in range(FAILURES_MAX + 2):
        assert (await ask(place, person.token)).status_code == 200
    assert [call.model for call in place.provider.calls].count(FIRST) == FAILURES_MAX
    assert place.desk.health.state("openrouter/") is Breaker.OPEN


async def test_a_route_that_is_not_there_is_passed_over(tmp_path: Path, provider: Upstream) -> None:
    nobody = {"_OPENROUTER_BASE_URL": "http://127.0.0.1:9/v1"}
    async with open_place(tmp_path / "s", provider, **nobody) as place:
        person = await place.person()
        answer = await ask(place, person.token)
        assert answer.headers["x-tuppence-route"] == "openai"


async def test_a_route_without_a_key_is_not_asked(tmp_path: Path, provider: Upstream) -> None:
    async with open_place(tmp_path / "s", provider, _OPENROUTER_API_KEY="") as place:
        person = await place.person()
        answer = await ask(place, person.token)
        assert answer.headers["x-tuppence-route"] == "openai"


async def test_no_route_at_all_is_said_and_given_back(tmp_path: Path, provider: Upstream) -> None:
    keys = {"_OPENROUTER_API_KEY": "", "_OPENAI_API_KEY": ""}
    async with open_place(tmp_path / "s", provider, **keys) as place:
        person = await place.person()
        answer = await ask(place, person.token)
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "no_route"
        assert await place.open_holds() == 0


async def test_a_disabled_route_is_not_asked(tmp_path: Path, provider: Upstream) -> None:
    catalog = "packs-and-weights"  # direct OpenAI is disabled there
    async with open_place(tmp_path / "s", provider, catalog=catalog) as place:
        place.provider.scripts["openai/gpt-3.5-turbo"] = Script(refuse=500)
        person = await place.person("free")
        async with httpx2.AsyncClient(base_url=place.url) as client:
            answer = await client.post(
                "/v1/chat/completions",
                json={
                    "model": "openai/gpt-3.5-turbo",
                    "messages": [{"role": "user", "content": "Hello"}],
                },
                headers=person.headers,
            )
        assert answer.status_code == 502
        assert len(place.provider.calls) == 1


async def test_a_route_goes_through_its_own_proxy(tmp_path: Path, provider: Upstream) -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n"))
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    own = {
        "_OPENROUTER_PROXY_URL": f"http://127.0.0.1:{port}",
        "_OPENROUTER_BASE_URL": "http://provider.local/v1",
    }
    async with server, open_place(tmp_path / "s", provider, **own) as place:
        person = await place.person()
        answer = await ask(place, person.token)
    assert asked[0].startswith(b"POST http://provider.local/v1/chat/completions")
    assert answer.headers["x-tuppence-route"] == "openai"


async def test_a_provider_that_leaks_its_key_leaks_it_to_nobody(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    person = await place.person()
    await provoke(place, person.token, 60)
    await nothing_leaked(place, caplog)


@pytest.mark.soak
async def test_a_thousand_errors_leak_nothing(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    person = await place.person(flags="unlimited")
    await provoke(place, person.token, 1000)
    await nothing_leaked(place, caplog)


async def provoke(place: Place, token: str, times: int) -> None:
    """Errors of every kind, with canaries in bodies, frames and headers."""
    for number in range(times):
        place.desk.health.answered("openrouter/")
        place.desk.health.answered("openai/")
        status = (400, 401, 402, 403, 404, 413, 422, 429, 500, 503, 529)[number % 11]
        script = Script(refuse=status) if number % 3 else Script(error_after=number % 4, leaks=True)
        script = Script(leaks=True) if number % 10 == 9 else script
        place.provider.scripts[FIRST] = place.provider.scripts[SECOND] = script
        answer = await ask(place, token, stream=bool(number % 2))
        told = answer.text + str(answer.headers)
        assert not any(canary in told for canary in (*CANARIES, "canary")), told


async def nothing_leaked(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    assert CANARY_KEY in str(place.provider.calls[0].headers), "the key was not even used"
    assert "canary" not in caplog.text
    tables = await place.server.run("SELECT name FROM sqlite_master WHERE type = 'table'")
    for (table,) in tables:
        rows = await place.server.run(f"SELECT * FROM {table}")
        assert "canary" not in str(rows), table
    assert await place.troubles() == []
