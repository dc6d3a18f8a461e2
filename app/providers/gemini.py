"""Gemini's streamGenerateContent as it streams.

Source: https://ai.google.dev/api/generate-content, read 2026-11-21.
"""

from __future__ import annotations

import re

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
from app.providers.json_text import Json, as_list, as_name, as_object, as_text, json_text
from app.providers.pictures import picture
from app.providers.stream_decoder import DecoderOptions, StreamDecoder
from app.providers.usage_gemini import gemini_usage

_REFUSALS = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "LANGUAGE",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
    }
)


class GeminiDecoder(StreamDecoder):
    """Candidates with parts; there is no end mark: the connection ends after a finish reason."""

    def __init__(self, options: DecoderOptions) -> None:
        super().__init__(options)
        self._reason: str | None = None
        self._reason_words = ""
        self._blocked: str | None = None
        self._usage: Json | None = None
        self._calls = 0
        self._ids = 0
        self._searches = 0
        self._open_call = ""
        self._cited: set[str] = set()

    def _take(self, name: str, message: Json, payload: bytes) -> None:
        if self.model is None:
            self.model = as_name(message.get("modelVersion")) or None
            self.request_id = as_name(message.get("responseId")) or None
        candidates = message.get("candidates")
        if type(candidates) is list and candidates:
            self._candidate(as_object(candidates[0]))
        usage = message.get("usageMetadata")
        if type(usage) is dict:
            first = self._usage is None
            self._usage = usage
            if first:
                # What was read is known now; what was written only at the end.
                self.emit_usage(gemini_usage(usage, final=False))
        if "promptFeedback" in message:
            feedback = as_object(message["promptFeedback"])
            self._blocked = as_text(feedback.get("blockReason")) or self._blocked
        if error := message.get("error"):
            self._emit_usage()
            self.fail(error)

    def _candidate(self, candidate: Json) -> None:
        if candidate.get("index", 0) != 0:
            return
        for part in as_list(as_object(candidate.get("content")).get("parts")):
            if type(part) is dict:
                self._part(part)
        if "groundingMetadata" in candidate:
            self._grounding(as_object(candidate["groundingMetadata"]))
        if "citationMetadata" in candidate:
            sources = as_object(candidate["citationMetadata"])
            for name in ("citationSources", "citations"):
                for source in map(as_object, as_list(sources.get(name))):
                    self._cite(as_text(source.get("uri")), as_text(source.get("title")))
        if reason := as_text(candidate.get("finishReason")):
            self._reason = reason
            self._reason_words = as_text(candidate.get("finishMessage"))

    def _part(self, part: Json) -> None:
        text, signature = part.get("text"), as_text(part.get("thoughtSignature")) or None
        if part.get("thought"):
            if text or signature:
                self.emit(ThinkingArrived(as_text(text), signature))
            return
        if signature:
            # It belongs to the part that follows it here and goes back in the same place.
            self.emit(ThinkingArrived("", signature))
        if type(text) is str:
            if text:
                self._events.append(TextArrived(text))
        elif call := as_object(part.get("functionCall")):
            self._calls += 1
            arguments = json_text(call.get("args") or {})
            self.emit(ToolCallArrived(self._id(call), as_text(call.get("name")), arguments))
        elif data := as_object(part.get("inlineData")):
            image = picture(as_text(data.get("mimeType")), as_text(data.get("data")))
            if image is not None and image.media_type.startswith("image/"):
                self.emit(image)
        else:
            self._server_tool(part)

    def _server_tool(self, part: Json) -> None:
        if code := as_object(part.get("executableCode")):
            arguments = {"language": code.get("language"), "code": code.get("code")}
            self._server_call(code, "code_execution", arguments)
        elif result := as_object(part.get("codeExecutionResult")):
            output = as_text(result.get("output")) or as_text(result.get("outcome"))
            self.emit(ToolResultArrived(as_text(result.get("id")) or self._open_call, output))
        elif call := as_object(part.get("toolCall")):
            name = as_text(call.get("toolType")).lower()
            self._server_call(call, name, call.get("args") or {})
        elif answer := as_object(part.get("toolResponse")):
            text = _response_text(as_object(answer.get("response")))
            self.emit(ToolResultArrived(as_text(answer.get("id")) or self._open_call, text))

    def _server_call(self, fields: Json, name: str, arguments: object) -> None:
        self._open_call = self._id(fields)
        self.emit(ToolCallArrived(self._open_call, name, json_text(arguments), server_side=True))

    def _id(self, fields: Json) -> str:
        self._ids += 1
        return as_text(fields.get("id")) or f"call_{self._ids}"

    def _grounding(self, grounding: Json) -> None:
        for chunk in map(as_object, as_list(grounding.get("groundingChunks"))):
            web = as_object(chunk.get("web")) or as_object(chunk.get("retrievedContext"))
            self._cite(as_text(web.get("uri")), as_text(web.get("title")))
        queries = [query for query in as_list(grounding.get("webSearchQueries")) if query]
        if queries:
            # Up to Gemini 2.5 a grounded prompt is one search; from 3 on each query is billed.
            self._searches = len(queries) if _generation(self.model) >= 3 else 1

    def _cite(self, url: str, title: str) -> None:
        if url and url not in self._cited and len(self._cited) < 1000:
            self._cited.add(url)
            self.emit(CitationArrived(url, title))

    def _emit_usage(self) -> None:
        if self._usage is not None:
            usage, self._usage = self._usage, None
            self.emit_usage(
                gemini_usage(
                    usage, output_tokens_max=self.output_tokens_max, searches=self._searches
                )
            )

    def _at_close(self) -> None:
        if self._reason is None and self._blocked is None:
            self.cut_off()
            return
        self._emit_usage()
        reason = self._reason or ""
        if self._blocked is not None or reason in _REFUSALS:
            self.finish(Outcome.REFUSED, self._refusal(self._blocked or reason))
        elif reason in ("STOP", "FINISH_REASON_UNSPECIFIED"):
            self.finish(Outcome.TOOL_CALLS if self._calls else Outcome.COMPLETE)
        elif reason == "MAX_TOKENS":
            self.finish(Outcome.LENGTH)
        else:
            words = f"finishReason: {reason}. {self._reason_words}".strip()
            self.fail({"message": words, "code": "server_error"})

    def _refusal(self, reason: str) -> Fault:
        words = f"{reason}. {self._reason_words}".strip()
        return fault_of({"message": words, "code": "content_filter"}, host=self.host)


def _generation(model: str | None) -> int:
    found = re.search(r"gemini-(\d+)", model or "")
    return int(found[1]) if found else 0


def _response_text(response: Json) -> str:
    """A tool's answer as text; Google's ready-made HTML for search chips is left out."""
    shown = {key: value for key, value in response.items() if key != "search_suggestions"}
    return json_text(shown) if shown else ""
