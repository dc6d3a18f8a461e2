"""Clients that hang up at random bytes, on the six kinds of trouble: every charge is the table's,
and no connection to a provider is left."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fixtures.credit_server import Person
from tests.server.proxy.conftest import Place, open_place
from tests.server.proxy.hanging_up import Heard, ask_and_hang_up, somewhere
from tests.server.upstreams.scripts import TROUBLES, Billing, Script
from tests.server.upstreams.upstream import Upstream

WORD = " hello"  # one token, alone and in a row
TOKENS, PACE_S, PROMPT = 40, 0.003, 12
CAP = 100
TIMES, SOAK_TIMES, TOGETHER = 240, 10_000, 24
# Providers that stop billing, and those that bill on; the catalog sells by the book's prices.
STOPS, BILLS_ON = "openai/gpt-4o-mini", "groq/llama-3.3-70b-versatile"


def scripts() -> dict[str, Script]:
    made = {}
    for name, script in TROUBLES.items():
        own = replace(script, word=WORD, tokens=TOKENS, prompt_tokens=PROMPT, chunk_s=PACE_S)
        made[name] = own
    return made


@pytest.fixture
async def place(tmp_path: Path, provider: Upstream) -> AsyncIterator[Place]:
    catalog = "daily-budgets"
    async with open_place(tmp_path / "server", provider, catalog=catalog, DRAINS="64") as opened:
        yield opened


async def one(place: Place, person: Person, kind: str, number: int, chance: random.Random) -> Heard:
    model = BILLS_ON if kind == "bills-on" else STOPS
    body = {
        "model": model,
        "messages": [{"role": "user", "content": f"Hello {number}"}],
        "max_tokens": CAP,
        "stream": chance.random() < 0.85,
    }
    return await ask_and_hang_up(
        place.url,
        person.token,
        body,
        after=somewhere(chance, 14_000),
        key=f"call-{number}",
        hard=chance.random() < 0.5,
        patience_s=0.5 if kind == "silent" else 60.0,
    )


async def hang_up_again_and_again(place: Place, times: int, seed: int) -> None:
    chance = random.Random(seed)
    person = await place.server.person("creator", flags="unlimited")
    number = 0
    for kind, script in scripts().items():
        place.provider.scripts.clear()
        for model in (STOPS, BILLS_ON):
            place.provider.scripts[model.partition("/")[2]] = script
        for _ in range(times // len(TROUBLES) // TOGETHER):
            before, numbers = len(place.provider.calls), range(number, number + TOGETHER)
            number += TOGETHER
            heard = await asyncio.gather(
                *(one(place, person, kind, each, chance) for each in numbers)
            )
            await asyncio.wait_for(place.quiet(), 30)
            await check(place, kind, dict(zip(numbers, heard, strict=True)), before)
    assert place.desk.drains == 0
    assert place.desk.gate.inside == 0
    assert await place.open_holds() == 0
    assert await place.troubles() == []


async def check(place: Place, kind: str, heard: dict[int, Heard], before: int) -> None:
    """Each of these calls against the table."""
    while place.provider.open_now:
        await asyncio.sleep(0.005)  # the provider notices a little later than we hung up
    rows = await place.server.run(
        "SELECT h.key, h.state, h.basis, h.proof, h.flagged, r.ending, r.input_tokens,"
        " r.output_tokens, r.lost_pusd FROM ledger_holds h LEFT JOIN requests r ON r.id = h.id"
        " WHERE h.key LIKE 'call-%'"
    )
    calls = place.provider.calls[before:]
    charged = 0
    for key, state, basis, proof, flagged, ending, read, written, lost in rows:
        number = int(str(key).partition("-")[2])
        if number not in heard:
            continue
        words = heard[number].words(WORD)
        where = (kind, key, state, basis, proof, flagged, ending, read, written, words)
        assert lost == 0, where
        if state == "released":
            assert words == 0, where
            assert proof in (None, "nothing_sent"), where
            continue
        charged += 1
        assert isinstance(written, int)
        assert written <= CAP, where
        if basis == "input_only":
            assert (written, ending, words) == (0, "interrupted", 0), where
        elif basis == "counted_partial":
            assert words <= written <= TOKENS, where
            assert ending != "complete" or kind == "no-usage", where
            assert kind != "bills-on", where
        else:
            assert basis == "provider_usage", where
            assert kind not in ("silent", "error-after-tokens", "no-usage"), where
            if kind == "absurd-usage":
                assert flagged, where
                assert written == CAP, where
            else:
                assert (read, written) == (PROMPT, TOKENS), where
    # What providers that stop billing wrote on was never charged, and nothing was sent for free.
    assert charged == len(calls)
    if kind == "stops-billing":
        assert all(call.ended in ("done", "left") for call in calls)


async def test_each_charge_is_the_tables_wherever_the_client_hangs_up(place: Place) -> None:
    await hang_up_again_and_again(place, TIMES, 20261121)


@pytest.mark.soak
async def test_ten_thousand_clients_hang_up(place: Place) -> None:
    await hang_up_again_and_again(place, SOAK_TIMES, 4)


async def test_a_drained_answer_can_be_fetched_with_the_same_key(place: Place) -> None:
    place.provider.scripts[BILLS_ON.partition("/")[2]] = Script(
        tokens=30, chunk_s=0.005, word=WORD, billing=Billing.ON
    )
    person = await place.server.person("creator", flags="unlimited")
    body = {"model": BILLS_ON, "messages": [{"role": "user", "content": "Hello"}]}
    streamed = {**body, "stream": True}
    await ask_and_hang_up(place.url, person.token, streamed, after=700, key="mine")
    assert place.desk.gate.inside <= 1
    await place.quiet()
    again = await ask_and_hang_up(place.url, person.token, streamed, after=None, key="mine")
    text = again.content.decode()
    assert "".join(pieces_of(text)) == WORD * 30
    assert len(place.provider.calls) == 1
    ((basis, written),) = await place.server.run(
        "SELECT h.basis, r.output_tokens FROM ledger_holds h JOIN requests r ON r.id = h.id"
    )
    assert (basis, written) == ("provider_usage", 30)


async def test_no_more_drains_than_there_are_places(tmp_path: Path, provider: Upstream) -> None:
    async with open_place(tmp_path / "s", provider, catalog="daily-budgets") as place:
        limits = place.server.services.settings.limits
        place.desk.drains = limits.drains  # as if all were taken
        script = Script(tokens=500, chunk_s=0.01, word=WORD, billing=Billing.ON)
        place.provider.scripts[BILLS_ON.partition("/")[2]] = script
        person = await place.server.person("creator", flags="unlimited")
        body = {"model": BILLS_ON, "messages": [{"role": "user", "content": "Hello"}]}
        heard = await ask_and_hang_up(place.url, person.token, {**body, "stream": True}, after=2000)
        await asyncio.wait_for(place.quiet(), 3)
        ((basis, written),) = await place.server.run(
            "SELECT h.basis, r.output_tokens FROM ledger_holds h JOIN requests r ON r.id = h.id"
        )
        assert basis == "counted_partial"
        assert heard.words(WORD) <= int(str(written)) < 100


def pieces_of(text: str) -> list[str]:
    """The words in the events of a whole raw answer; chunk lengths of HTTP between them."""
    found = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.startswith("data: {"):
            delta = json.loads(line[6:])["choices"]
            found += [choice["delta"].get("content") or "" for choice in delta]
    return found
