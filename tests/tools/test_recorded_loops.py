"""Tool loops that providers really had: the recorded call of a tool, our tool, and the recorded
answer. What goes back is what the recorded client sent; each call is charged as it was billed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from app.request import ToolSpec
from app.seam.views import Certainty, MessageState
from app.tools.tool import Arguments
from app.tools.toolbox import Toolbox
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import STREAMS, ProviderServer, recorded
from tests.tools.chats import assert_books_add_up, bodies, chat_with_tools, receipt_of
from tests.tools.wire_traffic import Gemini, OpenAIChat, OpenAIResponses, Wire


@dataclass(frozen=True, slots=True)
class Told:
    """The tool of a recording: it says what that one said."""

    spec: ToolSpec
    result: str
    title: str = "Recorded"
    about: str = ""
    asks_first: bool = False
    time_limit_s: float = 5.0
    letters_max: int = 1_000

    def asks_about(self, arguments: Arguments) -> str:
        return ""

    async def run(self, arguments: Arguments) -> str:
        return self.result


@dataclass(frozen=True, slots=True)
class Loop:
    """Two recordings of one conversation, and what they billed: (input, output) of each call."""

    wire: Wire
    model: str
    asks: str
    answers: str
    tool: str
    fields: tuple[str, ...]
    arguments: dict[str, str]
    result: str
    said: str
    billed: list[tuple[int, int]]


class _Model:
    """A wire language with another model than its own."""

    def __init__(self, wire: Wire, model: str) -> None:
        self.provider, self.base, self.model = wire.provider, wire.base, model


LOOPS = [
    Loop(
        OpenAIChat(), "gpt-4o-mini", "openai-chat-7395b858", "openai-chat-4034cce0",
        "get_capital", ("country",), {"country": "UK"}, "London",
        "The capital of the UK is London.", [(53, 15), (78, 9)],
    ),
    Loop(
        OpenAIResponses(), "gpt-5.4", "openai-responses-48de1d62", "openai-responses-2b07bc71",
        "get_exchange_rate", ("from_currency", "to_currency"),
        {"from_currency": "USD", "to_currency": "EUR"}, "1 USD = 0.92 EUR",
        "1 USD = 0.92 EUR", [(429, 26), (477, 13)],
    ),
    Loop(
        Gemini(), "gemini-3-pro-preview", "gemini-generate-5f6b9f9c", "gemini-generate-321b0e86",
        "get_country", (), {}, "Mexico",
        "The capital of Mexico is Mexico City.", [(29, 212), (257, 8)],
    ),
]  # fmt: skip


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: type(loop.wire).__name__)
async def test_a_loop_that_a_provider_had_runs_again_with_our_tool(
    driver: CoreDriver, provider_server: ProviderServer, loop: Loop
) -> None:
    _give_tool(driver, loop)
    provider_server.replies = [recorded(loop.asks), recorded(loop.answers)]
    chat_id = await chat_with_tools(
        driver,
        provider_server,
        _Model(loop.wire, loop.model),  # type: ignore[arg-type]
        tools=(),
    )
    driver.core.shelves.setups.choose_tools(chat_id, (loop.tool,))
    answer = await driver.send(chat_id, "Use the tool, then answer.")
    assert answer.state is MessageState.COMPLETE
    assert answer.fault is None
    assert loop.said in answer.text
    [call] = answer.tool_calls
    assert (call.name, json.loads(call.arguments)) == (loop.tool, loop.arguments)
    assert (call.result, call.failed) == (loop.result, False)
    receipt = receipt_of(driver, answer.id)
    billed = [(each.usage.input_total, each.usage.output_total) for each in receipt.calls]
    assert billed == loop.billed
    assert answer.cost is not None
    assert answer.cost.certainty is Certainty.EXACT
    assert_books_add_up(driver)


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: type(loop.wire).__name__)
async def test_what_goes_back_is_what_the_recorded_client_sent(
    driver: CoreDriver, provider_server: ProviderServer, loop: Loop
) -> None:
    _give_tool(driver, loop)
    provider_server.replies = [recorded(loop.asks), recorded(loop.answers)]
    chat_id = await chat_with_tools(
        driver,
        provider_server,
        _Model(loop.wire, loop.model),  # type: ignore[arg-type]
        tools=(),
    )
    driver.core.shelves.setups.choose_tools(chat_id, (loop.tool,))
    await driver.send(chat_id, "Use the tool, then answer.")
    ours = bodies(provider_server)[1]
    theirs = json.loads((STREAMS / f"{loop.answers}.json").read_text("utf-8"))["request"]
    assert _end_of(ours) == _end_of(theirs)


def _give_tool(driver: CoreDriver, loop: Loop) -> None:
    schema = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in loop.fields},
        "required": list(loop.fields),
        "additionalProperties": False,
    }
    tool = Told(ToolSpec(loop.tool, "", json.dumps(schema)), loop.result)
    driver.core.turns._loop.toolbox = Toolbox([tool])
    driver.core.tools.setups._toolbox = driver.core.turns._loop.toolbox


def _end_of(body: dict[str, Any]) -> tuple[object, ...]:
    """The call and its result as they went: name, arguments, result, whether their ids agree, and
    what was sealed with the call."""
    if "contents" in body:
        *_, called, result = body["contents"]
        asked, answered = called["parts"][-1], result["parts"][-1]["functionResponse"]
        said = next(iter(answered["response"].values()))
        call = asked["functionCall"]
        # Either alphabet of base64 says the same.
        signed = asked["thoughtSignature"].replace("-", "+").replace("_", "/")
        return call["name"], call["args"], said, call["name"] == answered["name"], signed
    if "messages" in body:
        *_, called, result = body["messages"]
        [call] = called["tool_calls"]
        function = call["function"]
        same = call["id"] == result["tool_call_id"]
        return function["name"], json.loads(function["arguments"]), result["content"], same
    *_, called, result = body["input"]
    same = called["call_id"] == result["call_id"]
    return called["name"], json.loads(called["arguments"]), result["output"], same
