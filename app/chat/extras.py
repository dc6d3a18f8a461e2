"""What an answer holds beside its text, as one JSON text in its row.

Tool calls, citations, and what a provider wants back unchanged (signatures). Images that a
model made are kept as attachments of its answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from app.seam.views import CitationView, ToolCallView

# What came in one call, in order: ("text", letters), ("thinking", its text, its signature or
# None), ("call", its id). The letters lie one behind the other in the message's text.
RoundItem = tuple[str, int] | tuple[str, str] | tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class Round:
    """One call of a message that ended in tools of ours: sent back with their results.

    `start` is where its first letter stands in the message's text; `host` is who wrote it.
    """

    start: int
    items: tuple[RoundItem, ...]
    host: str = ""


@dataclass(slots=True)
class Extras:
    """`host` names who gave the signature: nobody else may be sent it."""

    tool_calls: list[ToolCallView] = field(default_factory=list)
    citations: list[CitationView] = field(default_factory=list)
    thinking_signature: str | None = None
    host: str = ""
    kept: bool = False  # the user took a half answer as it is
    rounds: list[Round] = field(default_factory=list)

    def answer_call(self, call_id: str, text: str, *, failed: bool) -> ToolCallView | None:
        """Keep what a tool came back with; the call with it, None where there is none."""
        for place, call in enumerate(self.tool_calls):
            if call.id == call_id:
                self.tool_calls[place] = replace(call, result=text, failed=failed)
                return self.tool_calls[place]
        return None

    def open_calls(self) -> list[ToolCallView]:
        """The calls of our own tools that have no result yet, in order."""
        ours = {item[1] for each in self.rounds for item in each.items if item[0] == "call"}
        return [call for call in self.tool_calls if call.result is None and call.id in ours]

    def to_json(self) -> str | None:
        """None where there is nothing to keep."""
        fields: dict[str, object] = {}
        if self.tool_calls:
            fields["tool_calls"] = [
                [call.id, call.name, call.arguments, call.result, call.failed]
                for call in self.tool_calls
            ]
        if self.citations:
            fields["citations"] = [[citation.url, citation.title] for citation in self.citations]
        if self.thinking_signature is not None:
            fields["thinking_signature"] = self.thinking_signature
            fields["host"] = self.host
        if self.kept:
            fields["kept"] = True
        if self.rounds:
            fields["rounds"] = [[each.start, each.host, each.items] for each in self.rounds]
        return json.dumps(fields, ensure_ascii=False) if fields else None


def read_extras(text: str | None) -> Extras:
    """The extras of a row; raises nothing on a row of ours."""
    if text is None:
        return Extras()
    fields = json.loads(text)
    return Extras(
        tool_calls=[ToolCallView(*call) for call in fields.get("tool_calls", ())],
        citations=[CitationView(*citation) for citation in fields.get("citations", ())],
        thinking_signature=fields.get("thinking_signature"),
        host=fields.get("host", ""),
        kept=fields.get("kept", False),
        rounds=[
            Round(start, tuple(map(tuple, items)), host)
            for start, host, items in fields.get("rounds", ())
        ],
    )
