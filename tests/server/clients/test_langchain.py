"""LangChain's OpenAI client, unchanged."""

from __future__ import annotations

import openai
import pytest
from langchain_core.messages import AIMessageChunk
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

from tests.server.proxy.conftest import MODEL, Place
from tests.server.upstreams.scripts import Script


async def _client(place: Place, plan: str = "premium") -> ChatOpenAI:
    person = await place.person(plan)
    return ChatOpenAI(
        model=MODEL, base_url=f"{place.url}/v1", api_key=person.token, max_retries=0, timeout=60
    )


async def test_a_message_is_answered_with_its_usage(place: Place) -> None:
    client = await _client(place)
    answer = await client.ainvoke("Hello")
    assert answer.content == Script().text(20)
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["input_tokens"] == 12
    assert answer.usage_metadata["output_tokens"] == 20


async def test_a_stream_adds_up_to_the_answer(place: Place) -> None:
    client = await _client(place)
    whole: AIMessageChunk | None = None
    async for chunk in client.astream("Hello"):
        assert isinstance(chunk, AIMessageChunk)
        whole = chunk if whole is None else whole + chunk
    assert whole is not None
    assert whole.content == Script().text(20)


async def test_a_bound_tool_is_called(place: Place) -> None:
    def weather(city: str) -> str:
        """The weather of a city."""
        return f"Sun in {city}"

    place.provider.scripts[MODEL] = Script(tokens=0, tool=("weather", '{"city": "Bern"}'))
    client = await _client(place)
    answer = await client.bind_tools([weather]).ainvoke("Hello")
    assert [(call["name"], call["args"]) for call in answer.tool_calls] == [
        ("weather", {"city": "Bern"})
    ]


async def test_an_unknown_model_raises_what_openai_would(place: Place) -> None:
    client = await _client(place)
    with pytest.raises(openai.NotFoundError, match="nobody/knows"):
        await client.bind(model="nobody/knows").ainvoke("Hello")


async def test_texts_are_embedded(place: Place) -> None:
    person = await place.person()
    client = OpenAIEmbeddings(
        model="openai/text-embedding-3-small",
        base_url=f"{place.url}/v1",
        api_key=person.token,
        check_embedding_ctx_length=False,
        max_retries=0,
    )
    (vector,) = await client.aembed_documents(["Hello"])
    assert len(vector) > 1
