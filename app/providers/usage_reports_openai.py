"""OpenAI's usage and costs of an organization, asked with an admin key.

Sources, read 2026-11-21: https://platform.openai.com/docs/api-reference/usage (completions and
costs, pages of daily buckets), https://cookbook.openai.com/examples/completions_usage_api.
Days are UTC. `input_tokens` holds what was cached; costs come as lines by `line_item`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from app.errors import ProviderError, RequestRejected
from app.metering.reconciliation_rows import Figures, ReportedUsage, ReportFacts
from app.providers.connection import Http
from app.providers.json_text import Json, as_list, as_object, as_text
from app.providers.usage_reports import SITES, OwnKey, ReportAsked, UsageReport, matching_key
from app.providers.usage_reports_ask import Params, ReportDoor
from app.providers.usage_reports_figures import (
    count_of,
    day_of_seconds,
    pusd_of,
    required_count,
    unreadable,
)

_SITE = SITES["openai"]
BASE_URL = "https://api.openai.com/v1"
_DAY = timedelta(days=1)
# Late figures: usage shows within minutes, costs within hours.
_LATE = timedelta(hours=8)
_LINE_ITEM = re.compile(
    r"^(?:[\w ]+ \| )?(?P<model>[^\s,|]+)(?: \w+)?, (?P<part>cached input|input|output|cache write)"
)
_PARTS = {
    "input": "input",
    "cached input": "cache_read",
    "output": "output",
    "cache write": "cache_write",
}  # fmt: skip


async def openai_report(
    http: Http, secret: str, asked: ReportAsked, base_url: str = ""
) -> UsageReport:
    """The days by key and model, tokens and costs; raises the ProviderError tree."""
    door = ReportDoor(http, _SITE, base_url or BASE_URL, secret)
    first, last = asked.first - _DAY, min(asked.last + _DAY, asked.now.date())
    span = [("start_time", _seconds(first)), ("end_time", _seconds(last + _DAY)),
            ("bucket_width", "1d")]  # fmt: skip
    rows: list[ReportedUsage] = []
    try:
        async for page in door.pages("/organization/usage/completions", [
            *span, ("limit", "31"), ("group_by", "model"), ("group_by", "api_key_id"),
        ]):  # fmt: skip
            rows.extend(usage_rows(page))
        async for page in _cost_pages(door, [*span, ("limit", "60")]):
            rows.extend(cost_rows(page))
    except ValueError as error:
        raise unreadable(_SITE.name, error) from error
    keys, names, notes = await _keys(door, asked)
    told = {"requests", "read", "cache_read", "written", "cost_pusd"}
    if any(row.figures.cache_write is not None for row in rows):
        told.add("cache_write")
    facts = ReportFacts(
        "openai", "OpenAI's usage and costs interface", frozenset(told), first, last,
        (asked.now - _LATE).date(), keys, names, keys_known=not notes, notes=notes,
    )  # fmt: skip
    return UsageReport(facts, tuple(rows))


def usage_rows(page: Json) -> Iterator[ReportedUsage]:
    """The lines of a page of usage; raises ValueError where a figure is none."""
    for day, result in _results(page):
        wrote = result.get("input_cache_write_tokens")
        yield ReportedUsage(
            day,
            as_text(result.get("api_key_id")) or None,
            as_text(result.get("model")) or None,
            Figures(
                count_of(result.get("num_model_requests")),
                required_count(result, "input_tokens"),
                count_of(result.get("input_cached_tokens")),
                None if wrote is None else count_of(wrote),
                required_count(result, "output_tokens"),
            ),
        )


def cost_rows(page: Json) -> Iterator[ReportedUsage]:
    """The lines of a page of costs; raises ValueError where an amount is none or no dollars."""
    for day, result in _results(page):
        amount = as_object(result.get("amount"))
        currency = as_text(amount.get("currency")) or "usd"
        if currency.lower() != "usd":
            raise ValueError(f"costs in {currency}, not in dollars")
        line = cost_line(as_text(result.get("line_item")))
        yield replace(
            line,
            day=day,
            key=as_text(result.get("api_key_id")) or None,
            figures=Figures(cost_pusd=pusd_of(amount.get("value"))),
        )


def cost_line(line_item: str) -> ReportedUsage:
    """What a `line_item` is for: `gpt-4o-2024-08-06, cached input`, or `web search tool calls`."""
    found = _LINE_ITEM.match(line_item)
    if found is not None:
        return ReportedUsage(date.min, None, found["model"], Figures(), part=_PARTS[found["part"]])
    model, comma, _ = line_item.partition(", ")
    if comma and " " not in model:
        return ReportedUsage(date.min, None, model, Figures())
    return ReportedUsage(date.min, None, None, Figures(), item=line_item)


def _results(page: Json) -> Iterator[tuple[date, Json]]:
    for bucket in map(as_object, as_list(page.get("data"))):
        day = day_of_seconds(bucket.get("start_time"))
        for result in map(as_object, as_list(bucket.get("results"))):
            yield day, result


async def _cost_pages(door: ReportDoor, span: Params) -> AsyncIterator[Json]:
    by_line = [*span, ("group_by", "line_item")]
    try:
        pages = [page async for page in door.pages("/organization/costs", [
            *by_line, ("group_by", "api_key_id"),
        ])]  # fmt: skip
    except RequestRejected:
        # Not every organization's costs are told by key; then tokens say whose they are.
        pages = [page async for page in door.pages("/organization/costs", by_line)]
    for page in pages:
        yield page


async def _keys(
    door: ReportDoor, asked: ReportAsked
) -> tuple[Mapping[str, str], Mapping[str, str], tuple[str, ...]]:
    """The provider's ids of our keys, the names of all, and what is to be said about it."""
    keys: dict[str, str] = {}
    names: dict[str, str] = {}
    try:
        for project in await door.listed("/organization/projects", "after"):
            path = f"/organization/projects/{as_text(project.get('id'))}/api_keys"
            for key in await door.listed(path, "after"):
                _note_key(key, asked.keys, keys, names)
    except ProviderError as error:
        return keys, names, (f"The names of the keys could not be read: {error.message}",)
    return keys, names, ()


def _note_key(
    key: Json, own: Sequence[OwnKey], keys: dict[str, str], names: dict[str, str]
) -> None:
    id_ = as_text(key.get("id"))
    hint = as_text(key.get("redacted_value"))
    names[id_] = as_text(key.get("name")) or hint or id_
    mine = matching_key(hint, own)
    if mine is not None:
        keys[id_] = mine


def _seconds(day: date) -> str:
    return str(int(datetime.combine(day, time(), UTC).timestamp()))
