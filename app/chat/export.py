"""A chat as a file that other programs read: Markdown for people, JSON with everything."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from app.errors import StoreError, TuppenceError
from app.money import format_usd, usd_text
from app.seam.views import Certainty, CostLine
from app.store.records import ChatRecord, MessageRecord


def chat_markdown(chat: ChatRecord, path: Sequence[tuple[MessageRecord, CostLine | None]]) -> str:
    """The branch that is shown, as Markdown with the cost of each answer."""
    blocks = [f"# {chat.title}", f"{chat.created_at:%Y-%m-%d %H:%M} UTC"]
    for message, cost in path:
        who = "You" if message.role == "user" else message.model_name or "Model"
        blocks.append(f"## {who}")
        if message.text:
            blocks.append(message.text.rstrip())
        if cost is not None:
            blocks.append(f"*{cost_words(cost)}*")
    return "\n\n".join(blocks) + "\n"


def cost_words(cost: CostLine) -> str:
    """One line: `$0.0056 · 318 in · 96 out · your Anthropic key`."""
    about = "" if cost.certainty is Certainty.EXACT else "about "
    match cost.total_pusd:
        case None:
            total = "price unknown"
        case 0:
            total = "free"
        case amount:
            total = about + format_usd(amount)
    figures = f"{cost.input_tokens:,} in · {cost.output_tokens:,} out"
    thinking = f" · {cost.thinking_tokens:,} thinking" if cost.thinking_tokens else ""
    return f"{total} · {figures}{thinking} · {cost.payer}"


def chat_json(chat: ChatRecord, messages: Sequence[MessageRecord]) -> str:
    """All branches with their receipts; amounts in dollars as text, exact."""
    return json.dumps(
        {
            "format": "tuppence-chat",
            "version": 1,
            "id": chat.id,
            "title": chat.title,
            "created_at": chat.created_at.isoformat(),
            "total_usd": usd_text(chat.total_pusd),
            "messages": [_message_fields(message) for message in messages],
        },
        ensure_ascii=False,
        indent=1,
    )


def write_file(path: Path, text: str) -> None:
    """Write whole or not at all; raises StoreError in the user's words."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreError(
            f"“{path.name}” cannot be written there.",
            f"The system says: {error.strerror or error}.",
        ) from error


def export_text(
    chat: ChatRecord,
    form: str,
    shown: Sequence[tuple[MessageRecord, CostLine | None]],
    everything: Sequence[MessageRecord],
) -> str:
    """The chat in the form that was asked for: `markdown` or `json`."""
    match form:
        case "markdown":
            return chat_markdown(chat, shown)
        case "json":
            return chat_json(chat, everything)
        case _:
            raise TuppenceError(f"“{form}” is not a form to export to.", "Take markdown or json.")


def _message_fields(message: MessageRecord) -> dict[str, object]:
    return {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role,
        "text": message.text,
        "thinking": message.thinking or None,
        "state": message.state.value,
        "created_at": message.created_at.isoformat(),
        "model": message.model_name or None,
        "attachments": list(message.attachment_ids),
        "receipt": json.loads(message.receipt_json) if message.receipt_json else None,
    }
