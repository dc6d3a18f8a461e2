"""Anthropic's usage and costs of an organization, asked with an admin key.

Sources, read 2026-11-21: https://platform.claude.com/docs/en/manage-claude/usage-cost-api,
https://platform.claude.com/docs/en/api/admin/cost_report/retrieve, and `usage_report` beside it.
Days are UTC. Amounts are decimal text in cents. Costs are told by model and kind of token, never
by key; requests are not counted. Priority Tier is not in the costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from app.errors import ProviderError
from app.metering.reconciliation_rows import Figures, ReportedUsage, ReportFacts
from app.providers.connection import Http
from app.providers.json_text import Json, as_list, as_object, as_text
from app.providers.usage_reports import SITES, ReportAsked, UsageReport, matching_key
from app.providers.usage_reports_ask import ReportDoor
from app.providers.usage_reports_figures import (
    count_of,
    day_of_text,
    pusd_of,
    required_count,
    unreadable,
)

_SITE = SITES["anthropic"]
BASE_URL = "https://api.anthropic.com/v1"
_DAY = timedelta(days=1)
_LATE = timedelta(hours=8)
_CENTS_PER_USD = 100
_TOLD = frozenset({"read", "cache_read", "cache_write", "written", "cost_pusd"})
_PARTS = {
    "uncached_input_tokens": "input",
    "output_tokens": "output",
    "cache_read_input_tokens": "cache_read",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write",
}


async def anthropic_report(
    http: Http, secret: str, asked: ReportAsked, base_url: str = ""
) -> UsageReport:
    """The days by key and model, tokens and costs; raises the ProviderError tree."""
    door = ReportDoor(
        http, _SITE, base_url or BASE_URL, secret, header="x-api-key",
        extra=(("anthropic-version", "2023-06-01"),),
    )  # fmt: skip
    first, last = asked.first - _DAY, min(asked.last + _DAY, asked.now.date())
    span = [("starting_at", f"{first}T00:00:00Z"), ("ending_at", f"{last + _DAY}T00:00:00Z"),
            ("bucket_width", "1d"), ("limit", "31")]  # fmt: skip
    rows: list[ReportedUsage] = []
    try:
        async for page in door.pages("/organizations/usage_report/messages", [
            *span, ("group_by[]", "model"), ("group_by[]", "api_key_id"),
        ]):  # fmt: skip
            rows.extend(usage_rows(page))
        async for page in door.pages(
            "/organizations/cost_report", [*span, ("group_by[]", "description")]
        ):
            rows.extend(cost_rows(page))
    except ValueError as error:
        raise unreadable(_SITE.name, error) from error
    keys, names, notes = await _keys(door, asked)
    facts = ReportFacts(
        "anthropic", "Anthropic's usage and cost interface", _TOLD, first, last,
        (asked.now - _LATE).date(), keys, names, keys_known=not notes, notes=notes,
    )  # fmt: skip
    return UsageReport(facts, tuple(rows))


def usage_rows(page: Json) -> Iterator[ReportedUsage]:
    """The lines of a page of usage; raises ValueError where a figure is none."""
    for day, result in _results(page):
        created = as_object(result.get("cache_creation"))
        cached = count_of(result.get("cache_read_input_tokens"))
        written = count_of(created.get("ephemeral_5m_input_tokens")) + count_of(
            created.get("ephemeral_1h_input_tokens")
        )
        read = required_count(result, "uncached_input_tokens") + cached + written
        yield ReportedUsage(
            day,
            as_text(result.get("api_key_id")) or None,
            as_text(result.get("model")) or None,
            Figures(None, read, cached, written, required_count(result, "output_tokens")),
        )


def cost_rows(page: Json) -> Iterator[ReportedUsage]:
    """The lines of a page of costs; raises ValueError where an amount is none or no dollars."""
    for day, result in _results(page):
        currency = as_text(result.get("currency")) or "USD"
        if currency.upper() != "USD":
            raise ValueError(f"costs in {currency}, not in dollars")
        model = as_text(result.get("model")) or None
        part = _PARTS.get(as_text(result.get("token_type")), "")
        words = as_text(result.get("description")) or as_text(result.get("cost_type"))
        item = "" if model is not None and part else words
        figures = Figures(cost_pusd=pusd_of(result.get("amount"), _CENTS_PER_USD))
        yield ReportedUsage(day, None, None if item else model, figures, part=part, item=item)


def _results(page: Json) -> Iterator[tuple[date, Json]]:
    for bucket in map(as_object, as_list(page.get("data"))):
        day = day_of_text(bucket.get("starting_at"))
        for result in as_list(bucket.get("results")):
            yield day, as_object(result)


async def _keys(
    door: ReportDoor, asked: ReportAsked
) -> tuple[Mapping[str, str], Mapping[str, str], tuple[str, ...]]:
    """The provider's ids of our keys, the names of all, and what is to be said about it."""
    keys: dict[str, str] = {}
    names: dict[str, str] = {}
    try:
        for key in await door.listed("/organizations/api_keys", "after_id"):
            id_, hint = as_text(key.get("id")), as_text(key.get("partial_key_hint"))
            names[id_] = as_text(key.get("name")) or hint or id_
            mine = matching_key(hint, asked.keys)
            if mine is not None:
                keys[id_] = mine
    except ProviderError as error:
        return keys, names, (f"The names of the keys could not be read: {error.message}",)
    return keys, names, ()
