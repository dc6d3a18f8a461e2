"""Mistral's own vocabulary and template: what it bills is counted, not fitted."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import resources_folder
from app.metering.tokens import TokenCounter
from app.metering.tool_text import ToolsForm, tools_text
from app.metering.vocabulary import load_vocabulary
from app.request import ChatRequest, RequestMessage, Role, TextPart, ToolSpec

COUNTER = TokenCounter(resources_folder() / "tokenizers")
ENCODE = load_vocabulary(resources_folder() / "tokenizers", "tekken")
COMMAND = Path(__file__).parents[2] / "packaging" / "tokenizers" / "shorten_tekken.py"


def asked(text: str, *tools: ToolSpec, model: str = "mistral-large-latest") -> int:
    message = RequestMessage(Role.USER, (TextPart(text),))
    request = ChatRequest(model=model, messages=(message,), tools=tools, output_tokens_max=100)
    return COUNTER.count(request, provider="mistral", model=model).tokens


# Billed by Mistral, 2026: the request's text and the prompt tokens of its answer.
@pytest.mark.parametrize(("text", "billed"), [("hi", 4), ("hello", 4)])
def test_a_word_and_the_three_marks_around_it(text: str, billed: int) -> None:
    assert asked(text) == billed


def test_the_tools_are_one_list_as_mistrals_template_writes_it() -> None:
    tool = ToolSpec("get_weather", "Get weather", '{"type": "object", "properties": {}}')
    text = tools_text([tool, tool], ToolsForm.JSON_LIST)
    assert [found["function"]["name"] for found in json.loads(text)] == ["get_weather"] * 2
    assert asked("hi", tool, tool) == asked("hi") + len(ENCODE(text)) + 2


def test_each_digit_is_a_token() -> None:
    assert len(ENCODE("2026112112")) == 10
    assert len(ENCODE("Straße, naïve, 東京, 🙂")) < 20


def test_small_models_have_their_own_first_words() -> None:
    assert asked("hi", model="mistral-small-latest") == asked("hi") + 12


def tekken_file(folder: Path, **config: int) -> Path:
    vocabulary = [
        {"rank": rank, "token_bytes": base64.b64encode(bytes([rank])).decode(), "token_str": "x"}
        for rank in range(8)
    ]
    path = folder / "tekken.json"
    about = {"default_vocab_size": 10, "default_num_special_tokens": 4} | config
    path.write_text(json.dumps({"config": about, "vocab": vocabulary}))
    return path


def shortened(source: Path, out: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, str(COMMAND), str(source), str(out)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_the_source_is_cut_to_the_tokens_in_use(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert shortened(tekken_file(tmp_path), out).returncode == 0
    lines = [base64.b64encode(bytes([rank])) + b" %d" % rank for rank in range(6)]
    assert out.read_bytes().splitlines() == lines


def test_a_file_with_a_gap_or_of_something_else_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("[]")
    for source, words in (
        (tekken_file(tmp_path, default_vocab_size=14), "do not count up from zero to 9"),
        (other, "not Mistral's vocabulary"),
        (tmp_path / "none.json", "No such file"),
    ):
        done = shortened(source, tmp_path / "out")
        assert (done.returncode, words in done.stderr) == (1, True)
    assert not (tmp_path / "out").exists()
