"""Sampling, tools that must be called and answers of a form, in each language's own words."""

from __future__ import annotations

import json

import pytest

from app.providers.encode import encode, lost_in
from app.providers.encode_openai_chat import encode_chat
from app.providers.hosts import HOSTS
from app.providers.languages import Language
from app.providers.wire import Body
from app.request import (
    AnswerForm,
    ChatRequest,
    RequestMessage,
    Role,
    TextPart,
    ToolChoice,
    ToolMode,
    ToolSpec,
)

_MODELS = {
    "openai": "gpt-4o",
    "openrouter": "meta/llama",
    "anthropic": "claude-opus-4-6",
    "gemini": "gemini-2.5-pro",
    "ollama": "llama3",
}
_TOOL = ToolSpec("weather", "The weather.", '{"type":"object"}')
SCHEMA = '{"type":"object","properties":{}}'


def body(host: str, model: str = "", **options: object) -> Body:
    message = RequestMessage(Role.USER, (TextPart("Hi"),))
    name = model or _MODELS[host]
    request = ChatRequest(name, (message,), 4000, **options)  # type: ignore[arg-type]
    return encode(request, HOSTS[host]).body


@pytest.mark.parametrize("host", sorted(_MODELS))
def test_what_is_not_wished_for_is_not_sent(host: str) -> None:
    plain = json.dumps(body(host, tools=(_TOOL,)))
    names = ("top_p", "topP", "stop", "stopSequences", "seed", "tool_choice", "toolConfig")
    for name in (*names, "strict", "format", "response_format", "parallel_tool_calls", "detail"):
        assert f'"{name}"' not in plain


def test_chat_takes_everything_but_for_models_that_think() -> None:
    wishes = {
        "top_p": 0.5,
        "stop": ("END",),
        "seed": 7,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
    }
    sent = body("openai", **wishes)
    assert {name: sent[name] for name in wishes} == {**wishes, "stop": ["END"]}
    thinking = body("openrouter", "openai/gpt-5", **wishes)
    assert thinking["top_p"] == 0.5  # OpenRouter drops by itself what a model does not take
    request = ChatRequest("gpt-5", (), 10, top_p=0.5, stop=("END",), seed=7)
    encoded = encode_chat(request, HOSTS["openai"].quirks)
    assert "top_p" not in encoded
    assert "stop" not in encoded
    assert encoded["seed"] == 7


@pytest.mark.parametrize(
    ("choice", "chat", "responses", "anthropic", "gemini"),
    [
        (ToolChoice(ToolMode.AUTO), "auto", "auto", {"type": "auto"}, {"mode": "AUTO"}),
        (ToolChoice(ToolMode.NONE), "none", "none", {"type": "none"}, {"mode": "NONE"}),
        (ToolChoice(ToolMode.REQUIRED), "required", "required", {"type": "any"}, {"mode": "ANY"}),
        (
            ToolChoice(ToolMode.ONE, "weather"),
            {"type": "function", "function": {"name": "weather"}},
            {"type": "function", "name": "weather"},
            {"type": "tool", "name": "weather"},
            {"mode": "ANY", "allowedFunctionNames": ["weather"]},
        ),
    ],
)
def test_whether_a_tool_must_be_called_is_said_in_each_language(
    choice: ToolChoice, chat: object, responses: object, anthropic: object, gemini: object
) -> None:
    wishes: dict[str, object] = {"tools": (_TOOL,), "tool_choice": choice}
    assert body("openai", **wishes)["tool_choice"] == chat
    assert body("openai", "gpt-5", **wishes)["tool_choice"] == responses
    assert body("anthropic", **wishes)["tool_choice"] == anthropic
    assert body("gemini", **wishes)["toolConfig"] == {"functionCallingConfig": gemini}
    assert ("tools" in body("ollama", **wishes)) is (choice.mode is not ToolMode.NONE)


def test_one_call_at_a_time_is_said_where_there_is_a_word_for_it() -> None:
    wishes: dict[str, object] = {"tools": (_TOOL,), "parallel_tool_calls": False}
    assert body("openai", **wishes)["parallel_tool_calls"] is False
    assert body("openai", "gpt-5", **wishes)["parallel_tool_calls"] is False
    assert body("anthropic", **wishes)["tool_choice"] == {
        "type": "auto",
        "disable_parallel_tool_use": True,
    }
    none = {**wishes, "tool_choice": ToolChoice(ToolMode.NONE)}
    assert body("anthropic", **none)["tool_choice"] == {"type": "none"}


def test_a_form_of_the_answer_is_asked_for_in_each_language() -> None:
    form = AnswerForm(SCHEMA, "form", strict=True)
    schema = json.loads(SCHEMA)
    assert body("openai", answer_form=form)["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "form", "schema": schema, "strict": True},
    }
    assert body("openai", "gpt-5", answer_form=form)["text"] == {
        "format": {"type": "json_schema", "name": "form", "schema": schema, "strict": True}
    }
    asked = body("anthropic", answer_form=form, effort="low")
    assert asked["output_config"] == {
        "effort": "low",
        "format": {"type": "json_schema", "schema": schema},
    }
    config = body("gemini", answer_form=form)["generationConfig"]
    assert isinstance(config, dict)
    assert config["responseMimeType"] == "application/json"
    assert config["responseJsonSchema"] == schema
    assert body("ollama", answer_form=form)["format"] == schema


def test_any_object_is_asked_for_where_there_is_a_word_for_it() -> None:
    assert body("openai", answer_form=AnswerForm())["response_format"] == {"type": "json_object"}
    assert body("openai", "gpt-5", answer_form=AnswerForm())["text"] == {
        "format": {"type": "json_object"}
    }
    assert body("ollama", answer_form=AnswerForm())["format"] == "json"
    assert "output_config" not in body("anthropic", answer_form=AnswerForm())
    request = ChatRequest("m", (), 10, answer_form=AnswerForm())
    assert lost_in(request, Language.ANTHROPIC) == ("answer_form",)
    assert lost_in(request, Language.GEMINI) == ()


def test_anthropic_gets_no_two_warmths_and_no_blank_stop() -> None:
    sent = body("anthropic", "claude-3-5-haiku", temperature=0.5, top_p=0.5, stop=(" \n", "END"))
    assert "top_p" not in sent
    assert sent["temperature"] == 0.5
    assert sent["stop_sequences"] == ["END"]
    assert body("anthropic", "claude-3-5-haiku", top_p=0.5)["top_p"] == 0.5
    assert "stop_sequences" not in body("anthropic", stop=(" ",))


def test_a_forced_tool_leaves_anthropic_no_room_to_think() -> None:
    forced = ToolChoice(ToolMode.REQUIRED)
    sent = body("anthropic", effort="high", tools=(_TOOL,), tool_choice=forced)
    assert "thinking" not in sent
    assert "thinking" in body("anthropic", effort="high", tools=(_TOOL,))


def test_gemini_and_ollama_take_sampling_in_their_own_places() -> None:
    wishes = {"top_p": 0.5, "stop": ("END",), "seed": 7, "presence_penalty": 0.1}
    config = body("gemini", **wishes)["generationConfig"]
    assert isinstance(config, dict)
    assert (config["topP"], config["stopSequences"], config["seed"]) == (0.5, ["END"], 7)
    options = body("ollama", **wishes)["options"]
    assert isinstance(options, dict)
    assert (options["top_p"], options["stop"], options["seed"]) == (0.5, ["END"], 7)


@pytest.mark.parametrize(
    ("language", "lost"),
    [
        (Language.OPENAI_CHAT, set()),
        (Language.OPENAI_RESPONSES, {"stop", "seed"}),
        (Language.ANTHROPIC, {"seed"}),
        (Language.GEMINI, {"parallel_tool_calls"}),
        (Language.OLLAMA, {"parallel_tool_calls", "tool_choice"}),
    ],
)
def test_what_a_language_has_no_word_for_is_named(language: Language, lost: set[str]) -> None:
    request = ChatRequest(
        "m",
        (),
        10,
        stop=("END",),
        seed=7,
        tool_choice=ToolChoice(ToolMode.REQUIRED),
        parallel_tool_calls=False,
    )
    assert set(lost_in(request, language)) == lost
    assert lost_in(ChatRequest("m", (), 10), language) == ()
