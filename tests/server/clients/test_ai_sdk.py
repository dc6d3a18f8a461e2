"""The AI SDK's openai-compatible provider, from npm, unchanged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI

from tests.server.clients.conftest import start
from tests.server.proxy.conftest import MODEL, Place
from tests.server.proxy.test_openai_client import HELLO
from tests.server.upstreams.scripts import Script


async def _chat(place: Place, node: Path, folder: Path, what: str, *, used_up: bool = False) -> Any:
    person = await place.person("free" if used_up else "premium")
    if used_up:
        place.provider.scripts[MODEL] = Script(tokens=1_990)
        client = AsyncOpenAI(base_url=f"{place.url}/v1", api_key=person.token, max_retries=0)
        await client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=1_990)
    command = [str(node), "chat.mjs", place.url, person.token, what]
    said = await start(command, {}, folder)
    assert said.code == 0, said.error
    return json.loads(said.out)


async def test_an_answer_and_its_usage_arrive(place: Place, node: Path, npm_folder: Path) -> None:
    answer = await _chat(place, node, npm_folder, "text")
    assert answer["text"] == Script().text(20)
    assert answer["end"] == "stop"
    assert (answer["usage"]["inputTokens"], answer["usage"]["outputTokens"]) == (12, 20)
    assert await place.troubles() == []


async def test_a_stream_arrives_whole(place: Place, node: Path, npm_folder: Path) -> None:
    answer = await _chat(place, node, npm_folder, "stream")
    assert answer["text"] == Script().text(20)
    assert (answer["usage"]["inputTokens"], answer["usage"]["outputTokens"]) == (12, 20)
    assert await place.rows("plan_tokens") == [(160,)]


async def test_a_tool_is_asked_for(place: Place, node: Path, npm_folder: Path) -> None:
    place.provider.scripts[MODEL] = Script(tokens=0, tool=("weather", '{"city": "Bern"}'))
    answer = await _chat(place, node, npm_folder, "tool")
    assert answer["calls"] == [{"name": "weather", "input": {"city": "Bern"}}]
    assert answer["end"] == "tool-calls"


async def test_an_empty_account_is_said_in_words(
    place: Place, node: Path, npm_folder: Path
) -> None:
    answer = await _chat(place, node, npm_folder, "text", used_up=True)
    assert answer["status"] == 402
    assert "does not cover this message" in answer["error"]
