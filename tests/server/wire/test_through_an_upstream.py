"""A client's request through to an upstream on loopback and its answer back, in every language."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import ProviderError, StreamBroken
from app.metering.tokens import TokenCounter
from app.providers.client import HttpProvider, connect_http
from app.providers.connection import Timeouts
from app.providers.events import Finished, Outcome
from app.providers.faults import fault_from
from app.providers.hosts import HOSTS, Host
from app.providers.http_aiohttp import AiohttpDoor
from app.providers.languages import Language
from app.providers.retry import Retry
from app.providers.stream_decoder import DecoderOptions
from app.server.wire.audio_request import SoundFile, read_listen, read_speech
from app.server.wire.call import ChatCall
from app.server.wire.chat_answer import ChatChunks
from app.server.wire.chat_request import read_chat
from app.server.wire.embeddings_request import read_embeddings
from app.server.wire.faults import refused_of
from app.server.wire.images_request import read_images
from app.server.wire.passing import Passing
from app.server.wire.running import Running
from tests.providers.loopback import SECRET, answer, loopback
from tests.server.upstreams.endpoints import SPEECH
from tests.server.upstreams.scripts import CANARIES, Script
from tests.server.upstreams.test_upstreams import _HOSTS
from tests.server.upstreams.upstream import Upstream, upstream
from tests.server.wire.test_passing import text_of, values

CAP = 100
RESOURCES = Path(__file__).resolve().parents[3] / "resources" / "tokenizers"


@pytest.fixture(scope="module")
def place() -> Iterator[Upstream]:
    with upstream() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[AiohttpDoor]:
    door = AiohttpDoor(timeouts=Timeouts(idle_s=0.3))
    yield door
    await door.aclose()


def host_of(language: Language) -> Host:
    return replace(HOSTS[_HOSTS[language]], language=language, languages=())


def provider(
    place: Upstream, http: AiohttpDoor, language: Language = Language.OPENAI_CHAT
) -> HttpProvider:
    return connect_http(
        host_of(language),
        secret=SECRET,
        http=http,
        base_url=place.base_url(language),
        retry=Retry(attempts_max=1),
    )


def call(**fields: object) -> ChatCall:
    messages = [{"role": "user", "content": "Hi"}]
    asked = {"model": "house", "messages": messages, "stream": True, "user": "user-canary"}
    return read_chat({**asked, "stream_options": {"include_usage": True}, **fields})


def passing() -> Passing:
    counter = TokenCounter(RESOURCES)
    return Passing(
        "req_1",
        "house",
        0,
        include_usage=True,
        running=Running(counter.count_text),
        keep=[].append,
        options=DecoderOptions("The model", CAP),
    )


async def passed_on(asked: HttpProvider, model: str, passed: Passing) -> bytes:
    """What a client gets, as the server does it."""
    encoded = call().encoded(asked.host, model, CAP)
    sent = b""
    async with asked.opened(encoded.path, encoded.body) as answered:
        try:
            async for piece in answered.pieces():
                sent += passed.feed(piece)
                if passed.ended:
                    break
        except StreamBroken as error:
            passed.abort(Finished(Outcome.BROKEN, fault=fault_from(error)))
        else:
            sent += passed.close()
    return sent + passed.end(passed.usage, {"charged": 1})


async def test_an_answer_passes_and_is_billed_as_it_was_read(
    place: Upstream, http: AiohttpDoor
) -> None:
    passed = passing()
    sent = await passed_on(provider(place, http), "plain", passed)
    assert text_of(sent) == Script().text(20)
    billed = place.calls[-1]
    assert passed.usage is not None
    assert (passed.usage.input_total, passed.usage.output_total) == (
        billed.billed_input,
        billed.billed_output,
    )
    assert values(sent)[-1]["tuppence"] == {"charged": 1}
    assert "user-canary" not in json.dumps([billed.body, billed.headers])
    assert billed.body["max_completion_tokens"] == CAP


@pytest.mark.parametrize("model", ["error-after-tokens", "cut", "silent"])
async def test_what_came_before_the_trouble_is_counted_and_nothing_else(
    place: Upstream, http: AiohttpDoor, model: str
) -> None:
    place.scripts[model + "-1"] = replace(_script(model), word="apple ")
    passed = passing()
    sent = await passed_on(provider(place, http), model + "-1", passed)
    assert text_of(sent) == "apple " * 5
    assert passed.finished is not None
    assert passed.finished.outcome is Outcome.BROKEN
    # Five words and the space behind the last.
    assert passed.running.tokens == 6
    assert place.calls[-1].billed_output == 5
    assert all(canary.encode() not in sent for canary in CANARIES)


def _script(model: str) -> Script:
    return {
        "error-after-tokens": Script(error_after=5),
        "cut": Script(cut_after=5),
        "silent": Script(silent_after=5),
    }[model]


async def test_leaving_stops_the_upstream_at_what_was_counted(
    place: Upstream, http: AiohttpDoor
) -> None:
    place.scripts["slow"] = Script(tokens=90, chunk_s=0.005, word="apple ")
    asked, passed = provider(place, http), passing()
    before = len(place.calls)
    encoded = call().encoded(asked.host, "slow", CAP)
    async with asked.opened(encoded.path, encoded.body) as answered:
        async for piece in answered.pieces():
            passed.feed(piece)
            if passed.running.tokens >= 10:
                break
    ended = (await asyncio.to_thread(place.wait_until_ended, before + 1))[-1]
    assert ended.ended == "left"
    # What was under way when the client left; not the whole answer.
    assert passed.running.tokens - 1 <= ended.billed_output <= 40


@pytest.mark.parametrize("language", list(Language))
async def test_every_language_answers_in_openais(
    place: Upstream, http: AiohttpDoor, language: Language
) -> None:
    chunks = ChatChunks("req_1", "house", 0, include_usage=True)
    sent = chunks.begin()
    async for event in provider(place, http, language).stream(call().as_upstream("thinks", CAP)):
        sent += chunks.event(event)
    sent += chunks.end(chunks.usage, {"charged": 1})
    assert text_of(sent) == Script().text(20)
    usage = next(value["usage"] for value in values(sent) if value.get("usage"))
    assert usage["completion_tokens"] == 26  # type: ignore[index]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(
    ("status", "told"), [(401, 503), (402, 503), (403, 503), (429, 429), (500, 502)]
)
async def test_a_refusal_is_told_in_our_words(
    place: Upstream, http: AiohttpDoor, language: Language, status: int, told: int
) -> None:
    asked = provider(place, http, language)
    encoded = call().encoded(asked.host, f"refuse-{status}", CAP)
    with pytest.raises(ProviderError) as raised:
        async with asked.opened(encoded.path, encoded.body):
            pass
    refused = refused_of(raised.value)
    assert refused.status == told
    said = json.dumps([refused.body, refused.headers])
    assert all(canary not in said for canary in (*CANARIES, SECRET))
    assert "Upstream says" not in said
    assert refused.retry_after_s == (2 if status == 429 else None)


async def test_a_parameter_that_the_model_does_not_take_is_left_out_once(
    http: AiohttpDoor,
) -> None:
    said = {"message": "Unsupported parameter: 'temperature' is not supported", "param": "x"}
    no = answer(json.dumps({"error": said}).encode(), 400, "application/json")
    async with loopback(no, answer(b"data: [DONE]\n\n")) as served:
        asked = connect_http(HOSTS["openai"], secret=SECRET, http=http, base_url=served.url)
        encoded = call(temperature=1).encoded(asked.host, "gpt-4o", CAP)
        async with asked.opened(encoded.path, encoded.body) as answered:
            assert answered.status == 200
    bodies = [json.loads(seen.partition(b"\r\n\r\n")[2]) for seen in served.seen]
    assert ["temperature" in body for body in bodies] == [True, False]


async def test_a_request_that_stays_refused_is_not_sent_for_ever(http: AiohttpDoor) -> None:
    said = {"message": "Unsupported parameter: 'temperature' and 'top_p' are not supported"}
    no = answer(json.dumps({"error": said}).encode(), 400, "application/json")
    async with loopback(no) as served:
        asked = connect_http(HOSTS["openai"], secret=SECRET, http=http, base_url=served.url)
        encoded = call(temperature=1, top_p=1).encoded(asked.host, "gpt-4o", CAP)
        with pytest.raises(ProviderError):
            async with asked.opened(encoded.path, encoded.body):
                pass
    assert len(served.seen) == 2


async def test_the_other_endpoints_reach_their_upstream(place: Upstream, http: AiohttpDoor) -> None:
    asked = provider(place, http)
    embed = read_embeddings({"model": "m", "input": ["a", "b"]})
    async with asked.opened("/embeddings", embed.body("plain")) as answered:
        assert json.loads(await answered.body())["usage"]["prompt_tokens"] == 8
    picture = read_images({"model": "m", "prompt": "a cat"})
    async with asked.opened("/images/generations", picture.body("plain")) as answered:
        assert len(json.loads(await answered.body())["data"]) == 1
    speech = read_speech({"model": "m", "input": "Hello", "voice": "alloy"})
    async with asked.opened("/audio/speech", speech.body("plain")) as answered:
        assert await answered.body() == SPEECH
    listen = read_listen({"model": "m"}, SoundFile("a.mp3", b"x" * 3000), translate=False)
    kind, form = listen.form("plain")
    async with asked.opened(listen.path, form, content_type=kind) as answered:
        assert json.loads(await answered.body())["text"] == "heard 3000 bytes"


async def test_a_route_that_drops_the_line_at_once_is_told_as_perhaps_billed(
    http: AiohttpDoor,
) -> None:
    async with loopback(b"") as served:
        asked = connect_http(HOSTS["openai"], secret=SECRET, http=http, base_url=served.url)
        encoded = call().encoded(asked.host, "gpt-4o", CAP)
        with pytest.raises(ProviderError) as raised:
            async with asked.opened(encoded.path, encoded.body):
                pass
    assert raised.value.billed is None
    assert refused_of(raised.value).code == "upstream_unreachable"
