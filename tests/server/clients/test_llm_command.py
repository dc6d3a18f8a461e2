"""The `llm` command line, unchanged: a models file and a key, as its manual says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.server.clients.conftest import Said, start
from tests.server.proxy.conftest import MODEL, Place
from tests.server.upstreams.scripts import Script

_MODELS = """\
- model_id: tuppence
  model_name: {model}
  api_base: "{address}/v1"
  api_key_name: tuppence
"""


async def _llm(place: Place, folder: Path, *words: str, token: str) -> Said:
    models = _MODELS.format(model=MODEL, address=place.url)
    (folder / "extra-openai-models.yaml").write_text(models, encoding="utf-8")
    command = [sys.executable, "-m", "llm", *words, "--key", token]
    return await start(command, {"LLM_USER_PATH": str(folder)}, folder)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_question_is_answered(place: Place, tmp_path: Path, stream: bool) -> None:
    person = await place.person()
    words = ["-m", "tuppence", "Hello"] if stream else ["-m", "tuppence", "--no-stream", "Hello"]
    said = await _llm(place, tmp_path, *words, token=person.token)
    assert said.out.strip() == Script().text(20).strip(), said.error
    assert await place.rows("plan_tokens") == [(160,)]
    assert await place.troubles() == []


async def test_a_wrong_key_is_said_in_words(place: Place, tmp_path: Path) -> None:
    said = await _llm(place, tmp_path, "-m", "tuppence", "Hello", token="tp_wrong")
    assert said.code != 0
    assert "key is not known here" in said.error
