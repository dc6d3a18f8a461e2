"""What an account or group drew lately, by day and by member, as its server says it; and how long
what is left does at that pace.

Asked for beside the wallet, kept as it is, and read from what is kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.account.groups import Groups
from app.account.shapes import Fields
from app.account.wallet import DAYS, MEMBERS, Wallets
from app.account.wallet_shapes import GrantLine, Wallet
from app.clock import Clock
from app.errors import AnswerImpossible, TuppenceError
from app.metering.forecast import Pool, forecast
from app.metering.payer import Unit
from app.seam.hosted_views import DrawnDayView, ForecastView, MemberDrawnView
from app.store.servers import ServerRecord

CHART_DAYS = 14
# Figures of days change with every message; nobody reads a chart so often.
PAUSE = timedelta(seconds=30)
_NAMES = "member-names"
_NAME_MAX = 80

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Row:
    """One group of the server's sums: a day, or a member's account."""

    name: str
    plan_tokens: int
    pusd: int
    calls: int
    input_tokens: int = 0
    output_tokens: int = 0


class Drawing:
    """Days and members of whoever is chosen at a server."""

    def __init__(
        self,
        wallets: Wallets,
        groups: Groups,
        clock: Clock,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._wallets = wallets
        self._groups = groups
        self._clock = clock
        self._sleep = sleep
        self._waiting: set[tuple[str, str]] = set()
        self._asked: dict[tuple[str, str], datetime] = {}

    async def follow(self, record: ServerRecord) -> None:
        """Something was drawn: ask anew, at once or when PAUSE is over since the last time."""
        key, now = (record.id, record.holder), self._clock.now()
        if key in self._waiting:
            return
        last = self._asked.get(key)
        if last is not None and abs(now - last) < PAUSE:
            self._waiting.add(key)
            try:
                await self._sleep((PAUSE - abs(now - last)).total_seconds())
            finally:
                self._waiting.discard(key)
        self._asked[key] = self._clock.now()
        await self.refresh(record)

    async def refresh(self, record: ServerRecord) -> None:
        """Ask anew. What cannot be had stays as it was."""
        try:
            await self._wallets.refresh(record, DAYS)
            if record.acts_for:
                await self._keep_names(record)
                await self._wallets.refresh(record, MEMBERS)
        except TuppenceError as error:
            _log.info("what was drawn at %s: %s", record.title, error)

    def days(self, record: ServerRecord) -> tuple[DrawnDayView, ...]:
        """The last days, those without a call too; none before the server was asked."""
        rows = self._days(record)
        if rows is None:
            return ()
        today = self._today()
        first = today - timedelta(days=CHART_DAYS - 1)
        spans = (first + timedelta(days=number) for number in range(CHART_DAYS))
        nothing = _Row("", 0, 0, 0)
        return tuple(
            DrawnDayView(day, row.plan_tokens, row.pusd, row.calls)
            for day in spans
            for row in (rows.get(day, nothing),)
        )

    def forecast(self, record: ServerRecord, wallet: Wallet) -> ForecastView | None:
        """How long the grants that every model may draw on last; None where it cannot be told."""
        rows = self._days(record)
        shared = [grant for grant in wallet.grants if not grant.only]
        unit = Unit.PLAN_TOKENS if wallet.available is not None else Unit.PICODOLLARS
        pools = [_pool(grant) for grant in shared if grant.unit is unit]
        if rows is None or not pools or wallet.is_unlimited:
            return None
        in_tokens = unit is Unit.PLAN_TOKENS
        used = {day: row.plan_tokens if in_tokens else row.pusd for day, row in rows.items()}
        found = forecast(pools, used, self._today())
        return None if found is None else ForecastView(unit.value, found.per_day, found.until)

    def members(self, record: ServerRecord) -> tuple[MemberDrawnView, ...]:
        """Who drew what of a group, who drew most first; nobody for an account of one's own."""
        if not record.acts_for:
            return ()
        names = self._names(record)
        found = [
            MemberDrawnView(
                names.get(row.name, ""), row.name == record.account, row.plan_tokens, row.pusd,
                row.calls, row.input_tokens, row.output_tokens,
                row.name if row.name in names else "",
            )
            for row in self._rows(record, MEMBERS) or ()
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda row: (-row.plan_tokens, -row.pusd, row.name)))

    def _days(self, record: ServerRecord) -> dict[date, _Row] | None:
        rows = self._rows(record, DAYS)
        if rows is None:
            return None
        try:
            return {date.fromisoformat(row.name): row for row in rows}
        except ValueError:
            return None

    def _rows(self, record: ServerRecord, subject: str) -> tuple[_Row, ...] | None:
        aged = self._wallets.aged(record, subject)
        if aged is None:
            return None
        try:
            return tuple(_rows(aged.fields))
        except AnswerImpossible as error:
            _log.info("%s", error)
            return None

    def _names(self, record: ServerRecord) -> dict[str, str]:
        aged = self._wallets.aged(record, _NAMES)
        if aged is None:
            return {}
        found = aged.fields.value
        return {key: name for key, name in found.items() if isinstance(name, str)}

    async def _keep_names(self, record: ServerRecord) -> None:
        members = (await self._groups.members(record, record.acts_for)).members
        names = {each.account: (each.name or each.email)[:_NAME_MAX] for each in members}
        self._wallets.keep(record, _NAMES, names)

    def _today(self) -> date:
        return self._clock.now().astimezone(UTC).date()


def _rows(fields: Fields) -> Iterator[_Row]:
    for each in fields.objects("rows"):
        paid = each.inner("platform")
        yield _Row(
            each.text("group"),
            paid.whole("plan_tokens"),
            paid.pusd("usd"),
            paid.whole("calls"),
            paid.whole("input_tokens"),
            paid.whole("output_tokens"),
        )


def _pool(grant: GrantLine) -> Pool:
    return Pool(grant.left, grant.granted, grant.window, grant.resets)
