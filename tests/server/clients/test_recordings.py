"""Real providers' traffic behind the server and OpenAI's own client before it: what three wire
languages said arrives with its words and its calls, and a receipt behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from openai import APIError, AsyncOpenAI

from app.config import resources_folder
from app.providers.events import TextArrived, ToolCallArrived
from app.providers.languages import Language
from tests.providers.recordings import decode
from tests.server.proxy.conftest import Place, open_place
from tests.server.upstreams.upstream import Upstream
from tests.server.wire.test_answers import RECORDED

# The route of each language, and a model there whose price is known.
ROUTES = {
    Language.OPENAI_CHAT: ("openai", "gpt-4o-mini"),
    Language.ANTHROPIC: ("anthropic", "claude-sonnet-4-5"),
    Language.GEMINI: ("gemini", "gemini-2.5-flash"),
}
GEMINI = """
[[routes]]
id = "gemini"
name = "Gemini, direct"
provider = "gemini"
key_variable = "GEMINI_API_KEY"

[features]
"""
SPOKEN = [each for each in RECORDED if each.language in ROUTES]


@pytest.fixture
async def played(tmp_path: Path, provider: Upstream) -> AsyncIterator[Place]:
    """A server with one model for each language, on its own route alone."""
    rows = [
        f'    {{ id = "said/{route}", name = "{route}", vendor = "Said", weight = 1,'
        f' routes = ["{route}"], names_at = {{ {route} = "{name}" }} }},\n'
        for route, name in ROUTES.values()
    ]
    text = (resources_folder() / "catalogs" / "tuppence.toml").read_text("utf-8")
    text = text.replace('name = "tuppence"', 'name = "said"', 1)
    text = text.replace("models = [\n", "models = [\n" + "".join(rows), 1)
    (tmp_path / "said.toml").write_text(text.replace("\n[features]\n", GEMINI, 1), "utf-8")
    async with open_place(tmp_path / "s", provider, catalog=str(tmp_path / "said")) as place:
        yield place


async def test_every_recording_is_read_by_the_vendors_client(played: Place) -> None:
    person = await played.person(flags="unlimited")
    client = AsyncOpenAI(base_url=f"{played.url}/v1", api_key=person.token, max_retries=0)
    assert {each.language for each in SPOKEN} == set(ROUTES)
    for recorded in SPOKEN:
        route, name = ROUTES[recorded.language]
        played.provider.plays[name] = recorded.path.stem
        events = decode(recorded.language, recorded.body.encode())
        words, calls, receipt = "", 0, None
        try:
            async for chunk in await client.chat.completions.create(
                model=f"said/{route}",
                messages=[{"role": "user", "content": "Hello"}],
                max_tokens=4000,
                stream=True,
            ):
                for choice in chunk.choices:
                    words += choice.delta.content or ""
                    calls += sum(bool(call.id) for call in choice.delta.tool_calls or ())
                receipt = getattr(chunk, "tuppence", None) or receipt
        except APIError as error:
            pytest.fail(f"{recorded.path.stem}: {error}")
        said = "".join(event.text for event in events if isinstance(event, TextArrived))
        asked = [e for e in events if isinstance(e, ToolCallArrived) and not e.server_side]
        assert words == said, recorded.path.stem
        assert calls == len(asked), recorded.path.stem
        assert receipt is not None, recorded.path.stem
    assert await played.troubles() == []
    rows = await played.rows("ending")
    assert len(rows) == len(SPOKEN)
