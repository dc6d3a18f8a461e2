"""Requests in each language: shaped like recorded ones, with each host's peculiarities."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from app.providers.encode import encode
from app.providers.hosts import HOSTS
from app.request import (
    ChatRequest,
    ImagePart,
    RequestMessage,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
    ToolSpec,
)
from tests.providers.recordings import GOLDEN, recordings

_TOOL = ToolSpec("weather", "The weather.", '{"type":"object","properties":{}}')


def _request(model: str, **options: object) -> ChatRequest:
    """A conversation with everything that a chat can hold."""
    messages = (
        RequestMessage(Role.SYSTEM, (TextPart("Be brief."),)),
        RequestMessage(Role.USER, (TextPart("Look"), ImagePart("image/png", b"png"))),
        RequestMessage(
            Role.ASSISTANT,
            (
                ThinkingPart("Hm.", "rs_1:sealed"),
                TextPart("I ask."),
                ToolCallPart("call_1", "weather", '{"city":"Bern"}'),
            ),
        ),
        RequestMessage(Role.TOOL, (ToolResultPart("call_1", "sunny"),)),
        RequestMessage(Role.USER, (TextPart("And now?"),)),
    )
    return ChatRequest(model, messages, 4000, tools=(_TOOL,), **options)  # type: ignore[arg-type]


# In the vendors' reference, but in none of the recorded requests.
_DOCUMENTED = {
    "openai": {
        "max_completion_tokens",
        "temperature",
        "messages[].content[].image_url",
        "messages[].content[].image_url.url",
    },
    "responses": {
        "max_output_tokens",
        "store",
        "reasoning.effort",
        "input[].content[].image_url",
    },
    "anthropic": {
        "temperature",
        "messages[].content[].source.data",
        "messages[].content[].source.media_type",
    },
    "gemini": {
        "generationConfig.temperature",
        "generationConfig.maxOutputTokens",
        "generationConfig.thinkingConfig.thinkingLevel",
        "generationConfig.thinkingConfig.includeThoughts",
        "contents[].parts[].inlineData",
        "contents[].parts[].inlineData.data",
        "contents[].parts[].inlineData.mimeType",
        "tools[].functionDeclarations[].parametersJsonSchema",
    },
}


@pytest.mark.parametrize(
    ("host", "model", "marks"),
    [
        ("openai", "gpt-4o", ("api.openai.com", "chat")),
        ("openai", "gpt-5.2", ("api.openai.com", "responses")),
        ("anthropic", "claude-sonnet-4-6", ("api.anthropic.com", "messages")),
        ("gemini", "gemini-3-pro", ("generativelanguage", "enerateContent")),
    ],
)
def test_a_request_has_only_fields_that_real_requests_have(
    host: str, model: str, marks: tuple[str, str]
) -> None:
    seen = {path for body in _recorded(*marks) for path in _paths(body)}
    body = encode(_request(model, temperature=0.5, effort="low"), HOSTS[host]).body
    documented = _DOCUMENTED["responses" if marks[1] == "responses" else host]
    ours = {path for path in _paths(body) if ".properties" not in path}
    unheard = {path for path in ours - seen - documented if not path.startswith(_FREE)}
    assert unheard == set()


# What users and models write: any name may stand below these.
_FREE = (
    "tools[].input_schema.",
    "tools[].parameters.",
    "tools[].function.parameters.",
    "tools[].functionDeclarations[].parametersJsonSchema.",
    "messages[].content[].input.",
    "contents[].parts[].functionCall.args.",
    "contents[].parts[].functionResponse.response.",
)


def test_thinking_models_of_openai_take_no_temperature_and_another_cap() -> None:
    body = encode(_request("gpt-5-mini", temperature=0.5), HOSTS["openai"]).body
    assert "temperature" not in body
    assert body["max_output_tokens"] == 4000
    chat = encode(_request("o1", temperature=0.5), HOSTS["openai"]).body
    assert "temperature" not in chat
    assert chat["max_completion_tokens"] == 4000
    assert chat["messages"][0]["role"] == "developer"  # type: ignore[index]


@pytest.mark.parametrize("host", HOSTS)
def test_the_cap_and_the_wish_for_usage_are_always_sent(host: str) -> None:
    body = encode(_request("some-model"), HOSTS[host]).body
    assert "4000" in json.dumps(body)
    asks = {
        "openrouter": "usage",
        "mistral": None,
        "anthropic": None,
        "gemini": None,
        "ollama": None,
    }
    field = asks.get(host, "stream_options")
    assert field is None or field in body


@pytest.mark.parametrize(
    ("host", "model", "field"),
    [
        ("openrouter", "openai/gpt-5", "reasoning"),
        ("qwen", "qwen-plus", "enable_thinking"),
        ("zai", "glm-4.7", "thinking"),
        ("deepseek", "deepseek-chat", "thinking"),
        ("mistral", "magistral-medium-latest", "prompt_mode"),
        ("groq", "openai/gpt-oss-120b", "reasoning_effort"),
        ("anthropic", "claude-sonnet-4-5", "thinking"),
        ("ollama", "qwen3", "think"),
    ],
)
def test_effort_is_asked_in_each_hosts_way(host: str, model: str, field: str) -> None:
    assert field in encode(_request(model, effort="high"), HOSTS[host]).body
    assert field not in encode(_request(model), HOSTS[host]).body


def test_a_model_that_does_not_think_is_not_asked_to() -> None:
    assert (
        "thinking"
        not in encode(_request("claude-3-5-haiku", effort="high"), HOSTS["anthropic"]).body
    )
    assert "reasoning_effort" not in encode(_request("gpt-4o", effort="high"), HOSTS["openai"]).body


def test_thinking_goes_back_where_the_host_wants_it() -> None:
    def assistant(host: str) -> dict[str, object]:
        return encode(_request("m"), HOSTS[host]).body["messages"][2]  # type: ignore[index]

    assert assistant("deepseek")["reasoning_content"] == "Hm."
    assert assistant("openrouter")["reasoning"] == "Hm."
    assert assistant("mistral")["content"][0]["type"] == "thinking"  # type: ignore[index]
    assert set(assistant("groq")) == {"role", "content", "tool_calls"}


def test_anthropics_thinking_goes_back_signed_and_leaves_room_for_the_answer() -> None:
    body = encode(_request("claude-sonnet-4-5", effort="high"), HOSTS["anthropic"]).body
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 2000}
    assert body["messages"][1]["content"][0]["signature"] == "rs_1:sealed"  # type: ignore[index]
    assert [m["role"] for m in body["messages"]] == ["user", "assistant", "user"]  # type: ignore[union-attr]


def test_sealed_thinking_goes_back_to_openai_as_its_own_item() -> None:
    items = encode(_request("gpt-5.2"), HOSTS["openai"]).body["input"]
    kinds = [item.get("type", item.get("role")) for item in items]  # type: ignore[union-attr]
    assert kinds == [
        "user",
        "reasoning",
        "assistant",
        "function_call",
        "function_call_output",
        "user",
    ]


def test_geminis_results_carry_the_tools_name_and_signatures_their_place() -> None:
    contents = encode(_request("gemini-3-pro"), HOSTS["gemini"]).body["contents"]
    assert contents[1]["parts"][0]["thoughtSignature"] == "rs_1:sealed"  # type: ignore[index]
    assert contents[2]["parts"][0]["functionResponse"]["name"] == "weather"  # type: ignore[index]


def test_ollama_gets_a_context_that_holds_the_whole_chat() -> None:
    long = ChatRequest("q", (RequestMessage(Role.USER, (TextPart("x" * 300_000),)),), 1000)
    options = encode(long, HOSTS["ollama"]).body["options"]
    assert options["num_ctx"] == 131_072  # type: ignore[index]
    assert options["num_predict"] == 1000  # type: ignore[index]


@pytest.mark.parametrize("host", ["openai", "anthropic", "gemini", "mistral", "ollama"])
def test_an_answer_that_broke_off_is_sent_with_the_wish_to_go_on(host: str) -> None:
    text = json.dumps(encode(_request("m", seed_text="Half an ans"), HOSTS[host]).body)
    assert text.index("Half an ans") < text.index("Go on exactly")


def _recorded(place: str, api: str) -> Iterator[object]:
    for recorded in (*recordings("streams"), *recordings("errors")):
        if place in recorded.url and api in recorded.url:
            yield recorded.request
    for line in (GOLDEN / "usage.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if place in row["url"] and api in row["url"]:
            yield row["request"]


def _paths(value: object, prefix: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{prefix}{name}"
            yield from _paths(inner, f"{prefix}{name}.")
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, f"{prefix.removesuffix('.')}[].")
