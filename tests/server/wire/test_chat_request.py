"""Requests of the chat endpoint: what is kept, what is left out, and what is refused by name."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from app.providers.hosts import HOSTS
from app.request import (
    ImagePart,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolChoice,
    ToolMode,
    ToolResultPart,
)
from app.server.wire.chat_request import read_chat
from app.server.wire.reading import BadRequest, WireLimits, read_body

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAYAAAC56t6BAAAAEklEQVR4nGNkYPj/nwEKmBAMAB4FAgO7d5bWAAAAAElFTkSuQmCC"
)
DATA_URL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        "strict": True,
    },
}
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
FULL: dict[str, Any] = {
    "model": "house-model",
    "messages": [
        {"role": "developer", "content": "Be brief."},
        {
            "role": "user",
            "name": "ada",
            "content": [
                {"type": "text", "text": "Look"},
                {"type": "image_url", "image_url": {"url": DATA_URL, "detail": "low"}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "reasoning_content": "Hm.",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"city":"Bern"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
    ],
    "tools": [TOOL],
    "tool_choice": {"type": "function", "function": {"name": "weather"}},
    "parallel_tool_calls": False,
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "form", "schema": SCHEMA, "strict": True},
    },
    "temperature": 1,
    "top_p": 0.5,
    "stop": ["END"],
    "seed": 7,
    "presence_penalty": 0.1,
    "frequency_penalty": -0.1,
    "logit_bias": {"50256": -100},
    "max_completion_tokens": 100,
    "n": 1,
    "stream": True,
    "stream_options": {"include_usage": True, "include_obfuscation": False},
    # Never passed on:
    "user": "user-canary-1",
    "safety_identifier": "user-canary-2",
    "prompt_cache_key": "user-canary-3",
    "metadata": {"organization": "user-canary-4"},
    "store": True,
    "api_key": "user-canary-5",
    "base_url": "https://user-canary-6.example",
    "extra_headers": {"Authorization": "user-canary-7"},
}


def chat(**fields: object) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": "Hi"}], **fields}


def test_everything_known_is_read() -> None:
    call = read_chat(FULL)
    request = call.request
    assert [m.role for m in request.messages] == [
        Role.SYSTEM,
        Role.USER,
        Role.ASSISTANT,
        Role.TOOL,
    ]
    assert request.messages[1].parts == (
        TextPart("Look"),
        ImagePart("image/png", PNG, 2, 3, "low"),
    )
    assert request.messages[2].parts == (
        ThinkingPart("Hm."),
        ToolCallPart("call_1", "weather", '{"city":"Bern"}'),
    )
    assert request.messages[3].parts == (ToolResultPart("call_1", "sunny"),)
    assert request.tool_choice == ToolChoice(ToolMode.ONE, "weather")
    assert request.output_tokens_max == 100
    assert (call.stream, call.include_usage, call.capped) == (True, True, True)
    assert call.hints.forced
    assert json.loads(call.hints.schema_json) == SCHEMA


def test_an_upstream_of_the_same_language_gets_what_is_on_the_list_and_nothing_else() -> None:
    encoded = read_chat(FULL).encoded(HOSTS["openai"], "gpt-4o", 60)
    assert encoded.path == "/chat/completions"
    assert encoded.body == {
        "model": "gpt-4o",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Look"},
                    {"type": "image_url", "image_url": {"url": DATA_URL, "detail": "low"}},
                ],
            },
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "weather", "arguments": '{"city":"Bern"}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": 60,
        "temperature": 1,
        "top_p": 0.5,
        "stop": ["END"],
        "seed": 7,
        "presence_penalty": 0.1,
        "frequency_penalty": -0.1,
        "logit_bias": {"50256": -100},
        "tools": [TOOL],
        "tool_choice": {"type": "function", "function": {"name": "weather"}},
        "parallel_tool_calls": False,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "form", "schema": SCHEMA, "strict": True},
        },
    }


@pytest.mark.parametrize("host", ["openai", "openrouter", "anthropic", "gemini", "ollama", "qwen"])
@pytest.mark.parametrize("model", ["gpt-4o", "gpt-5", "claude-opus-4-6", "gemini-2.5-pro"])
def test_no_upstream_of_any_language_gets_a_clients_name_key_or_address(
    host: str, model: str
) -> None:
    encoded = read_chat(FULL).encoded(HOSTS[host], model, 60)
    sent = json.dumps(encoded.body) + encoded.path
    assert "user-canary" not in sent
    assert "ada" not in sent
    assert "house-model" not in sent


def test_what_was_left_out_is_listed() -> None:
    assert set(read_chat(FULL).dropped) == {
        "user",
        "safety_identifier",
        "prompt_cache_key",
        "metadata",
        "store",
        "api_key",
        "base_url",
        "extra_headers",
    }


def test_a_cap_is_always_sent_and_never_raised() -> None:
    assert read_chat(chat()).encoded(HOSTS["openai"], "m", 500).body["max_completion_tokens"] == 500
    small = read_chat(chat(max_tokens=20))
    assert small.encoded(HOSTS["openai"], "m", 500).body["max_completion_tokens"] == 20
    huge = read_chat(chat(max_tokens=10**30))
    assert huge.encoded(HOSTS["openai"], "m", 500).body["max_completion_tokens"] == 500


def test_what_a_language_cannot_say_is_named() -> None:
    call = read_chat(FULL)
    assert call.lost(HOSTS["openai"], "gpt-4o") == ()
    assert set(call.lost(HOSTS["openai"], "gpt-5")) == {
        "stop",
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "logit_bias",
    }
    assert "seed" in call.lost(HOSTS["anthropic"], "claude-opus-4-6")
    assert "parallel_tool_calls" in call.lost(HOSTS["gemini"], "gemini-2.5-pro")
    assert "tool_choice" in call.lost(HOSTS["ollama"], "llama3")


def _image(url: object) -> dict[str, Any]:
    part = {"type": "image_url", "image_url": {"url": url}}
    return chat(messages=[{"role": "user", "content": [part]}])


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/cat.png",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "//example.com/cat.png",
        "data:text/html;base64,PGI+",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:image/png;base64,***",
        "data:image/png,rawbytes",
        "\u0000https://example.com",
        "",
        5,
    ],
)
def test_a_picture_is_taken_from_no_address(url: object) -> None:
    with pytest.raises(BadRequest) as raised:
        read_chat(_image(url))
    assert raised.value.param == "messages[0].content[0].image_url.url"


def test_an_address_is_told_apart_from_a_broken_picture() -> None:
    with pytest.raises(BadRequest, match="as a data URL") as raised:
        read_chat(_image("https://example.com/cat.png"))
    assert raised.value.status == 400
    assert raised.value.body["error"]["type"] == "invalid_request_error"
    assert raised.value.code == "invalid_image_url"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"max_tokens": -1}, "max_tokens"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_tokens": "100"}, "max_tokens"),
        ({"n": 2}, "n"),
        ({"n": 0}, "n"),
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"stop": [1]}, "stop"),
        ({"stop": ""}, "stop"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": []}, "stream_options"),
        ({"seed": 2**70}, "seed"),
        ({"logit_bias": {"a": 1}}, "logit_bias"),
        ({"logit_bias": {"1": 1000}}, "logit_bias.1"),
        ({"reasoning_effort": "extreme"}, "reasoning_effort"),
        ({"service_tier": "priority"}, "service_tier"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"audio": {"voice": "a"}}, "audio"),
        ({"functions": [{}]}, "functions"),
        ({"web_search_options": {"a": 1}}, "web_search_options"),
        ({"logprobs": True}, "logprobs"),
        ({"prediction": {"type": "content"}}, "prediction"),
        ({"model": ""}, "model"),
        ({"model": 5}, "model"),
        ({"model": "m" * 300}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": "Hi"}, "messages"),
        ({"messages": ["Hi"]}, "messages[0]"),
        ({"messages": [{"role": "function", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
        (
            {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]},
            "messages[0].content[0].type",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "file", "file": {}}]}]},
            "messages[0].content[0].type",
        ),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tools": [TOOL, TOOL]}, "tools"),
        (
            {"tools": [{"type": "function", "function": {"name": "a b"}}]},
            "tools[0].function.name",
        ),
        ({"tools": [TOOL], "tool_choice": "always"}, "tool_choice"),
        ({"tool_choice": "required"}, "tool_choice"),
        (
            {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "b"}}},
            "tool_choice.function.name",
        ),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}},
            "response_format.json_schema.schema",
        ),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(fields: dict[str, object], param: str) -> None:
    with pytest.raises(BadRequest) as raised:
        read_chat(chat(**fields))
    assert raised.value.param == param
    assert raised.value.message


def test_null_is_as_if_nothing_had_been_said() -> None:
    names = ("temperature", "stop", "tools", "tool_choice", "n", "response_format", "logprobs")
    assert read_chat(chat(**dict.fromkeys(names))).request == read_chat(chat()).request


def test_too_much_of_anything_is_refused() -> None:
    limits = WireLimits(messages_max=1, images_max=1, image_bytes_max=10)
    message = {"role": "user", "content": "Hi"}
    with pytest.raises(BadRequest, match="may have 1 entries"):
        read_chat(chat(messages=[message, message]), limits)
    with pytest.raises(BadRequest, match="MiB"):
        read_chat(_image(DATA_URL), limits)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100 + b"1" + b"}" * 100,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_body_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest) as raised:
        read_body(body)
    assert raised.value.status == 400


def test_halves_of_characters_do_not_reach_an_upstream() -> None:
    body = read_body(b'{"model":"m","messages":[{"role":"user","content":"a\\ud83d b"}]}')
    text = read_chat(body).request.messages[0].parts[0]
    assert text == TextPart("a\ufffd b")
