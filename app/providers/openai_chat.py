"""OpenAI's Chat Completions as it streams, from OpenAI and from every host that speaks the same.

Sources, read 2026-11-21: https://platform.openai.com/docs/api-reference/chat-streaming,
https://openrouter.ai/docs/api-reference/streaming, https://api-docs.deepseek.com/api/create-chat-completion,
https://docs.mistral.ai/capabilities/reasoning, https://console.groq.com/docs/text-chat.
"""

from __future__ import annotations

from app.providers.events import (
    CitationArrived,
    Fault,
    Outcome,
    TextArrived,
    ThinkingArrived,
    ToolCallArrived,
    ToolResultArrived,
)
from app.providers.faults import fault_of
from app.providers.json_text import EMPTY, Json, as_list, as_object, as_text, as_tier, json_text
from app.providers.pictures import picture_of_url
from app.providers.stream_decoder import DecoderOptions, StreamDecoder
from app.providers.tool_calls import PartialCalls
from app.providers.usage_openai import openai_usage

# An enum's members are slow to look up, for what every answer asks for.
_COMPLETE, _REFUSED, _BROKEN = Outcome.COMPLETE, Outcome.REFUSED, Outcome.BROKEN
_OUTCOMES = {
    "length": Outcome.LENGTH,
    "max_tokens": Outcome.LENGTH,
    "model_length": Outcome.LENGTH,
    "model_context_window_exceeded": Outcome.LENGTH,
    "tool_calls": Outcome.TOOL_CALLS,
    "function_call": Outcome.TOOL_CALLS,
    "tool_use": Outcome.TOOL_CALLS,
    "content_filter": Outcome.REFUSED,
    "sensitive": Outcome.REFUSED,
    "safety": Outcome.REFUSED,
    "refusal": Outcome.REFUSED,
    "error": Outcome.BROKEN,
    "network_error": Outcome.BROKEN,
    "insufficient_system_resource": Outcome.BROKEN,
}


class OpenAIChatDecoder(StreamDecoder):
    """`choices[0].delta` into events; the end is `[DONE]`, or the connection's after a reason."""

    def __init__(self, options: DecoderOptions) -> None:
        super().__init__(options)
        self._reason: str | None = None
        self._tier: str | None = None
        self._calls = PartialCalls()
        self._refused = False
        self._cited: set[str] = set()

    def _take(self, name: str, message: Json, payload: bytes) -> None:
        if self.model is None or self.request_id is None:
            self._name_model(message)
        choices = message.get("choices")
        if type(choices) is list and choices:
            choice = choices[0]
            if type(choice) is dict:
                # The one way that nearly all of an answer takes: a piece of text, nothing else.
                delta = choice.get("delta")
                if type(delta) is dict and len(delta) == 1 and type(delta.get("content")) is str:
                    if text := delta["content"]:
                        self._events.append(TextArrived(text))
                elif choice.get("index", 0) == 0:
                    self._choice(choice)
                if reason := choice.get("finish_reason"):
                    self._reason = as_text(reason) or self._reason
        if "service_tier" in message:
            self._tier = as_tier(message["service_tier"]) or self._tier
        if message.get("usage") or "x_groq" in message:
            self._take_usage(message, payload)
        if "citations" in message:
            self._cite(message["citations"])
        if error := message.get("error"):
            self.fail(error)

    def _choice(self, choice: Json) -> None:
        delta = as_object(choice.get("delta")) or as_object(choice.get("message"))
        if delta:
            self._delta(delta)
        if error := choice.get("error"):
            self.fail(error)

    def _delta(self, delta: Json) -> None:
        self._think(delta)
        content = delta.get("content")
        if type(content) is str:
            if content:
                self.emit(TextArrived(content))
        elif content:
            self._parts(content)
        if refusal := as_text(delta.get("refusal")):
            self._refused = True
            self.emit(TextArrived(refusal))
        for position, piece in enumerate(as_list(delta.get("tool_calls"))):
            self._calls.take(as_object(piece), position)
        if old := as_object(delta.get("function_call")):
            self._calls.take({"function": old}, 0)
        for image in map(as_object, as_list(delta.get("images"))):
            picture = picture_of_url(as_text(as_object(image.get("image_url")).get("url")))
            if picture is not None:
                self.emit(picture)
        if transcript := as_text(as_object(delta.get("audio")).get("transcript")):
            self.emit(TextArrived(transcript))
        self._cite(delta.get("annotations"))
        self._executed(delta.get("executed_tools"))

    def _think(self, delta: Json) -> None:
        thinking = as_text(delta.get("reasoning_content")) or as_text(delta.get("reasoning"))
        details = [as_object(item) for item in as_list(delta.get("reasoning_details"))]
        if not thinking:
            thinking = "".join(
                as_text(item.get("text")) or as_text(item.get("summary")) for item in details
            )
        signature = next((s for item in details if (s := _signature(item))), None)
        if thinking or signature:
            self.emit(ThinkingArrived(thinking, signature))

    def _parts(self, content: object) -> None:
        """Mistral's list of parts: thinking with texts inside, text, references."""
        for part in map(as_object, as_list(content)):
            if part.get("type") == "thinking":
                inner = part.get("thinking")
                texts = [inner] if isinstance(inner, str) else as_list(inner)
                thinking = "".join(
                    item if isinstance(item, str) else as_text(as_object(item).get("text"))
                    for item in texts
                )
                signature = as_text(part.get("signature")) or None
                if thinking or signature:
                    self.emit(ThinkingArrived(thinking, signature))
            elif text := as_text(part.get("text")):
                self.emit(TextArrived(text))
            elif picture := picture_of_url(as_text(as_object(part.get("image_url")).get("url"))):
                self.emit(picture)

    def _cite(self, citations: object) -> None:
        for item in as_list(citations):
            fields = as_object(as_object(item).get("url_citation")) or as_object(item)
            url = item if isinstance(item, str) else as_text(fields.get("url"))
            # Hosts repeat the list with every piece; sites are few, so this stays small.
            if url and url not in self._cited and len(self._cited) < 1000:
                self._cited.add(url)
                self.emit(CitationArrived(url, as_text(fields.get("title"))))

    def _executed(self, tools: object) -> None:
        """Groq's compound models run tools themselves and tell of each when it is over."""
        for place, tool in enumerate(map(as_object, as_list(tools))):
            index = tool.get("index")
            call_id = f"tool_{index if isinstance(index, int) else place}"
            kind = as_text(tool.get("name")) or as_text(tool.get("type"))
            arguments = json_text(tool.get("arguments") or "{}")
            if kind and "arguments" in tool:
                self.emit(ToolCallArrived(call_id, kind, arguments, server_side=True))
            if output := tool.get("output"):
                self.emit(ToolResultArrived(call_id, json_text(output)))

    def _take_usage(self, message: Json, payload: bytes) -> None:
        exact = self.exact(message, payload)
        groq = as_object(exact.get("x_groq")) if "x_groq" in exact else EMPTY
        if raw := as_object(exact.get("usage")) or as_object(groq.get("usage")):
            self.emit_usage(
                openai_usage(raw, service_tier=self._tier, output_tokens_max=self.output_tokens_max)
            )
        if error := groq.get("error"):
            self.fail(error)

    def _done(self) -> None:
        self._end(self._reason or "stop")

    def _at_close(self) -> None:
        if self._reason is None:
            self.cut_off()
        else:
            self._end(self._reason)

    def _end(self, reason: str) -> None:
        outcome = self.outcome_of(reason)
        if outcome is _COMPLETE and self._calls:
            outcome = Outcome.TOOL_CALLS
        elif outcome is _COMPLETE and self._refused:
            outcome = _REFUSED
        if outcome is _BROKEN:
            self.fail({"message": f"finish_reason: {reason}", "code": "server_error"})
            return
        self.finish(outcome, self._refusal(reason) if outcome is _REFUSED else None)

    @staticmethod
    def outcome_of(reason: str) -> Outcome:
        """What a host's `finish_reason` means; COMPLETE for words that nobody knows."""
        return _OUTCOMES.get(reason.lower(), _COMPLETE)

    def _refusal(self, reason: str) -> Fault | None:
        # A model that declines in words needs no fault beside them; a filter does.
        if self._refused:
            return None
        return fault_of(
            {"message": f"finish_reason: {reason}", "code": "content_filter"}, host=self.host
        )

    def _before_end(self, outcome: Outcome) -> None:
        # A call whose end never came may lack half of its arguments: it is not passed on.
        if self._calls and outcome is not _BROKEN:
            for call in self._calls.whole():
                self.emit(call)


def _signature(detail: Json) -> str | None:
    return as_text(detail.get("signature")) or as_text(detail.get("data")) or None
