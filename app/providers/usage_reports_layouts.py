"""The tables that providers let users download, known by their columns, and one for any other.

Columns as seen in public exports, read 2026-11-21: OpenAI's usage page (costs and completions),
Anthropic's console (usage and cost), OpenRouter's activity (each call, and by day).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from app.metering.reconciliation_rows import Figures, ReportedUsage
from app.providers.usage_reports_cells import Cells, CellTrouble
from app.providers.usage_reports_openai import cost_line

ANY = "any"


@dataclass(frozen=True, slots=True)
class Layout:
    """A table that is known by the columns that it `needs`. `told` are the figures it has.

    `days_utc`: its days are known to be in UTC. `keyed`: it may say which key.
    """

    id: str
    provider: str
    name: str
    needs: tuple[str, ...]
    told: frozenset[str]
    read: Callable[[Cells], Iterator[ReportedUsage]]
    days_utc: bool = True


def find_layout(columns: Collection[str], provider: str = "") -> Layout | None:
    """The layout of a table; one for any table where the provider is chosen and it has enough."""
    there = set(columns)
    for layout in LAYOUTS:
        if there.issuperset(layout.needs) and provider in ("", layout.provider):
            return layout
    return _any_layout(there, provider) if provider else None


def _openrouter_calls(cells: Cells) -> Iterator[ReportedUsage]:
    at = cells.instant("created_at")
    yield ReportedUsage(
        at.date(),
        cells.text("api_key_name") or None,
        cells.text("model_permaslug") or None,
        Figures(
            1, cells.count("tokens_prompt"), cells.count("tokens_cached"), None,
            cells.count("tokens_completion"), cells.pusd("cost_total"),
        ),
        request_id=cells.text("generation_id") or None,
        at=at,
    )  # fmt: skip


def _openrouter_days(cells: Cells) -> Iterator[ReportedUsage]:
    yield ReportedUsage(
        cells.day("date"),
        None,
        cells.text("slug", "model_permaslug", "model") or None,
        Figures(
            cells.count("requests"), cells.count("prompt_tokens"), None, None,
            cells.count("completion_tokens"), cells.pusd("usage"),
        ),
    )  # fmt: skip


def _anthropic_usage(cells: Cells) -> Iterator[ReportedUsage]:
    cached = cells.count("usage_input_tokens_cache_read") or 0
    written = sum(
        cells.count(column) or 0
        for column in ("usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write_1h",
                       "usage_input_tokens_cache_write")
    )  # fmt: skip
    fresh = cells.count("usage_input_tokens_no_cache") or 0
    figures = Figures(
        None, fresh + cached + written, cached, written, cells.count("usage_output_tokens")
    )
    yield ReportedUsage(
        cells.day("usage_date_utc"), cells.text("api_key") or None,
        cells.text("model_version") or None, figures,
    )  # fmt: skip


_ANTHROPIC_PARTS = {
    "input_no_cache": "input",
    "input_cache_read": "cache_read",
    "input_cache_write_5m": "cache_write",
    "input_cache_write_1h": "cache_write",
    "input_cache_write": "cache_write",
    "output": "output",
}


def _anthropic_costs(cells: Cells) -> Iterator[ReportedUsage]:
    kind = cells.text("token_type")
    part = _ANTHROPIC_PARTS.get(kind, "")
    item = "" if part else (kind or cells.text("cost_type", "usage_type") or "other costs")
    yield ReportedUsage(
        cells.day("usage_date_utc"),
        cells.text("api_key") or None,
        None if item else cells.text("model") or None,
        Figures(cost_pusd=cells.pusd("cost_usd")),
        part=part,
        item=item.replace("_", " "),
    )


def _openai_costs(cells: Cells) -> Iterator[ReportedUsage]:
    day = cells.day("start_time_iso", "start_time")
    if not cells.text("amount_value"):
        yield ReportedUsage(day, None, None, Figures())
        return
    currency = cells.text("amount_currency")
    if currency and currency.casefold() != "usd":
        raise CellTrouble("amount_currency", currency, "dollars")
    line = cost_line(cells.text("line_item"))
    yield ReportedUsage(
        day,
        cells.text("api_key_id", "api_key_name") or None,
        line.model,
        Figures(cost_pusd=cells.pusd("amount_value")),
        part=line.part,
        item=line.item,
    )


def _openai_usage(cells: Cells) -> Iterator[ReportedUsage]:
    day = cells.day("start_time_iso", "start_time")
    if not cells.text("num_model_requests"):
        yield ReportedUsage(day, None, None, Figures())
        return
    yield ReportedUsage(
        day,
        cells.text("api_key_id", "api_key_name") or None,
        cells.text("model") or None,
        Figures(
            cells.count("num_model_requests"), cells.count("input_tokens"),
            cells.count("input_cached_tokens"), cells.count("input_cache_write_tokens"),
            cells.count("output_tokens"),
        ),
    )  # fmt: skip


_DAY = ("date", "day", "timestamp", "created_at", "created", "datetime", "time", "usage_date",
        "start_time", "start_time_iso")  # fmt: skip
_MODEL = ("model", "model_id", "model_name", "model_version", "model_permaslug", "slug")
_COST = ("cost", "cost_usd", "total_cost", "cost_total", "amount", "amount_usd", "total_cost_usd",
         "usage_usd", "charge", "spend", "spend_usd", "total_usd")  # fmt: skip
_READ = ("input_tokens", "prompt_tokens", "tokens_prompt", "tokens_in", "tokens_input")
_WRITTEN = ("output_tokens", "completion_tokens", "tokens_completion", "tokens_out",
            "tokens_output")  # fmt: skip
_CACHED = ("input_cached_tokens", "cached_tokens", "tokens_cached", "cache_read_tokens")
_REQUESTS = ("requests", "num_requests", "request_count", "num_model_requests", "calls")
_KEY = ("api_key", "api_key_name", "key_name", "api_key_id", "key")
_ID = ("request_id", "generation_id", "id")


def _any(cells: Cells) -> Iterator[ReportedUsage]:
    at = cells.instant(*_DAY)
    id_ = cells.text(*_ID) or None
    requests = cells.count(*_REQUESTS)
    yield ReportedUsage(
        at.date(),
        cells.text(*_KEY) or None,
        cells.text(*_MODEL) or None,
        Figures(
            1 if requests is None and id_ else requests, cells.count(*_READ),
            cells.count(*_CACHED), None, cells.count(*_WRITTEN), cells.pusd(*_COST),
        ),
        request_id=id_,
        at=at,
    )  # fmt: skip


def _any_layout(columns: set[str], provider: str) -> Layout | None:
    figures = {
        "requests": (*_REQUESTS, *_ID), "read": _READ, "cache_read": _CACHED,
        "written": _WRITTEN, "cost_pusd": _COST,
    }  # fmt: skip
    told = frozenset(name for name, names in figures.items() if columns.intersection(names))
    if not columns.intersection(_DAY) or not ("cost_pusd" in told or {"read", "written"} <= told):
        return None
    return Layout(ANY, provider, "A table", (), told, _any, days_utc=False)


LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "openrouter_calls", "openrouter", "OpenRouter activity, each call",
        ("generation_id", "created_at", "model_permaslug", "tokens_prompt", "tokens_completion",
         "cost_total"),
        frozenset({"requests", "read", "cache_read", "written", "cost_pusd"}), _openrouter_calls,
    ),
    Layout(
        "openrouter_days", "openrouter", "OpenRouter activity by day",
        ("date", "slug", "usage", "requests", "prompt_tokens", "completion_tokens"),
        frozenset({"requests", "read", "written", "cost_pusd"}), _openrouter_days,
    ),
    Layout(
        "openrouter_activity", "openrouter", "OpenRouter activity by endpoint",
        ("date", "model", "provider_name", "usage", "requests", "prompt_tokens",
         "completion_tokens"),
        frozenset({"requests", "read", "written", "cost_pusd"}), _openrouter_days,
    ),
    Layout(
        "anthropic_usage", "anthropic", "Anthropic usage",
        ("usage_date_utc", "model_version", "usage_input_tokens_no_cache", "usage_output_tokens"),
        frozenset({"read", "cache_read", "cache_write", "written"}), _anthropic_usage,
    ),
    Layout(
        "anthropic_costs", "anthropic", "Anthropic cost",
        ("usage_date_utc", "model", "token_type", "cost_usd"),
        frozenset({"cost_pusd"}), _anthropic_costs,
    ),
    Layout(
        "openai_usage", "openai", "OpenAI usage",
        ("start_time", "num_model_requests", "model", "input_tokens", "output_tokens"),
        frozenset({"requests", "read", "cache_read", "written"}), _openai_usage,
    ),
    Layout(
        "openai_costs", "openai", "OpenAI costs",
        ("start_time", "amount_value"),
        frozenset({"cost_pusd"}), _openai_costs,
    ),
)  # fmt: skip
