"""A pane's conversation as Markdown, for the clipboard."""

from __future__ import annotations

from collections.abc import Sequence

from app.seam.views import MessageView
from app.ui.words import tr


def chat_as_markdown(title: str, messages: Sequence[MessageView]) -> str:
    """A heading per message: who wrote it, then its text as it was written."""
    parts = [f"# {title}"] if title else []
    for message in messages:
        who = tr("You") if message.role == "user" else message.model_name or tr("Answer")
        parts.append(f"## {who}\n\n{message.text.strip()}")
    return "\n\n".join(parts) + "\n"
