"""OpenRouter's activity, asked with a management key, and single generations with the key itself.

Sources, read 2026-11-21: https://openrouter.ai/docs/api-reference/analytics/get-activity (the
last 30 completed days in UTC, by endpoint; `api_key_hash` is the SHA-256 of a key),
https://openrouter.ai/docs/api/api-reference/generations/get-generation.
`prompt_tokens` holds what was cached, `completion_tokens` the thinking.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from app.errors import ModelUnknown
from app.metering.reconciliation_rows import Figures, ReportedUsage, ReportFacts
from app.providers.connection import Http
from app.providers.json_text import Json, as_list, as_object, as_text
from app.providers.usage_reports import SITES, ReportAsked, UsageReport
from app.providers.usage_reports_ask import ReportDoor
from app.providers.usage_reports_figures import (
    count_of,
    day_of_text,
    instant_of,
    pusd_of,
    required_count,
    unreadable,
)

_SITE = SITES["openrouter"]
BASE_URL = "https://openrouter.ai/api/v1"
GENERATIONS_MAX = 500
_AT_ONCE = 4
_DAYS_KEPT = timedelta(days=30)
_DAY = timedelta(days=1)
_TOLD = frozenset({"requests", "read", "written", "cost_pusd"})
_ALL = _TOLD | {"cache_read"}


async def openrouter_report(
    http: Http, secret: str, asked: ReportAsked, base_url: str = ""
) -> UsageReport:
    """The days that are kept there, by key and model; raises the ProviderError tree."""
    door = ReportDoor(http, _SITE, base_url or BASE_URL, secret)
    notes: list[str] = []
    try:
        everything = tuple(activity_rows(await door.get("/activity")))
        own: list[ReportedUsage] = []
        known: dict[str, str] = {}
        for key in asked.keys:
            if key.secret is None:
                continue
            hash_ = hashlib.sha256(key.secret.encode()).hexdigest()
            try:
                page = await door.get("/activity", [("api_key_hash", hash_)])
            except ModelUnknown:  # what a 404 means elsewhere: here the account has no such key
                continue
            known[hash_] = key.key_id
            own += [replace(row, key_id=key.key_id) for row in activity_rows(page)]
    except ValueError as error:
        raise unreadable(_SITE.name, error) from error
    rows = rest_of(everything, own)
    if rows is None or not known:
        rows = list(everything)
        notes.append("The activity could not be told by key: all keys are compared together.")
    today = asked.now.date()
    facts = ReportFacts(
        "openrouter", "OpenRouter's activity interface", _TOLD,
        max(asked.first - _DAY, today - _DAYS_KEPT), min(asked.last + _DAY, today - _DAY),
        keys=known, key_names={"": "other keys"}, keys_known=not notes, notes=tuple(notes),
    )  # fmt: skip
    return UsageReport(facts, tuple(rows))


def activity_rows(page: Json) -> Iterator[ReportedUsage]:
    """The lines of the activity; raises ValueError where a figure is none."""
    if not isinstance(page.get("data"), list):
        raise ValueError("data is missing")
    for line in map(as_object, as_list(page.get("data"))):
        yield ReportedUsage(
            day_of_text(line.get("date")),
            None,
            as_text(line.get("model_permaslug")) or as_text(line.get("model")) or None,
            Figures(
                count_of(line.get("requests")),
                required_count(line, "prompt_tokens"),
                None,
                None,
                required_count(line, "completion_tokens"),
                pusd_of(line.get("usage")),
            ),
        )


def rest_of(
    everything: Sequence[ReportedUsage], own: Sequence[ReportedUsage]
) -> list[ReportedUsage] | None:
    """Ours, and what the other keys of the account used: all of it less ours.

    None where ours is more than all of it, for then the lines were not told by key.
    """
    rest: dict[tuple[object, str | None], Figures] = {}
    for row in everything:
        place = (row.day, row.model)
        rest[place] = rest.get(place, Figures()) + row.figures
    for row in own:
        place = (row.day, row.model)
        minus = Figures(*(None if value is None else -value for value in row.figures))
        rest[place] = rest.get(place, Figures()) + minus
    if any((value or 0) < 0 for figures in rest.values() for value in figures):
        return None
    others = [
        replace(row, key="", figures=rest.pop((row.day, row.model)))
        for row in everything
        if (row.day, row.model) in rest
    ]
    return [*own, *(row for row in others if any(row.figures))]


async def generation_rows(
    http: Http, secret: str, ids: Sequence[str], key_id: str, base_url: str = ""
) -> tuple[list[ReportedUsage], list[str]]:
    """What OpenRouter charged for single calls of a key, and the ids that it does not have.

    Needs no other key than the one that made the calls. Raises the ProviderError tree.
    """
    door = ReportDoor(http, _SITE, base_url or BASE_URL, secret, admin=False)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def ask(id_: str) -> ReportedUsage | None:
        async with gate:
            try:
                value = as_object((await door.get("/generation", [("id", id_)])).get("data"))
                return _generation(value, key_id)
            except ModelUnknown:
                return None
            except ValueError as error:
                raise unreadable(_SITE.name, error) from error

    found = await asyncio.gather(*(ask(id_) for id_ in ids[:GENERATIONS_MAX]))
    missing = [id_ for id_, row in zip(ids, found, strict=False) if row is None]
    return [row for row in found if row is not None], missing


def _generation(line: Json, key_id: str) -> ReportedUsage:
    at = instant_of(as_text(line.get("created_at")))
    return ReportedUsage(
        at.date(),
        None,
        as_text(line.get("model")) or None,
        Figures(
            1,
            count_of(line.get("native_tokens_prompt")),
            count_of(line.get("native_tokens_cached")),
            None,
            count_of(line.get("native_tokens_completion")),
            pusd_of(line.get("total_cost")),
        ),
        request_id=as_text(line.get("id")) or None,
        key_id=key_id,
        at=at,
    )


def generation_facts(asked: ReportAsked) -> ReportFacts:
    """What holds for a report of single calls: it knows ours alone."""
    return ReportFacts("openrouter", "OpenRouter's record of each call", _ALL, asked.first,
                       asked.last, keys_known=True)  # fmt: skip
