"""`chats`: list them, or search what was written in them."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from app.commands.columns import in_columns, one_line
from app.commands.exits import DONE
from app.money import format_usd, usd_text
from app.store.records import ChatRecord, HitRecord

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core

_MATCH_MARKS = str.maketrans("", "", "\x02\x03")


async def run_chats(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    if arguments.action == "list":
        return await _list(arguments, core, streams)
    return await _search(arguments, core, streams)


async def _list(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    chats = core.shelves.chats.rows()[: arguments.limit]
    if arguments.json:
        await _print_json(streams, [_chat_fields(chat) for chat in chats])
    elif chats:
        await streams.out(in_columns([_chat_cells(chat) for chat in chats], frozenset({2})))
    else:
        await streams.err("There is no chat yet.\n")
    return DONE


async def _search(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    hits = core.shelves.search.find(" ".join(arguments.text), arguments.limit)
    if arguments.json:
        await _print_json(streams, [_hit_fields(hit) for hit in hits])
    elif hits:
        await streams.out(in_columns([_hit_cells(hit) for hit in hits]))
    else:
        await streams.err("Nothing was found.\n")
    return DONE


async def _print_json(streams: Streams, lines: list[dict[str, object]]) -> None:
    await streams.out(json.dumps(lines, ensure_ascii=False, indent=1) + "\n")


def _chat_cells(chat: ChatRecord) -> tuple[str, ...]:
    return (chat.id, f"{chat.updated_at:%Y-%m-%d %H:%M}", _cost(chat), one_line(chat.title))


def _cost(chat: ChatRecord) -> str:
    if chat.unpriced and not chat.total_pusd:
        return "price unknown"
    about = "about " if chat.estimated or chat.unpriced else ""
    return about + format_usd(chat.total_pusd)


def _chat_fields(chat: ChatRecord) -> dict[str, object]:
    return {
        "id": chat.id,
        "title": chat.title,
        "created_at": chat.created_at.isoformat(),
        "updated_at": chat.updated_at.isoformat(),
        "pinned": chat.pinned,
        "cost_usd": usd_text(chat.total_pusd),
        "unpriced_answers": chat.unpriced,
        "estimated_answers": chat.estimated,
    }


def _hit_cells(hit: HitRecord) -> tuple[str, ...]:
    snippet = one_line(hit.snippet.translate(_MATCH_MARKS))
    return (hit.chat_id, f"{hit.at:%Y-%m-%d %H:%M}", one_line(hit.chat_title), snippet)


def _hit_fields(hit: HitRecord) -> dict[str, object]:
    return {
        "chat": hit.chat_id,
        "message": hit.message_id,
        "title": hit.chat_title,
        "at": hit.at.isoformat(),
        "snippet": hit.snippet.translate(_MATCH_MARKS),
    }
