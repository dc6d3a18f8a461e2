"""What an answer holds beside its text, as one JSON text in its row.

Tool calls, citations, and what a provider wants back unchanged (signatures). Images that a
model made are kept as attachments of its answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from app.seam.views import CitationView, ToolCallView


@dataclass(slots=True)
class Extras:
    """`host` names who gave the signature: nobody else may be sent it."""

    tool_calls: list[ToolCallView] = field(default_factory=list)
    citations: list[CitationView] = field(default_factory=list)
    thinking_signature: str | None = None
    host: str = ""
    kept: bool = False  # the user took a half answer as it is

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
    )
