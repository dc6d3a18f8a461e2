"""Our events as OpenAI's responses: typed events in their order, or one whole object.

The receipt stands in the field `tuppence` of the response that ended.
Source: https://platform.openai.com/docs/api-reference/responses-streaming, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.metering.usage import Usage
from app.providers.events import (
    CitationArrived,
    Finished,
    Outcome,
    StreamEvent,
    TextArrived,
    ThinkingArrived,
    ToolCallArrived,
    UsageArrived,
)
from app.request import ToolChoice, ToolMode
from app.server.wire.call import ChatCall
from app.server.wire.chat_answer import RECEIPT, frame
from app.server.wire.faults import error_of
from app.server.wire.seals import OUR_THINKING
from app.server.wire.usage_json import Json, responses_usage

_STATUS = {
    Outcome.LENGTH: "incomplete",
    Outcome.REFUSED: "incomplete",
    Outcome.BROKEN: "failed",
}


class ResponseEvents:
    """One answer. For one that is given whole, the frames are simply not sent."""

    def __init__(self, call_id: str, call: ChatCall, created: int) -> None:
        self._id = call_id
        self._call = call
        self._created = created
        self._number = -1
        self._output: list[Json] = []
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._annotations: list[object] = []
        self._open = ""  # the kind of the item that grows: message, reasoning or none
        self.usage: Usage | None = None
        self.finished: Finished | None = None

    def begin(self) -> bytes:
        """The first two events."""
        response = self._response("in_progress", None)
        return self._event("response.created", response=response) + self._event(
            "response.in_progress", response=response
        )

    def event(self, event: StreamEvent) -> bytes:
        """The frames of an event, empty where it has none. Usage and end wait for `end`."""
        match event:
            case TextArrived(text):
                begun = self._message()
                self._text.append(text)
                return begun + self._piece("response.output_text.delta", delta=text, logprobs=[])
            case CitationArrived(url, title):
                return self._message() + self._cite(url, title)
            case ThinkingArrived(text, signature):
                return self._think(text, signature)
            case ToolCallArrived() if not event.server_side:
                return self._close() + self._tool(event)
            case UsageArrived(usage):
                self.usage = usage
            case Finished():
                self.finished = event
            case _:
                return b""
        return b""

    def end(self, usage: Usage | None, receipt: Mapping[str, object] | None) -> bytes:
        """The last frames. `usage` is what is charged, which may be our own count."""
        closed = self._close()
        response = self.whole(usage, receipt)
        return closed + self._event(f"response.{response['status']}", response=response)

    def whole(self, usage: Usage | None, receipt: Mapping[str, object] | None) -> Json:
        """The response that ended."""
        self._close()
        finished = self.finished or Finished(Outcome.BROKEN)
        response = self._response(_STATUS.get(finished.outcome, "completed"), usage)
        if finished.outcome is Outcome.BROKEN:
            error = error_of(finished.fault)
            response["error"] = {"code": "server_error", "message": error["message"]}
        elif response["status"] == "incomplete":
            cut = finished.outcome is Outcome.LENGTH
            reason = "max_output_tokens" if cut else "content_filter"
            response["incomplete_details"] = {"reason": reason}
        return response if receipt is None else {**response, RECEIPT: dict(receipt)}

    # Items.

    def _message(self) -> bytes:
        if self._open == "message":
            return b""
        closed = self._close()
        self._open = "message"
        item = {**self._item("msg"), "status": "in_progress", "role": "assistant", "content": []}
        part = {"type": "output_text", "text": "", "annotations": []}
        return (
            closed
            + self._item_event("added", item)
            + self._piece("response.content_part.added", part=part)
        )

    def _cite(self, url: str, title: str) -> bytes:
        cited = {"type": "url_citation", "url": url, "title": title}
        cited |= {"start_index": 0, "end_index": 0}  # type: ignore[dict-item]
        place = len(self._annotations)
        self._annotations.append(cited)
        kind = "response.output_text.annotation.added"
        return self._piece(kind, annotation=cited, annotation_index=place)

    def _think(self, text: str, signature: str | None) -> bytes:
        frames = b""
        if self._open != "reasoning":
            frames = self._close()
            self._open = "reasoning"
            frames += self._item_event("added", {**self._item(OUR_THINKING), "summary": []})
            part = {"type": "summary_text", "text": ""}
            frames += self._thought("response.reasoning_summary_part.added", part=part)
        if text:
            self._thinking.append(text)
            frames += self._thought("response.reasoning_summary_text.delta", delta=text)
        if signature:
            frames += self._close(signature)
        return frames

    def _tool(self, call: ToolCallArrived) -> bytes:
        item = self._item("fc")
        fields = {"call_id": call.id, "name": call.name}
        begun: Json = {**item, **fields, "arguments": "", "status": "in_progress"}
        done: Json = {**item, **fields, "arguments": call.arguments, "status": "completed"}
        where = {"item_id": item["id"], "output_index": len(self._output)}
        kind = "response.function_call_arguments"
        frames = self._item_event("added", begun)
        frames += self._event(f"{kind}.delta", **where, delta=call.arguments)
        frames += self._event(f"{kind}.done", **where, arguments=call.arguments, name=call.name)
        return frames + self._done(done)

    def _close(self, signature: str = "") -> bytes:
        """End the item that grows."""
        kind, self._open = self._open, ""
        if kind == "message":
            text, self._text = "".join(self._text), []
            cited, self._annotations = self._annotations, []
            part = {"type": "output_text", "text": text, "annotations": cited}
            done: Json = {**self._item("msg"), "status": "completed", "role": "assistant"}
            return (
                self._piece("response.output_text.done", text=text, logprobs=[])
                + self._piece("response.content_part.done", part=part)
                + self._done({**done, "content": [part]})
            )
        if kind == "reasoning":
            text, self._thinking = "".join(self._thinking), []
            summary = [{"type": "summary_text", "text": text}] if text else []
            frames = b""
            if text:
                frames = self._thought("response.reasoning_summary_text.done", text=text)
            item: Json = {**self._item(OUR_THINKING), "summary": summary}
            if signature:
                item["encrypted_content"] = signature
            return frames + self._done(item)
        return b""

    def _done(self, item: Json) -> bytes:
        sent = self._item_event("done", item)
        self._output.append(item)
        return sent

    def _item(self, prefix: str) -> Json:
        kinds = {"msg": "message", OUR_THINKING: "reasoning", "fc": "function_call"}
        bare = self._id.partition("_")[2] or self._id
        return {"id": f"{prefix}_{bare}_{len(self._output)}", "type": kinds[prefix]}

    # Events.

    def _item_event(self, kind: str, item: Json) -> bytes:
        place = len(self._output)
        return self._event(f"response.output_item.{kind}", output_index=place, item=item)

    def _piece(self, kind: str, **fields: object) -> bytes:
        item_id, place = self._item("msg")["id"], len(self._output)
        return self._event(kind, item_id=item_id, output_index=place, content_index=0, **fields)

    def _thought(self, kind: str, **fields: object) -> bytes:
        item_id, place = self._item(OUR_THINKING)["id"], len(self._output)
        return self._event(kind, item_id=item_id, output_index=place, summary_index=0, **fields)

    def _event(self, kind: str, **fields: object) -> bytes:
        self._number += 1
        return frame({"type": kind, "sequence_number": self._number, **fields}, kind)

    def _response(self, status: str, usage: Usage | None) -> Json:
        request = self._call.request
        return {
            "id": self._id,
            "object": "response",
            "created_at": self._created,
            "status": status,
            "model": request.model,
            "output": list(self._output),
            "error": None,
            "incomplete_details": None,
            "instructions": self._call.instructions,
            "max_output_tokens": request.output_tokens_max if self._call.capped else None,
            "metadata": {},
            "parallel_tool_calls": request.parallel_tool_calls is not False,
            "previous_response_id": None,
            "store": False,
            "temperature": request.temperature,
            "top_p": request.top_p,
            "tool_choice": _choice(request.tool_choice),
            "tools": [],
            "usage": None if usage is None else responses_usage(usage),
        }


def _choice(choice: ToolChoice | None) -> object:
    if choice is None:
        return "auto"
    if choice.mode is ToolMode.ONE:
        return {"type": "function", "name": choice.name}
    return choice.mode.value
