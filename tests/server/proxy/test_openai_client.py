"""OpenAI's own client, unchanged, against the server on a real socket."""

from __future__ import annotations

import asyncio
import json

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from tests.server.proxy.conftest import MODEL, Place
from tests.server.upstreams.scripts import Script

CLAUDE = "anthropic/claude-3-haiku"
GEMINI = "google/gemini-2.5-flash"
HELLO = [{"role": "user", "content": "Hello"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


@pytest.fixture
async def client(place: Place) -> AsyncOpenAI:
    person = await place.person()
    return AsyncOpenAI(base_url=f"{place.url}/v1", api_key=person.token, max_retries=0)


async def test_a_chat_is_answered_with_its_receipt(place: Place, client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=50)
    assert answer.choices[0].message.content == Script().text(20)
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (12, 20)
    receipt = answer.tuppence  # type: ignore[attr-defined]
    assert receipt["drawn"][0]["amount"] == (12 + 20) * 5
    assert await place.troubles() == []


async def test_a_stream_brings_every_word_and_the_receipt_at_its_end(
    place: Place, client: AsyncOpenAI
) -> None:
    chunks = [
        chunk
        async for chunk in await client.chat.completions.create(
            model=MODEL, messages=HELLO, max_tokens=50, stream=True
        )
    ]
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == Script().text(20)
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].tuppence["drawn"][0]["amount"] == 160  # type: ignore[attr-defined]


async def test_who_asks_for_usage_gets_it(client: AsyncOpenAI) -> None:
    chunks = [
        chunk
        async for chunk in await client.chat.completions.create(
            model=MODEL, messages=HELLO, stream=True, stream_options={"include_usage": True}
        )
    ]
    (usage,) = [chunk.usage for chunk in chunks if chunk.usage is not None]
    assert (usage.prompt_tokens, usage.completion_tokens) == (12, 20)


@pytest.mark.parametrize("model", [MODEL, CLAUDE])
@pytest.mark.parametrize("stream", [False, True])
async def test_a_tool_is_called(
    place: Place, client: AsyncOpenAI, model: str, stream: bool
) -> None:
    place.provider.scripts[model] = Script(tokens=0, tool=("weather", '{"city": "Bern"}'))
    answer = await client.chat.completions.create(
        model=model, messages=HELLO, tools=[WEATHER], stream=stream, max_tokens=300
    )
    if stream:
        calls = [
            c
            for chunk in [c async for c in answer]
            for c in chunk.choices[0].delta.tool_calls or []
        ]
    else:
        calls = answer.choices[0].message.tool_calls
    assert calls[0].function.name == "weather"
    assert json.loads("".join(c.function.arguments for c in calls)) == {"city": "Bern"}


async def test_a_claude_answers_by_its_own_route_where_the_first_is_down(
    place: Place, client: AsyncOpenAI
) -> None:
    place.provider.scripts[CLAUDE] = Script(refuse=503)
    place.provider.scripts["claude-3-haiku"] = Script(tokens=7)
    answer = await client.chat.completions.create(model=CLAUDE, messages=HELLO, max_tokens=300)
    assert answer.choices[0].message.content == Script().text(7)
    assert [call.language for call in place.provider.calls] == ["openai_chat", "anthropic"]
    assert await place.server.run("SELECT attempt, route FROM ledger_holds") == [(2, "anthropic")]
    assert await place.server.run("SELECT number, route FROM ledger_attempts") == [
        (1, "openrouter")
    ]
    assert await place.rows("route, input_tokens, output_tokens") == [("anthropic", 12, 7)]


async def test_a_response_is_given_and_streamed(client: AsyncOpenAI) -> None:
    whole = await client.responses.create(model=MODEL, input="Hello", max_output_tokens=50)
    assert whole.output_text == Script().text(20)
    assert whole.status == "completed"
    async with client.responses.stream(model=MODEL, input="Hello", max_output_tokens=50) as stream:
        events = [event async for event in stream]
        final = await stream.get_final_response()
    assert final.output_text == Script().text(20)
    assert events[-1].type == "response.completed"
    assert events[-1].response.tuppence["drawn"]  # type: ignore[attr-defined]


async def test_vectors_pictures_and_sound(place: Place) -> None:
    # Pictures and sound are priced by units, which plan tokens of the shipped catalog do not pay.
    person = await place.person(flags="unlimited")
    client = AsyncOpenAI(base_url=f"{place.url}/v1", api_key=person.token, max_retries=0)
    vectors = await client.embeddings.create(
        model="openai/text-embedding-3-small", input=["one", "two"], encoding_format="float"
    )
    assert [row.embedding for row in vectors.data] == [[0.5, -0.5]] * 2
    pictures = await client.images.generate(
        model="openai/gpt-image-1", prompt="A cat", quality="low"
    )
    assert pictures.data is not None
    assert pictures.data[0].b64_json
    sound = await client.audio.speech.create(
        model="openai/gpt-4o-mini-tts", voice="alloy", input="Hello"
    )
    assert sound.content.startswith(b"ID3")
    text = await client.audio.transcriptions.create(
        model="openai/gpt-4o-transcribe", file=("a.mp3", b"ID3" * 500)
    )
    assert text.text == "heard 1500 bytes"


async def test_the_raw_response_carries_the_receipt_in_its_headers(client: AsyncOpenAI) -> None:
    raw = await client.chat.completions.with_raw_response.create(model=MODEL, messages=HELLO)
    assert raw.headers["x-tuppence-drawn"] == "160 plan_tokens"
    assert raw.headers["x-tuppence-request"]
    assert raw.parse().choices[0].message.content


async def test_the_client_without_asyncio_works_the_same(place: Place) -> None:
    person = await place.person()

    def work() -> tuple[str | None, str]:
        client = OpenAI(base_url=f"{place.url}/v1", api_key=person.token, max_retries=0)
        whole = client.chat.completions.create(model=MODEL, messages=HELLO)
        stream = client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
        pieces = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
        return whole.choices[0].message.content, pieces

    assert await asyncio.to_thread(work) == (Script().text(20), Script().text(20))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, openai.InternalServerError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (400, openai.BadRequestError),
    ],
)
async def test_errors_are_the_clients_own_kinds_and_cost_nothing(
    place: Place, client: AsyncOpenAI, status: int, kind: type[openai.APIStatusError]
) -> None:
    place.provider.scripts[MODEL] = place.provider.scripts["gpt-4o"] = Script(refuse=status)
    with pytest.raises(kind) as raised:
        await client.chat.completions.create(model=MODEL, messages=HELLO)
    assert raised.value.code
    assert "canary" not in str(raised.value)
    assert await place.rows("ending, plan_tokens, lost_pusd") == [("released", 0, 0)]
    assert await place.troubles() == []


async def test_what_is_left_does_not_cover_it(place: Place) -> None:
    person = await place.server.person()
    client = AsyncOpenAI(base_url=f"{place.url}/v1", api_key=person.token, max_retries=0)
    with pytest.raises(openai.APIStatusError) as raised:
        await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "word " * 9000}]
        )
    assert raised.value.status_code == 402
    details = raised.value.body["details"]  # type: ignore[index]
    assert details["short"][0]["unit"] == "plan_tokens"
    assert details["resets"]
    assert details["offers"]
    assert details["free_models"]


@pytest.mark.parametrize("model", [MODEL, CLAUDE])
async def test_an_error_inside_a_stream_is_raised_with_what_came_charged(
    place: Place, client: AsyncOpenAI, model: str
) -> None:
    place.provider.scripts[model] = Script(error_after=5)
    pieces: list[str] = []

    async def read() -> None:
        async for chunk in await client.chat.completions.create(
            model=model, messages=HELLO, stream=True
        ):
            pieces.append(chunk.choices[0].delta.content or "")

    with pytest.raises(openai.APIError) as raised:
        await read()
    assert "".join(pieces) == Script().text(5)
    assert "canary" not in str(raised.value)
    ((basis, charged),) = await place.server.run(
        "SELECT h.basis, r.output_tokens FROM ledger_holds h JOIN requests r ON r.id = h.id"
    )
    assert basis == "counted_partial"
    assert 5 <= int(str(charged)) <= 15  # the count of five words, the error's words not among them
