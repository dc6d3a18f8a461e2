"""A chat as a file that other programs read: Markdown for people, JSON with everything."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import assert_never

from app.chat.extras import Extras, read_extras
from app.chat.faults import read_fault
from app.chat.receipts import cost_line
from app.errors import StoreError, TuppenceError
from app.money import format_usd, usd_text
from app.seam.views import Certainty, CitationView, CostLine, ToolCallView
from app.store.attachments import Attachments
from app.store.records import AttachmentRecord, ChatRecord, MessageRecord, State


def export_text(
    chat: ChatRecord,
    form: str,
    shown: Sequence[MessageRecord],
    everything: Sequence[MessageRecord],
    attachments: Attachments,
) -> str:
    """The chat in the form that was asked for: `markdown` (what is shown) or `json` (all of it)."""
    match form:
        case "markdown":
            return chat_markdown(chat, shown, attachments)
        case "json":
            return chat_json(chat, everything, attachments)
        case _:
            raise TuppenceError(f"“{form}” is not a form to export to.", "Take markdown or json.")


def chat_markdown(chat: ChatRecord, path: Sequence[MessageRecord], attachments: Attachments) -> str:
    """The branch that is shown, as Markdown with the cost of each answer."""
    blocks = [f"# {chat.title}", f"{chat.created_at:%Y-%m-%d %H:%M} UTC"]
    for message in path:
        blocks += _blocks(message, attachments)
    return "\n\n".join(blocks) + "\n"


def chat_json(chat: ChatRecord, messages: Sequence[MessageRecord], attachments: Attachments) -> str:
    """All branches with their receipts; amounts in dollars as text, exact."""
    return json.dumps(
        {
            "format": "tuppence-chat",
            "version": 1,
            "id": chat.id,
            "title": chat.title,
            "created_at": chat.created_at.isoformat(),
            "total_usd": usd_text(chat.total_pusd),
            "messages": [_message_fields(message, attachments) for message in messages],
        },
        ensure_ascii=False,
        indent=1,
    )


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


def _blocks(message: MessageRecord, attachments: Attachments) -> Iterator[str]:
    """One message as paragraphs: who, what went with it, what tools did, what was said, how it
    ended, its cost."""
    extras = read_extras(message.extras_json)
    yield f"## {_who(message)}"
    if files := _files(message, attachments):
        yield "Files: " + ", ".join(file.name for file in files)
    for call in extras.tool_calls:
        yield _tool_call(call)
    if message.text:
        yield message.text.rstrip()
    if extras.citations:
        yield "Sources:\n\n" + "\n".join(f"- {_source(one)}" for one in extras.citations)
    if ending := _ending(message, extras):
        yield f"*{ending}*"
    cost = cost_line(message.receipt_json, message.duration_s)
    if cost is not None:
        yield f"*{cost_words(cost)}*"


def _who(message: MessageRecord) -> str:
    return "You" if message.role == "user" else message.model_name or "Model"


def _tool_call(call: ToolCallView) -> str:
    """A call with its arguments and what came back, in a fence that no result can end."""
    if call.result is None:
        end, result = "no result", ""
    else:
        end, result = ("failed" if call.failed else "result"), call.result
    body = f"{call.arguments}\n\n{result}".rstrip() if result else call.arguments
    longest = max(map(len, re.findall("`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    name = " ".join(call.name.replace("`", "'").split())
    return f"Tool `{name}`, {end}:\n\n{fence}\n{body}\n{fence}"


def _source(citation: CitationView) -> str:
    return f"{citation.title}: <{citation.url}>" if citation.title else f"<{citation.url}>"


def _ending(message: MessageRecord, extras: Extras) -> str:
    """How an answer that is not whole ended; empty where it is, or where the user kept it."""
    match message.state:
        case State.COMPLETE:
            return ""
        case State.STREAMING:
            return "This answer is still being written."
        case State.INTERRUPTED:
            return "" if extras.kept else "You stopped this answer."
        case State.INCOMPLETE:
            fault = read_fault(message.fault_json)
            return "" if extras.kept or fault is None else fault.message
        case _:
            assert_never(message.state)


def _files(message: MessageRecord, attachments: Attachments) -> list[AttachmentRecord]:
    return [found for id_ in message.attachment_ids if (found := attachments.get(id_))]


def _message_fields(message: MessageRecord, attachments: Attachments) -> dict[str, object]:
    extras = read_extras(message.extras_json)
    fault = read_fault(message.fault_json)
    return {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role,
        "text": message.text,
        "thinking": message.thinking or None,
        "state": message.state.value,
        "created_at": message.created_at.isoformat(),
        "model": message.model_name or None,
        "model_ref": message.model_ref or None,
        "duration_s": message.duration_s,
        "thinking_s": message.thinking_s,
        "attachments": [
            {
                "sha256": file.id,
                "name": file.name,
                "type": file.media_type,
                "bytes": file.size_bytes,
            }
            for file in _files(message, attachments)
        ],
        "tool_calls": [asdict(call) for call in extras.tool_calls],
        "citations": [asdict(citation) for citation in extras.citations],
        "fault": None if fault is None else {"kind": fault.kind, "message": fault.message},
        "receipt": json.loads(message.receipt_json) if message.receipt_json else None,
    }
