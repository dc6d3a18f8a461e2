"""Models on the operator's own machines as routes: no key, an address of their choice also inside
the network, the same books; and nothing that a client names leads there."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from app.config import resources_folder
from app.providers.languages import Language
from tests.server.proxy.conftest import Place, open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import Upstream

MODELS = """models = [
    { id = "house/llama", name = "Llama", vendor = "Meta", weight = 1, \
      routes = ["attic", "cellar"], \
      names_at = { attic = "llama-attic", cellar = "llama-cellar" } },
    { id = "house/qwen", name = "Qwen", vendor = "Qwen", weight = 2, routes = ["cellar"], \
      names_at = { cellar = "qwen-cellar" } },
"""
ROUTES = """
[[routes]]
id = "attic"
name = "The machine in the attic"
provider = "ollama"

[[routes]]
id = "cellar"
name = "The machine in the cellar"
provider = "llamacpp"

[features]
"""


@pytest.fixture
def catalog(tmp_path: Path) -> str:
    """The shipped catalog with two machines of the operator's, as a file of their own."""
    text = (resources_folder() / "catalogs" / "tuppence.toml").read_text("utf-8")
    text = text.replace('name = "tuppence"', 'name = "own"', 1)
    text = text.replace("models = [\n", MODELS, 1).replace("\n[features]\n", ROUTES, 1)
    (tmp_path / "own.toml").write_text(text, "utf-8")
    return str(tmp_path / "own")


def addresses(provider: Upstream) -> dict[str, str]:
    return {
        "_ATTIC_BASE_URL": provider.base_url(Language.OLLAMA),
        "_CELLAR_BASE_URL": provider.base_url(Language.OPENAI_CHAT),
    }


async def ask(place: Place, token: str, model: str, **more: object) -> httpx2.Response:
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 90}
    async with httpx2.AsyncClient(base_url=place.url, timeout=30) as client:
        return await client.post(
            "/v1/chat/completions",
            json={**body, **more},
            headers={"Authorization": f"Bearer {token}"},
        )


@pytest.mark.parametrize(
    ("model", "there", "language", "weight"),
    [("house/llama", "llama-attic", "ollama", 1), ("house/qwen", "qwen-cellar", "openai_chat", 2)],
)
@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
async def test_a_model_of_the_house_answers_and_costs_its_weight(
    tmp_path: Path,
    provider: Upstream,
    catalog: str,
    model: str,
    there: str,
    language: str,
    weight: int,
    stream: bool,
) -> None:
    provider.scripts[there] = Script(tokens=9)
    async with open_place(tmp_path / "s", provider, catalog=catalog, **addresses(provider)) as at:
        person = await at.person()
        answer = await ask(at, person.token, model, stream=stream)
        assert answer.status_code == 200, answer.text
        assert "word8" in answer.text
        (call,) = provider.calls
        assert (call.model, call.language) == (there, language)
        assert "authorization" not in call.headers
        rows = await at.rows("input_tokens, output_tokens, plan_tokens, cost_pusd")
        assert rows == [(12, 9, (12 + 9) * weight, 0)], "the house itself bills nothing"
        assert await at.troubles() == []


async def test_a_machine_that_is_off_is_passed_over(
    tmp_path: Path, provider: Upstream, catalog: str
) -> None:
    off = {**addresses(provider), "_ATTIC_BASE_URL": "http://127.0.0.1:9"}
    async with open_place(tmp_path / "s", provider, catalog=catalog, **off) as at:
        person = await at.person()
        answer = await ask(at, person.token, "house/llama")
        assert answer.headers["x-tuppence-route"] == "cellar"
        assert [call.model for call in provider.calls] == ["llama-cellar"]


async def test_no_client_reaches_a_machine_by_its_name(
    tmp_path: Path, provider: Upstream, catalog: str
) -> None:
    inside = provider.base_url(Language.OPENAI_CHAT)
    picture = [{"type": "image_url", "image_url": {"url": f"{inside}/models"}}]
    async with open_place(tmp_path / "s", provider, catalog=catalog, **addresses(provider)) as at:
        person = await at.person()
        answer = await ask(
            at, person.token, "house/qwen", messages=[{"role": "user", "content": picture}]
        )
        assert answer.status_code == 400
        for model in ("ollama/llama-attic", "llamacpp/qwen-cellar", "local/x"):
            asked = await ask(at, person.token, model, base_url=inside, api_base=inside)
            assert asked.status_code == 404, asked.text
        assert provider.calls == []
