"""A month of own keys held against the provider's own figure, from wherever that can be had.

Reads our calls and their report; the comparison itself is `metering.reconciliation`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from app.chat.names import Names
from app.chat.reconciliation_keys import AdminKeys
from app.chat.secrets import Secrets
from app.clock import Clock
from app.errors import KeychainError, TuppenceError
from app.metering.hold import HoldState
from app.metering.reconciliation import Reconciliation, compare, reconcile
from app.metering.reconciliation_gather import Gathered, gather
from app.metering.reconciliation_rows import Figures, OwnCall, ReportedUsage, ReportFacts
from app.providers.hosts import HOSTS
from app.providers.http import HttpClient
from app.providers.usage_reports import OwnKey, ReportAsked
from app.providers.usage_reports_csv import ReportFile
from app.providers.usage_reports_openrouter import (
    GENERATIONS_MAX,
    generation_facts,
    generation_rows,
)
from app.providers.usage_reports_sources import fetch_report
from app.store.records import UsageRecord
from app.store.shelves import Shelves
from app.store.usage_requests import request_ids
from app.store.user_files import NotRegularError, in_own_thread

_DAY = timedelta(days=1)
_ROWS_AT_ONCE = 1_000
_READING_LIMIT_S = 60.0


class Reconciler:
    """Compares months; each way raises TuppenceError in the user's words."""

    def __init__(
        self,
        shelves: Shelves,
        names: Names,
        secrets: Secrets,
        admin_keys: AdminKeys,
        http: Callable[[], HttpClient],
        clock: Clock,
    ) -> None:
        self.names = names
        self.admin_keys = admin_keys
        self._shelves = shelves
        self._secrets = secrets
        self._http = http
        self._clock = clock

    async def from_provider(self, key_id: str, provider: str, month: date) -> Reconciliation:
        """Ask the provider, with an admin key."""
        key = self.admin_keys.choose(key_id, provider)
        secret = await self.admin_keys.secret(key)
        first, last = month_days(month)
        own = await self._own_keys(key.provider)
        asked = ReportAsked(first, last, self._clock.now(), own)
        report = await fetch_report(self._http(), key.provider, secret, asked, key.base_url)
        calls = await self._calls(key.provider, first, last)
        # Beside the loop: a month of many calls would hold up a stream.
        return await asyncio.to_thread(reconcile, calls, report.rows, report.facts, first, last)

    async def from_files(self, paths: Sequence[Path], provider: str, month: date) -> Reconciliation:
        """Compare with files that the user downloaded; several are taken together."""
        if not paths:
            raise TuppenceError("There is no file to compare with.", "Choose a CSV file.")
        files = [await _open_report(path, provider) for path in paths]
        providers = {file.layout.provider for file in files}
        if len(providers) > 1:
            raise TuppenceError(
                "These files come from several providers.", "Compare one provider at a time."
            )
        provider = providers.pop()
        first, last = month_days(month)
        calls = await self._calls(provider, first, last, with_ids=True)
        found = await asyncio.to_thread(_gather_files, files, calls, first, last)
        _require_rows(found, files, first, last)
        facts = self._file_facts(files, provider, found)
        return await asyncio.to_thread(compare, calls, found, facts, first, last)

    async def from_calls(self, month: date) -> Reconciliation:
        """Ask OpenRouter about each call by its id, with the keys that made them."""
        first, last = month_days(month)
        calls = await self._calls("openrouter", first, last, with_ids=True)
        asked = ReportAsked(first, last, self._clock.now())
        rows: list[ReportedUsage] = []
        inside = [call for call in calls if first <= call.at.astimezone(UTC).date() <= last]
        ids = [call for call in inside if call.request_id and not call.unfinished]
        for key in await self._own_keys("openrouter"):
            mine = [call.request_id or "" for call in ids if call.key_id == key.key_id]
            if key.secret is not None and mine:
                record = self._shelves.keys.get(key.key_id)
                base_url = record.base_url if record is not None else ""
                found, _ = await generation_rows(
                    self._http(), key.secret, mine, key.key_id, base_url
                )
                rows += found
        facts = generation_facts(asked)
        if len(ids) > GENERATIONS_MAX:
            note = f"Only the first {GENERATIONS_MAX} calls of each key were asked about."
            facts = replace(facts, notes=(note,))
        facts = replace(facts, keys={call.key_id: call.key_id for call in ids})
        # Without an id there is nothing to ask for.
        known = [call for call in inside if call.request_id or call.unfinished]
        return await asyncio.to_thread(reconcile, known, rows, facts, first, last)

    def providers_used(self, month: date) -> tuple[str, ...]:
        """The providers of own keys that were used in a month or have a key now."""
        first, last = month_days(month)
        span = (_midnight(first), _midnight(last + _DAY))
        used = {row.label for row in self._shelves.usage.by_key(*span)}
        keys = self._shelves.keys.rows()
        found = dict.fromkeys(key.provider for key in keys if key.id in used)
        found |= dict.fromkeys(key.provider for key in keys)
        return tuple(found)

    async def _calls(
        self, provider: str, first: date, last: date, *, with_ids: bool = False
    ) -> list[OwnCall]:
        """Our calls of a provider, oldest first, with a day more at either end."""
        start, end = _midnight(first - _DAY), _midnight(last + 2 * _DAY)
        ids: dict[str, str] = {}
        if with_ids:
            for page in request_ids(self._shelves.database, start, end):
                ids |= page
                await asyncio.sleep(0)
        names = _names_of(provider)
        calls: list[OwnCall] = []
        for number, row in enumerate(self._shelves.usage.rows(start, end), start=1):
            if row.provider in names:
                calls.append(_own_call(row, ids.get(row.id)))
            if number % _ROWS_AT_ONCE == 0:
                await asyncio.sleep(0)  # a stream that runs goes on
        calls += self._unfinished(provider, start, end)
        return sorted(calls, key=lambda call: call.at)

    def _unfinished(self, provider: str, start: datetime, end: datetime) -> Iterator[OwnCall]:
        keys = {key.id for key in self._shelves.keys.rows() if key.provider == provider}
        for hold in self._shelves.holds.open_holds():
            sent = hold.state in (HoldState.DISPATCHED, HoldState.UNKNOWN)
            if sent and hold.key_id in keys and start <= hold.created_at < end:
                model = hold.model_ref.partition("/")[2]
                yield OwnCall(hold.created_at, hold.key_id, model, Figures(), unfinished=True)

    async def _own_keys(self, provider: str) -> tuple[OwnKey, ...]:
        """Our keys of a provider; OpenRouter tells its lines by the hash of the key itself."""
        found: list[OwnKey] = []
        for key in self._shelves.keys.rows():
            if key.provider != provider:
                continue
            secret: str | None = None
            if provider == "openrouter":
                try:
                    secret = await self._secrets.read(key.id)
                except KeychainError:
                    secret = None  # its lines are then among those of other keys
            found.append(OwnKey(key.id, key.ends_in, secret))
        return tuple(found)

    def _file_facts(
        self, files: Sequence[ReportFile], provider: str, found: Gathered
    ) -> ReportFacts:
        yesterday = self._clock.now().date() - _DAY
        told = frozenset().union(*(file.layout.told for file in files))
        keys = {
            name: key.id
            for name in found.keys
            for key in self._shelves.keys.rows()
            if key.provider == provider and key.label
            and key.label.casefold() == name.casefold()
        }  # fmt: skip
        return ReportFacts(
            provider,
            ", ".join(file.path.name for file in files),
            told,
            # The day on which a file was downloaded is not over in it.
            fresh_from=found.last if found.last is not None and found.last >= yesterday else None,
            keys=keys,
            days_utc=all(file.layout.days_utc for file in files),
            step_pusd=max(file.step_pusd for file in files),
        )


async def _open_report(path: Path, provider: str) -> ReportFile:
    """In a thread that may be left behind: a pipe or a share that is gone never answers."""

    def opened() -> ReportFile:
        if path.exists() and not path.is_file():
            raise NotRegularError(path.name)
        return ReportFile(path, provider)

    try:
        return await in_own_thread(opened, timeout_s=_READING_LIMIT_S)
    except TimeoutError as error:
        raise TuppenceError(
            f"“{path.name}” does not answer.", "Is it on a drive or a share that is gone?"
        ) from error
    except NotRegularError as error:
        raise TuppenceError(
            f"“{path.name}” is no ordinary file.", "Pipes and devices cannot be read."
        ) from error


def month_days(month: date) -> tuple[date, date]:
    """The first and the last day of a month."""
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return first, following - _DAY


def _gather_files(
    files: Sequence[ReportFile], calls: Sequence[OwnCall], first: date, last: date
) -> Gathered:
    return gather((row for file in files for row in file.rows()), calls, first, last)


def _require_rows(found: Gathered, files: Sequence[ReportFile], first: date, last: date) -> None:
    names = ", ".join(file.path.name for file in files)
    if not found.rows:
        raise TuppenceError(f"{names} has a header and no lines.", "Download the file again.")
    assert found.first is not None
    assert found.last is not None
    if (found.first > last or found.last < first) and not found.pairs:
        raise TuppenceError(
            f"{names} is about {found.first} to {found.last}, not about {first:%B %Y}.",
            "Choose that month, or download the file for this one.",
        )


def _own_call(row: UsageRecord, request_id: str | None) -> OwnCall:
    read = row.input_tokens + row.cache_read_tokens + row.cache_write_tokens
    figures = Figures(
        1, read, row.cache_read_tokens, row.cache_write_tokens,
        row.output_tokens + row.reasoning_tokens, row.cost_pusd,
    )  # fmt: skip
    return OwnCall(
        row.at, row.key_id, row.model, figures,
        estimated=row.certainty != "exact",
        request_id=request_id,
    )  # fmt: skip


def _names_of(provider: str) -> frozenset[str]:
    host = HOSTS.get(provider)
    return frozenset({provider} if host is None else {provider, host.price_provider})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
