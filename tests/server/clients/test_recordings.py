"""Real providers' traffic behind the server and OpenAI's own client before it: what four wire
languages said arrives in both of the client's with its words and its calls, and a receipt."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from openai import APIError, AsyncOpenAI
from openai.types.responses import ResponseCompletedEvent, ResponseIncompleteEvent

from app.config import resources_folder
from app.providers.events import TextArrived, ToolCallArrived
from app.providers.hosts import HOSTS
from app.providers.languages import Language
from tests.providers.recordings import Recorded, decode
from tests.server.proxy.conftest import Place, open_place
from tests.server.upstreams.upstream import Upstream
from tests.server.wire.test_answers import RECORDED

# The route of each language, and a model there whose price is known.
ROUTES = {
    Language.OPENAI_CHAT: ("openai", "gpt-4o-mini"),
    Language.OPENAI_RESPONSES: ("openai", "gpt-5-mini"),
    Language.ANTHROPIC: ("anthropic", "claude-sonnet-4-5"),
    Language.GEMINI: ("gemini", "gemini-2.5-flash"),
}
ENDS = (ResponseCompletedEvent, ResponseIncompleteEvent)
GEMINI = """
[[routes]]
id = "gemini"
name = "Gemini, direct"
provider = "gemini"
key_variable = "GEMINI_API_KEY"

[features]
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the client made of an answer."""

    words: str
    calls: int
    receipt: object


@pytest.fixture
async def played(tmp_path: Path, provider: Upstream) -> AsyncIterator[Place]:
    """A server with one model for each language, on its own route alone."""
    rows = [
        f'    {{ id = "said/{name}", name = "{name}", vendor = "Said", weight = 1,'
        f' routes = ["{route}"], names_at = {{ {route} = "{name}" }} }},\n'
        for route, name in ROUTES.values()
    ]
    text = (resources_folder() / "catalogs" / "tuppence.toml").read_text("utf-8")
    text = text.replace('name = "tuppence"', 'name = "said"', 1)
    text = text.replace("models = [\n", "models = [\n" + "".join(rows), 1)
    (tmp_path / "said.toml").write_text(text.replace("\n[features]\n", GEMINI, 1), "utf-8")
    async with open_place(tmp_path / "s", provider, catalog=str(tmp_path / "said")) as place:
        yield place


async def chatted(client: AsyncOpenAI, model: str) -> Heard:
    """The answer by `chat.completions`."""
    words, calls, receipt = "", 0, None
    async for chunk in await client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": "Hello"}],
        max_tokens=4000,
        stream=True,
    ):
        for choice in chunk.choices:
            words += choice.delta.content or ""
            calls += sum(bool(call.id) for call in choice.delta.tool_calls or ())
        receipt = getattr(chunk, "tuppence", None) or receipt
    return Heard(words, calls, receipt)


async def responded(client: AsyncOpenAI, model: str) -> Heard:
    """The answer by `responses`; what streamed must be what stands at the end."""
    streamed, last = "", None
    async for event in await client.responses.create(
        model=model, input="Hello", max_output_tokens=4000, stream=True
    ):
        if event.type == "response.output_text.delta":
            streamed += event.delta
        if isinstance(event, ENDS):
            last = event.response
    assert last is not None, "the answer has no end"
    assert last.output_text == streamed
    calls = sum(item.type == "function_call" for item in last.output)
    return Heard(last.output_text, calls, getattr(last, "tuppence", None))


def said_in(recorded: Recorded) -> tuple[str, int]:
    """The words and the number of calls for the client, as the provider sent them."""
    events = decode(recorded.language, recorded.body.encode())
    words = "".join(event.text for event in events if isinstance(event, TextArrived))
    return words, sum(isinstance(e, ToolCallArrived) and not e.server_side for e in events)


@pytest.mark.parametrize("ask", [chatted, responded])
async def test_every_recording_is_read_by_the_vendors_client(
    played: Place, ask: Callable[[AsyncOpenAI, str], Awaitable[Heard]]
) -> None:
    person = await played.person(flags="unlimited")
    client = AsyncOpenAI(base_url=f"{played.url}/v1", api_key=person.token, max_retries=0)
    assert {each.language for each in RECORDED} == set(ROUTES)
    for recorded in RECORDED:
        route, name = ROUTES[recorded.language]
        assert HOSTS[route].language_of(name) is recorded.language
        played.provider.plays[name] = recorded.path.stem
        try:
            heard = await ask(client, f"said/{name}")
        except APIError as error:
            pytest.fail(f"{recorded.path.stem}: {error}")
        assert (heard.words, heard.calls) == said_in(recorded), recorded.path.stem
        assert heard.receipt is not None, recorded.path.stem
        assert played.provider.calls[-1].language == recorded.language
    assert await played.troubles() == []
    rows = await played.rows("ending")
    assert len(rows) == len(RECORDED)
