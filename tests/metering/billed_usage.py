"""Billed usage of the recordings as the program's own, written apart from the decoders."""

from __future__ import annotations

from typing import Any

from app.metering.usage import Usage

Json = dict[str, Any]
PRICE_PROVIDERS = {"gemini": "google"}


def read_usage(row: Json) -> Usage:
    """The disjoint parts of a row's usage, as far as its vendor names them."""
    usage = row["usage"]
    if row["api"] == "generate":
        return _gemini(usage)
    if row["provider"] == "anthropic":
        return _anthropic(usage)
    return _openai(usage)


def _anthropic(usage: Json) -> Usage:
    writes = usage.get("cache_creation") or {}
    hour = writes.get("ephemeral_1h_input_tokens") or 0
    thought = (usage.get("output_tokens_details") or {}).get("thinking_tokens") or 0
    searches = (usage.get("server_tool_use") or {}).get("web_search_requests") or 0
    output = usage.get("output_tokens") or 0
    return Usage(
        input=usage["input_tokens"],
        cache_read=usage.get("cache_read_input_tokens") or 0,
        cache_write_5m=(usage.get("cache_creation_input_tokens") or 0) - hour,
        cache_write_1h=hour,
        output=output - thought,
        reasoning=thought,
        tool_units=(("web_search", searches),) if searches else (),
    )


def _gemini(usage: Json) -> Usage:
    cached = usage.get("cachedContentTokenCount") or 0
    return Usage(
        input=usage["promptTokenCount"] - cached,
        cache_read=cached,
        output=usage.get("candidatesTokenCount") or 0,
        reasoning=usage.get("thoughtsTokenCount") or 0,
    )


def _openai(usage: Json) -> Usage:
    total_in = usage.get("prompt_tokens", usage.get("input_tokens"))
    total_out = usage.get("completion_tokens", usage.get("output_tokens")) or 0
    inside = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
    within = usage.get("completion_tokens_details") or usage.get("output_tokens_details") or {}
    cached = inside.get("cached_tokens") or 0
    written = inside.get("cache_write_tokens") or 0
    thought = min(within.get("reasoning_tokens") or 0, total_out)
    return Usage(
        input=total_in - cached - written,
        cache_read=cached,
        cache_write_5m=written,
        output=total_out - thought,
        reasoning=thought,
    )
