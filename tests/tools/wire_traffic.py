"""Answers of models that call tools, in each wire language, as a provider streams them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.fixtures.provider_server import Reply

Event = dict[str, object]


def _sse(events: list[Event | str], *, named: bool = False) -> bytes:
    lines = []
    for event in events:
        data = event if isinstance(event, str) else json.dumps(event)
        name = f"event: {event['type']}\n" if named and isinstance(event, dict) else ""
        lines.append(f"{name}data: {data}\n\n")
    return "".join(lines).encode()


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call of a model."""

    name: str = "calculator"
    arguments: str = '{"expression": "6*7"}'
    id: str = "call_a1"


class Wire:
    """One language: how a model asks for tools in it, and how it answers with words."""

    provider = ""
    model = ""
    base = "/v1"

    def calling(self, *calls: Call, text: str = "", usage: tuple[int, int] = (100, 20)) -> Reply:
        raise NotImplementedError

    def saying(self, text: str, usage: tuple[int, int] = (150, 10)) -> Reply:
        return self.calling(text=text, usage=usage)

    def tools_in(self, body: Event) -> list[str]:
        """The names of the tools that a request tells of."""
        raise NotImplementedError

    def result_in(self, body: Event) -> str:
        """What the last tool result of a request says."""
        raise NotImplementedError


class OpenAIChat(Wire):
    provider, model = "openai", "gpt-4o"

    def calling(self, *calls: Call, text: str = "", usage: tuple[int, int] = (100, 20)) -> Reply:
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "gpt-4o-2024-08-06"}
        deltas: list[Event] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": piece} for piece in _pieces(text)]
        for place, call in enumerate(calls):
            begun = {"name": call.name, "arguments": ""}
            deltas.append(
                {"tool_calls": [{"index": place, "id": call.id, "type": "function",
                                 "function": begun}]}
            )  # fmt: skip
            for piece in _pieces(call.arguments):
                deltas.append({"tool_calls": [{"index": place, "function": {"arguments": piece}}]})
        events: list[Event | str] = [
            {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
            for delta in deltas
        ]
        reason = "tool_calls" if calls else "stop"
        events.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
        told = {"prompt_tokens": usage[0], "completion_tokens": usage[1],
                "total_tokens": sum(usage)}  # fmt: skip
        events.append({**head, "choices": [], "usage": told})
        return Reply(_sse([*events, "[DONE]"]))

    def tools_in(self, body: Event) -> list[str]:
        return [tool["function"]["name"] for tool in body.get("tools", [])]  # type: ignore[union-attr,index]

    def result_in(self, body: Event) -> str:
        last = body["messages"][-1]  # type: ignore[index]
        assert last["role"] == "tool"
        [*_, called] = [m for m in body["messages"] if m.get("tool_calls")]  # type: ignore[union-attr]
        assert called["role"] == "assistant"
        assert last["tool_call_id"] == called["tool_calls"][-1]["id"]
        return str(last["content"])


class OpenAIResponses(Wire):
    provider, model = "openai", "gpt-5.1"

    def calling(self, *calls: Call, text: str = "", usage: tuple[int, int] = (100, 20)) -> Reply:
        events: list[Event | str] = [
            {"type": "response.created", "response": {"id": "resp_1", "model": self.model}}
        ]
        output: list[Event] = []
        if calls:
            thought = {"type": "reasoning", "id": "rs_1", "summary": [],
                       "encrypted_content": "SEALED"}  # fmt: skip
            output.append(thought)
            events.append({"type": "response.output_item.done", "output_index": 0, "item": thought})
        for call in calls:
            place = len(output)
            item = {"type": "function_call", "id": f"fc_{place}", "call_id": call.id,
                    "name": call.name, "arguments": ""}  # fmt: skip
            events.append(
                {"type": "response.output_item.added", "output_index": place, "item": item}
            )
            for piece in _pieces(call.arguments):
                events.append({"type": "response.function_call_arguments.delta",
                               "output_index": place, "item_id": item["id"],
                               "delta": piece})  # fmt: skip
            done = {**item, "arguments": call.arguments, "status": "completed"}
            events.append(
                {"type": "response.output_item.done", "output_index": place, "item": done}
            )
            output.append(done)
        if text:
            events += [
                {"type": "response.output_text.delta", "output_index": len(output),
                 "content_index": 0, "item_id": "msg_1", "delta": piece}
                for piece in _pieces(text)
            ]  # fmt: skip
            output.append({"type": "message", "id": "msg_1", "role": "assistant",
                           "content": [{"type": "output_text", "text": text}]})  # fmt: skip
        told = {"input_tokens": usage[0], "output_tokens": usage[1],
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens_details": {"reasoning_tokens": 0}}  # fmt: skip
        whole = {"id": "resp_1", "model": self.model, "status": "completed", "output": output,
                 "usage": told}  # fmt: skip
        events.append({"type": "response.completed", "response": whole})
        return Reply(_sse(events, named=True))

    def tools_in(self, body: Event) -> list[str]:
        return [tool["name"] for tool in body.get("tools", [])]  # type: ignore[union-attr,index]

    def result_in(self, body: Event) -> str:
        *_, sealed, called, last = body["input"]  # type: ignore[misc]
        assert sealed["type"] == "reasoning"
        assert sealed["encrypted_content"] == "SEALED"
        assert called["type"] == "function_call"
        assert last["type"] == "function_call_output"
        assert last["call_id"] == called["call_id"]
        return str(last["output"])


class Anthropic(Wire):
    provider, model = "anthropic", "claude-sonnet-4-5"

    def calling(self, *calls: Call, text: str = "", usage: tuple[int, int] = (100, 20)) -> Reply:
        begun = {"id": "msg_1", "type": "message", "role": "assistant", "model": self.model,
                 "content": [], "usage": {"input_tokens": usage[0],
                                          "output_tokens": 1}}  # fmt: skip
        events: list[Event | str] = [{"type": "message_start", "message": begun}]
        blocks: list[tuple[Event, list[Event]]] = []
        if text:
            pieces = [{"type": "text_delta", "text": piece} for piece in _pieces(text)]
            blocks.append(({"type": "text", "text": ""}, pieces))  # type: ignore[arg-type]
        for call in calls:
            pieces = [
                {"type": "input_json_delta", "partial_json": piece}
                for piece in _pieces(call.arguments)
            ]
            block = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
            blocks.append((block, pieces))  # type: ignore[arg-type]
        for place, (block, deltas) in enumerate(blocks):
            events.append({"type": "content_block_start", "index": place, "content_block": block})
            events += [
                {"type": "content_block_delta", "index": place, "delta": delta} for delta in deltas
            ]
            events.append({"type": "content_block_stop", "index": place})
        reason = "tool_use" if calls else "end_turn"
        events.append({"type": "message_delta", "delta": {"stop_reason": reason},
                       "usage": {"output_tokens": usage[1]}})  # fmt: skip
        return Reply(_sse([*events, {"type": "message_stop"}], named=True))

    def tools_in(self, body: Event) -> list[str]:
        return [tool["name"] for tool in body.get("tools", [])]  # type: ignore[union-attr,index]

    def result_in(self, body: Event) -> str:
        *_, called, last = body["messages"]  # type: ignore[misc]
        assert called["role"] == "assistant"
        use, result = called["content"][-1], last["content"][-1]
        assert (use["type"], result["type"]) == ("tool_use", "tool_result")
        assert use["id"] == result["tool_use_id"]
        return str(result["content"])


class Gemini(Wire):
    provider, model = "gemini", "gemini-2.5-flash"
    base = "/v1beta"

    def calling(self, *calls: Call, text: str = "", usage: tuple[int, int] = (100, 20)) -> Reply:
        parts: list[Event] = [{"text": piece} for piece in _pieces(text)]
        for place, call in enumerate(calls):
            part: Event = {"functionCall": {"name": call.name,
                                            "args": json.loads(call.arguments)}}  # fmt: skip
            parts.append(part if place else {**part, "thoughtSignature": "U0lHTkVE"})
        events: list[Event | str] = [
            {"candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}}],
             "modelVersion": self.model, "responseId": "r1"}
            for part in parts
        ]  # fmt: skip
        told = {"promptTokenCount": usage[0], "candidatesTokenCount": usage[1],
                "totalTokenCount": sum(usage)}  # fmt: skip
        end = {"index": 0, "content": {"role": "model", "parts": []}, "finishReason": "STOP"}
        events.append({"candidates": [end], "usageMetadata": told, "modelVersion": self.model})
        return Reply(_sse(events))

    def tools_in(self, body: Event) -> list[str]:
        return [
            declared["name"]
            for tool in body.get("tools", [])  # type: ignore[union-attr]
            for declared in tool["functionDeclarations"]
        ]

    def result_in(self, body: Event) -> str:
        *_, called, last = body["contents"]  # type: ignore[misc]
        assert called["role"] == "model"
        asked = called["parts"][-1]
        assert asked["thoughtSignature"] == "U0lHTkVE"
        answered = last["parts"][-1]["functionResponse"]
        assert answered["name"] == asked["functionCall"]["name"]
        response = answered["response"]
        return str(response.get("result", response.get("error")))


class OllamaChat(Wire):
    """Ollama's own chat: one JSON text a line."""

    provider, model, base = "ollama", "qwen3:8b", ""

    def calling(self, *calls: Call, text: str = "", usage: tuple[int, int] = (100, 20)) -> Reply:
        lines: list[Event] = [
            {"model": self.model, "message": {"role": "assistant", "content": piece},
             "done": False}
            for piece in _pieces(text)
        ]  # fmt: skip
        for call in calls:
            function = {"name": call.name, "arguments": json.loads(call.arguments)}
            said = {"role": "assistant", "content": "", "tool_calls": [{"function": function}]}
            lines.append({"model": self.model, "message": said, "done": False})
        lines.append({"model": self.model, "message": {"role": "assistant", "content": ""},
                      "done": True, "done_reason": "stop", "prompt_eval_count": usage[0],
                      "eval_count": usage[1]})  # fmt: skip
        body = "".join(json.dumps(line) + "\n" for line in lines).encode()
        return Reply(body, content_type="application/x-ndjson")

    def tools_in(self, body: Event) -> list[str]:
        return [tool["function"]["name"] for tool in body.get("tools", [])]  # type: ignore[union-attr,index]

    def result_in(self, body: Event) -> str:
        *_, called, last = body["messages"]  # type: ignore[misc]
        assert called["tool_calls"]
        assert last["role"] == "tool"
        return str(last["content"])


WIRES = (OpenAIChat(), OpenAIResponses(), Anthropic(), Gemini())


def _pieces(text: str) -> list[str]:
    return [text[place : place + 7] for place in range(0, len(text), 7)]
