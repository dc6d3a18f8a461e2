"""`replay`: decode recorded provider traffic; events and receipt as JSON lines.

Needs no data folder and no network: providers and price book only. Users attach such files to
reports, so a file that cannot be decoded says so and the others are still done.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from app.catalog.pricebook import PriceBook, load_price_book
from app.clock import now
from app.commands.exits import DONE, FAILED, one_line
from app.config import resources_folder
from app.errors import TuppenceError
from app.metering.cost import charge
from app.metering.usage import Usage
from app.money import usd_text
from app.providers import events
from app.providers.replay import ReplayResult, replay_file

if TYPE_CHECKING:
    from app.providers.events import StreamEvent

Fields = dict[str, object]


def run_replay(arguments: argparse.Namespace) -> int:
    prices = load_price_book(resources_folder() / "prices")
    at = arguments.at or now()
    codes = [_replay(name, prices, at) for name in arguments.files]
    return max(codes, default=DONE)


def _replay(name: str, prices: PriceBook, at: datetime) -> int:
    try:
        result = replay_file(Path(name))
    except TuppenceError as error:
        _print(_failed_end(name))
        sys.stdout.flush()
        sys.stderr.write(f"tuppence: {name}: {one_line(error)}\n")
        return FAILED
    for event in result.events:
        _print(event_fields(event))
    _print(end_fields(name, result, prices, at))
    return DONE


def event_fields(event: StreamEvent) -> Fields:
    """One event as a line; an image by its size, not its content."""
    match event:
        case events.TextArrived(text):
            return {"type": "text", "text": text}
        case events.ThinkingArrived(text, signature):
            return {"type": "thinking", "text": text, "signature": signature}
        case events.ToolCallArrived():
            return {"type": "tool_call", **_call_fields(event)}
        case events.ToolResultArrived(id_, text):
            return {"type": "tool_result", "id": id_, "text": text}
        case events.CitationArrived(url, title):
            return {"type": "citation", "url": url, "title": title}
        case events.ImageArrived(media_type, content):
            return {"type": "image", "media_type": media_type, "size_bytes": len(content)}
        case events.UsageArrived(usage):
            return {"type": "usage", "usage": usage_fields(usage)}
        case events.Begun(generation_id):
            return {"type": "begun", "generation_id": generation_id}
        case events.Paused(wait_s):
            return {"type": "paused", "wait_s": wait_s}
        case events.Resumed():
            return {"type": "resumed"}
        case events.Finished(outcome, model, request_id, fault):
            return {
                "type": "finished",
                "outcome": outcome.value,
                "model": model,
                "request_id": request_id,
                "fault": fault.kind if fault else None,
                "fault_words": f"{fault.message} {fault.advice}".strip() if fault else None,
            }
        case _:
            assert_never(event)


def end_fields(name: str, result: ReplayResult, prices: PriceBook, at: datetime) -> Fields:
    """The last line of a file: what came in all, and what it costs by the prices of a moment."""
    return {
        "type": "end",
        "file": name,
        "outcome": result.outcome.value,
        "model": result.model,
        "text": result.text,
        "thinking": result.thinking,
        "tool_calls": [_call_fields(call) for call in result.tool_calls],
        "usage": usage_fields(result.usage),
        "cost_usd": _cost(result, prices, at),
    }


def usage_fields(usage: Usage) -> Fields:
    """Five figures of which none is in another: audio, images and video stand with their kind."""
    cache_read = usage.cache_read + usage.cache_read_audio + usage.cache_read_image
    figures = (
        usage.input_total - cache_read - usage.cache_write,
        cache_read,
        usage.cache_write,
        usage.output_total - usage.reasoning,
        usage.reasoning,
    )
    return {**dict(zip(_FIGURES, figures, strict=True)), "status": usage.certainty.value}


_FIGURES = ("input", "cache_read", "cache_write", "output", "reasoning")


def _cost(result: ReplayResult, prices: PriceBook, at: datetime) -> str | None:
    # The model that answered is billed; where the book does not know it, the one that was asked.
    models = dict.fromkeys(model for model in (result.model, result.model_id) if model)
    found = (prices.price(result.provider_id, model, at) for model in models)
    total_pusd = charge(result.usage, next(filter(None, found), None)).total_pusd
    return None if total_pusd is None else usd_text(total_pusd)


def _call_fields(call: events.ToolCallArrived) -> Fields:
    return {
        "id": call.id,
        "name": call.name,
        "arguments": call.arguments,
        "server_side": call.server_side,
    }


def _failed_end(name: str) -> Fields:
    return {
        "type": "end",
        "file": name,
        "outcome": "error",
        "model": None,
        "text": "",
        "thinking": "",
        "tool_calls": [],
        "usage": {**dict.fromkeys(_FIGURES), "status": "unknown"},
        "cost_usd": None,
    }


def _print(fields: Fields) -> None:
    sys.stdout.write(json.dumps(fields, separators=(",", ":")) + "\n")
