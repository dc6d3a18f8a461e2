"""Requests of the responses endpoint: its items as one conversation, nothing kept, nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from app.providers.hosts import HOSTS
from app.request import (
    AnswerForm,
    RequestMessage,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolChoice,
    ToolMode,
    ToolResultPart,
)
from app.server.wire.reading import BadRequest
from app.server.wire.responses_request import read_responses

TOOL = {"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": False}
FULL: dict[str, Any] = {
    "model": "house-model",
    "instructions": "Be brief.",
    "input": [
        {"role": "user", "content": "Hi"},
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "Hm."}],
            "encrypted_content": "sealed",
        },
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "I ask.", "annotations": []}],
        },
        {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "sunny"},
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "See"},
                {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="},
            ],
        },
    ],
    "tools": [TOOL],
    "tool_choice": {"type": "function", "name": "weather"},
    "reasoning": {"effort": "low", "summary": "auto"},
    "text": {"format": {"type": "json_schema", "name": "form", "schema": {"type": "object"}}},
    "max_output_tokens": 50,
    "stream": True,
    "store": True,
    "metadata": {"a": "user-canary"},
    "user": "user-canary",
    "include": ["reasoning.encrypted_content"],
}


def test_items_become_one_conversation() -> None:
    request = read_responses(FULL).request
    assert request.messages[:4] == (
        RequestMessage(Role.SYSTEM, (TextPart("Be brief."),)),
        RequestMessage(Role.USER, (TextPart("Hi"),)),
        RequestMessage(
            Role.ASSISTANT,
            (
                ThinkingPart("Hm.", "rs_1:sealed"),
                TextPart("I ask."),
                ToolCallPart("c1", "weather", "{}"),
            ),
        ),
        RequestMessage(Role.TOOL, (ToolResultPart("c1", "sunny"),)),
    )
    assert request.tool_choice == ToolChoice(ToolMode.ONE, "weather")
    assert request.answer_form == AnswerForm('{"type":"object"}', "form")
    assert (request.effort, request.output_tokens_max) == ("low", 50)


def test_an_upstream_of_the_same_language_keeps_nothing_and_learns_no_name() -> None:
    encoded = read_responses(FULL).encoded(HOSTS["openai"], "gpt-5", 60)
    assert encoded.path == "/responses"
    body = encoded.body
    assert (body["store"], body["stream"], body["max_output_tokens"]) == (False, True, 50)
    assert body["tools"] == [{**TOOL, "description": ""}]
    assert body["text"] == {
        "format": {"type": "json_schema", "name": "form", "schema": {"type": "object"}}
    }
    assert [item.get("type", item.get("role")) for item in body["input"]] == [  # type: ignore[attr-defined]
        "user",
        "reasoning",
        "assistant",
        "function_call",
        "function_call_output",
        "user",
    ]
    assert "user-canary" not in str(body)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"background": True}, "background"),
        ({"prompt": {"id": "p"}}, "prompt"),
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0].type"),
        ({"input": [{"role": "robot", "content": "x"}]}, "input[0].role"),
        ({"tools": [{"type": "mcp", "server_url": "https://x.example"}]}, "tools[0].type"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"max_output_tokens": -5}, "max_output_tokens"),
        ({"reasoning": {"effort": "endless"}}, "reasoning.effort"),
        ({"text": {"format": {"type": "html"}}}, "text.format.type"),
        (
            {
                "input": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "input_image", "image_url": "https://x.example/a.png"}
                        ],
                    }
                ]
            },
            "input[0].content[0].image_url",
        ),
        (
            {
                "input": [
                    {"role": "user", "content": [{"type": "input_image", "file_id": "file-1"}]}
                ]
            },
            "input[0].content[0].file_id",
        ),
        (
            {"input": [{"role": "user", "content": [{"type": "input_file", "file_url": "x"}]}]},
            "input[0].content[0].type",
        ),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(fields: dict[str, object], param: str) -> None:
    with pytest.raises(BadRequest) as raised:
        read_responses({"model": "m", "input": "Hi", **fields})
    assert raised.value.param == param
