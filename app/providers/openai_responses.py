"""OpenAI's Responses as it streams, and the hosts that speak the same (DeepSeek, OpenRouter, xAI).

Source: https://platform.openai.com/docs/api-reference/responses-streaming, read 2026-11-21.
"""

from __future__ import annotations

from collections import Counter as Tally

from app.providers.events import (
    CitationArrived,
    Outcome,
    TextArrived,
    ThinkingArrived,
    ToolCallArrived,
    ToolResultArrived,
)
from app.providers.faults import fault_of
from app.providers.json_text import Json, as_list, as_name, as_object, as_text, as_tier, json_text
from app.providers.pictures import picture
from app.providers.stream_decoder import DecoderOptions, StreamDecoder
from app.providers.usage_openai import openai_usage

# Tools that the provider runs, by the type of their item, with the name that a receipt counts.
_SERVER_TOOLS = {
    "web_search_call": "web_search",
    "file_search_call": "file_search",
    "code_interpreter_call": "code_interpreter",
    "image_generation_call": "image_generation",
    "mcp_call": "mcp",
    "tool_search_call": "tool_search",
}
# Billed by the piece; the others cost nothing beside their tokens.
_BILLED_TOOLS = frozenset({"web_search", "file_search", "code_interpreter", "image_generation"})
_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})


class OpenAIResponsesDecoder(StreamDecoder):
    """Typed events; the last one carries the whole response, of which only the end is taken."""

    def __init__(self, options: DecoderOptions) -> None:
        super().__init__(options)
        self._tools: Tally[str] = Tally()
        self._called = False
        self._refused = False

    def _take(self, name: str, message: Json, payload: bytes) -> None:
        kind = message.get("type")
        if kind == "response.output_text.delta":
            text = message.get("delta")
            if type(text) is str and text:
                self._events.append(TextArrived(text))
        elif kind in ("response.reasoning_summary_text.delta", "response.reasoning_text.delta"):
            if text := as_text(message.get("delta")):
                self.emit(ThinkingArrived(text))
        elif kind == "response.refusal.delta":
            self._refused = True
            self.emit(TextArrived(as_text(message.get("delta"))))
        elif kind == "response.output_item.done":
            self._item(as_object(message.get("item")))
        elif kind == "response.output_text.annotation.added":
            self._cite(as_object(message.get("annotation")))
        elif kind in ("response.created", "response.in_progress", "response.queued"):
            self._name_model(as_object(message.get("response")))
        elif kind in _ENDS:
            self._end(as_object(message.get("response")), payload)
        else:
            self._take_rare(name, message, payload)

    def _take_rare(self, name: str, message: Json, payload: bytes) -> None:
        kind = message.get("type")
        if kind == "error" or name == "error" or (kind is None and message.get("error")):
            self.fail(message.get("error") or message)
        elif message.get("object") == "response":
            self._body(message, payload)

    def _item(self, item: Json) -> None:
        kind = as_text(item.get("type"))
        if kind in ("function_call", "custom_tool_call"):
            self._called = True
            arguments = item.get("arguments") if kind == "function_call" else item.get("input")
            self.emit(
                ToolCallArrived(
                    as_text(item.get("call_id")) or as_text(item.get("id")),
                    as_text(item.get("name")),
                    json_text(arguments if arguments not in (None, "") else "{}"),
                )
            )
        elif kind in _SERVER_TOOLS:
            self._server_tool(_SERVER_TOOLS[kind], item)
        elif kind == "tool_search_output":
            names = [as_text(as_object(tool).get("name")) for tool in as_list(item.get("tools"))]
            self.emit(ToolResultArrived(as_text(item.get("id")), ", ".join(filter(None, names))))
        elif kind == "reasoning" and (sealed := as_text(item.get("encrypted_content"))):
            # Sent back as it is, with the item's id, or the model thinks anew.
            self.emit(ThinkingArrived("", f"{as_text(item.get('id'))}:{sealed}"))

    def _server_tool(self, tool: str, item: Json) -> None:
        action = as_object(item.get("action"))
        # Opening a page that was found costs nothing; the search before it does.
        if tool in _BILLED_TOOLS and action.get("type", "search") == "search":
            self._tools[tool] += 1
        call_id = as_text(item.get("id"))
        name = as_text(item.get("name")) or tool
        self.emit(ToolCallArrived(call_id, name, _arguments(item, action), server_side=True))
        if result := _result(item):
            self.emit(ToolResultArrived(call_id, result))
        if tool == "image_generation":
            media_type = f"image/{as_text(item.get('output_format')) or 'png'}"
            made = picture(media_type, as_text(item.get("result")))
            if made is not None:
                self.emit(made)

    def _cite(self, annotation: Json) -> None:
        if url := as_text(annotation.get("url")):
            self.emit(CitationArrived(url, as_text(annotation.get("title"))))

    def _body(self, response: Json, payload: bytes) -> None:
        """An answer that was not streamed: every item at once, then the end."""
        for item in map(as_object, as_list(response.get("output"))):
            kind = item.get("type")
            if kind == "message":
                self._message_item(item)
            elif kind == "reasoning":
                for part in (*as_list(item.get("summary")), *as_list(item.get("content"))):
                    if text := as_text(as_object(part).get("text")):
                        self.emit(ThinkingArrived(text))
                self._item(item)
            else:
                self._item(item)
        self._end(response, payload, whole=True)

    def _message_item(self, item: Json) -> None:
        for part in map(as_object, as_list(item.get("content"))):
            if text := as_text(part.get("text")):
                self.emit(TextArrived(text))
            if refusal := as_text(part.get("refusal")):
                self._refused = True
                self.emit(TextArrived(refusal))
            for annotation in as_list(part.get("annotations")):
                self._cite(as_object(annotation))

    def _end(self, response: Json, payload: bytes, *, whole: bool = False) -> None:
        # The response that ended names the snapshot that answered and the tier it was served at.
        self.model = as_name(response.get("model")) or self.model
        self.request_id = as_name(response.get("id")) or self.request_id
        exact = self.exact(response if whole else {"response": response}, payload)
        ended = exact if whole else as_object(exact.get("response"))
        if raw := as_object(ended.get("usage")):
            self.emit_usage(
                openai_usage(
                    raw,
                    service_tier=as_tier(response.get("service_tier")) or None,
                    output_tokens_max=self.output_tokens_max,
                    tool_units=self._tools,
                )
            )
        if error := response.get("error"):
            self.fail(error)
            return
        match response.get("status"):
            case "completed":
                self._complete()
            case "incomplete":
                self._incomplete(
                    as_text(as_object(response.get("incomplete_details")).get("reason"))
                )
            case status:
                self.fail({"message": f"status: {status}", "code": "server_error"})

    def _complete(self) -> None:
        if self._called:
            self.finish(Outcome.TOOL_CALLS)
        else:
            self.finish(Outcome.REFUSED if self._refused else Outcome.COMPLETE)

    def _incomplete(self, reason: str) -> None:
        if reason == "content_filter":
            fault = fault_of({"message": f"incomplete: {reason}", "code": reason}, host=self.host)
            self.finish(Outcome.REFUSED, fault)
        else:
            self.finish(Outcome.LENGTH)

    def _at_close(self) -> None:
        self.cut_off()


def _arguments(item: Json, action: Json) -> str:
    for name in ("arguments", "code", "queries"):
        if value := item.get(name):
            return json_text({name: value}) if name != "arguments" else json_text(value)
    return json_text(action)


def _result(item: Json) -> str:
    if text := as_text(item.get("output")):
        return text
    if error := item.get("error"):
        return as_text(error) or as_text(as_object(error).get("message")) or json_text(error)
    rows = [
        as_object(row) for row in (*as_list(item.get("outputs")), *as_list(item.get("results")))
    ]
    texts = [as_text(row.get("logs")) or as_text(row.get("text")) for row in rows]
    return "\n".join(filter(None, texts))
