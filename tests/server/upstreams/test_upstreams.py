"""The loopback provider itself: what it says decodes, and what it bills is what it says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from app.errors import KeyRefused, OutOfProviderCredit, ProviderDown, ProviderError, RateLimited
from app.metering.usage import Usage
from app.providers.client import Provider, connect
from app.providers.connection import Call, Timeouts
from app.providers.events import (
    Finished,
    Outcome,
    StreamEvent,
    TextArrived,
    ThinkingArrived,
    ToolCallArrived,
    UsageArrived,
)
from app.providers.hosts import HOSTS
from app.providers.http_aiohttp import AiohttpDoor
from app.providers.languages import Language
from app.providers.retry import Retry
from tests.providers.loopback import SECRET, ask
from tests.server.upstreams.scripts import CANARIES, Billing, Script
from tests.server.upstreams.upstream import Upstream, upstream

_HOSTS = {
    Language.OPENAI_CHAT: "openai",
    Language.OPENAI_RESPONSES: "openai",
    Language.ANTHROPIC: "anthropic",
    Language.GEMINI: "gemini",
    Language.OLLAMA: "ollama",
}
LANGUAGES = tuple(Language)


@pytest.fixture(scope="module")
def place() -> Iterator[Upstream]:
    with upstream() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[AiohttpDoor]:
    door = AiohttpDoor(timeouts=Timeouts(idle_s=0.3))
    yield door
    await door.aclose()


def provider(place: Upstream, language: Language, http: AiohttpDoor) -> Provider:
    host = replace(HOSTS[_HOSTS[language]], language=language, languages=())
    secret = SECRET if host.needs_key else None
    once = Retry(attempts_max=1)
    return connect(host, secret=secret, http=http, base_url=place.base_url(language), retry=once)


async def events_of(asked: Provider, model: str) -> list[StreamEvent]:
    return [event async for event in asked.stream(ask(model=model))]


def text_of(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextArrived))


def usage_of(events: list[StreamEvent]) -> Usage | None:
    return next((e.usage for e in reversed(events) if isinstance(e, UsageArrived)), None)


def end_of(events: list[StreamEvent]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_language_says_the_same(
    place: Upstream, http: AiohttpDoor, language: Language
) -> None:
    events = await events_of(provider(place, language, http), "plain")
    assert text_of(events) == Script().text(20)
    assert end_of(events).outcome is Outcome.COMPLETE
    usage = usage_of(events)
    assert usage is not None
    assert (usage.input_total, usage.output_total) == (12, 20)
    call = place.calls[-1]
    assert (call.billed_input, call.billed_output) == (12, 20)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_language_thinks_and_calls(
    place: Upstream, http: AiohttpDoor, language: Language
) -> None:
    asked = provider(place, language, http)
    events = await events_of(asked, "thinks")
    assert sum(isinstance(event, ThinkingArrived) for event in events) == 6
    usage = usage_of(events)
    assert usage is not None
    assert usage.output_total == 26
    called = [e for e in await events_of(asked, "calls-tool") if isinstance(e, ToolCallArrived)]
    assert [(call.name, call.arguments) for call in called] == [("weather", '{"city": "Bern"}')]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_trouble_comes_as_asked_for(
    place: Upstream, http: AiohttpDoor, language: Language
) -> None:
    asked = provider(place, language, http)
    for model in ("error-after-tokens", "cut", "silent"):
        events = await events_of(asked, model)
        assert text_of(events) == Script().text(5)
        assert end_of(events).outcome is Outcome.BROKEN
        assert place.calls[-1].billed_output == 5
    counted = usage_of(await events_of(asked, "no-usage"))
    # Anthropic tells at its beginning what it read; nothing else does.
    assert counted is None or counted.output_total <= 1
    absurd = usage_of(await events_of(asked, "absurd-usage"))
    assert absurd is not None
    assert absurd.clamped
    assert absurd.output_total <= 100


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, KeyRefused), (402, OutOfProviderCredit), (429, RateLimited), (500, ProviderDown)],
)
async def test_refusals_carry_canaries(
    place: Upstream, http: AiohttpDoor, status: int, kind: type[ProviderError]
) -> None:
    with pytest.raises(kind):
        await events_of(provider(place, Language.OPENAI_CHAT, http), f"refuse-{status}")
    call = Call(
        "POST",
        place.base_url(Language.OPENAI_CHAT) + "/chat/completions",
        "Loopback",
        b'{"model":"refuse-%d"}' % status,
    )
    async with http.open(call) as answered:
        body = (await answered.body()).decode()
    assert all(canary in body for canary in CANARIES)
    assert place.calls[-1].billed_output == 0


@pytest.mark.parametrize(("billing", "most"), [(Billing.STOPS, 60), (Billing.ON, 100)])
async def test_a_client_that_hangs_up_is_billed_as_the_script_says(
    place: Upstream, http: AiohttpDoor, billing: Billing, most: int
) -> None:
    place.scripts["left"] = Script(tokens=100, chunk_s=0.005, billing=billing)
    before = len(place.calls)
    asked = provider(place, Language.OPENAI_CHAT, http)
    stream = asked.stream(ask(model="left"))
    heard = 0
    async for event in stream:
        heard += isinstance(event, TextArrived)
        if heard == 10:
            break
    await stream.aclose()  # type: ignore[attr-defined]
    call = (await asyncio.to_thread(place.wait_until_ended, before + 1))[before]
    assert call.ended == "left"
    assert 10 <= call.billed_output <= most
    assert (call.billed_output == 100) is (billing is Billing.ON)


async def test_the_cap_that_was_sent_is_kept(place: Upstream, http: AiohttpDoor) -> None:
    events = await events_of(provider(place, Language.OPENAI_CHAT, http), "tokens-500")
    assert end_of(events).outcome is Outcome.LENGTH
    assert place.calls[-1].billed_output == 100


async def test_recordings_are_played_as_they_came(place: Upstream, http: AiohttpDoor) -> None:
    asked = provider(place, Language.OPENAI_CHAT, http)
    events = await events_of(asked, "recording:openai-chat-1bc05d89")
    assert text_of(events) == "The capital of Mexico is Mexico City."
    assert end_of(events).outcome is Outcome.COMPLETE
