"""A provider's bill against the books: bill = charges + write-off + named differences.

The comparison is `metering.reconciliation`; here are our side of it, as the server keeps it, and
the identity that it has to come to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from app.catalog.plan_catalog import PlanCatalog
from app.errors import TuppenceError
from app.ledger.holds import open_holds
from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Sql, Steps
from app.metering.hold import Basis, HoldState
from app.metering.reconciliation import Reconciliation, compare, reconcile
from app.metering.reconciliation_gather import gather
from app.metering.reconciliation_rows import Difference, Figures, OwnCall, Reason, ReportFacts
from app.providers.hosts import HOSTS
from app.providers.http_aiohttp import AiohttpDoor
from app.providers.usage_reports import ReportAsked
from app.providers.usage_reports_csv import ReportFile
from app.providers.usage_reports_sources import fetch_report
from app.server.credits.frozen import call_of_hold
from app.server.services import Services

_DAY = timedelta(days=1)
_BASE_URL = "_ADMIN_BASE_URL"


@dataclass(frozen=True, slots=True)
class OwnSide:
    """What the books say of a provider's days: calls, and what of their cost was charged to
    somebody and what to nobody. Money in picodollars."""

    calls: tuple[OwnCall, ...]
    charged_pusd: int
    written_off_pusd: int


@dataclass(frozen=True, slots=True)
class ProviderResult:
    """`bill_pusd` is theirs, None where the report names no amount. `differences` are named; what
    they do not explain is `rest_pusd`."""

    provider: str
    source: str
    first: date
    last: date
    bill_pusd: int | None
    charged_pusd: int
    written_off_pusd: int
    differences: tuple[Difference, ...]
    is_open: bool

    @property
    def rest_pusd(self) -> int:
        if self.bill_pusd is None:
            return 0
        named = sum(part.cost_pusd for part in self.differences)
        return self.bill_pusd - self.charged_pusd - self.written_off_pusd - named

    @property
    def agrees(self) -> bool:
        return not self.is_open and self.rest_pusd == 0


async def with_files(
    services: Services, provider: str, month: date, paths: Sequence[Path]
) -> ProviderResult:
    """Against files that were downloaded there. Raises TuppenceError."""
    first, last = month_days(month)
    files = [ReportFile(path, provider) for path in paths]
    if {file.layout.provider for file in files} != {provider}:
        raise TuppenceError("These files are another provider's.", "Name the one they come from.")
    own = await services.database.read(own_side, services.catalog, provider, first, last)
    rows = (row for file in files for row in file.rows())
    found = gather(rows, own.calls, first, last)
    yesterday = services.clock.now().date() - _DAY
    facts = ReportFacts(
        provider,
        ", ".join(file.path.name for file in files),
        frozenset().union(*(file.layout.told for file in files)),
        fresh_from=found.last if found.last is not None and found.last >= yesterday else None,
        days_utc=all(file.layout.days_utc for file in files),
        step_pusd=max(file.step_pusd for file in files),
    )
    return _result(provider, own, compare(own.calls, found, facts, first, last))


async def with_interface(services: Services, provider: str, month: date) -> ProviderResult:
    """Against what the provider's usage interface says, asked with the key in the environment's
    `OPENAI_ADMIN_KEY` and the like. Raises TuppenceError."""
    first, last = month_days(month)
    name = f"{provider.upper()}_ADMIN_KEY"
    door = AiohttpDoor(None)
    try:
        asked = ReportAsked(first, last, services.clock.now())
        base_url = services.settings.variable(f"{provider.upper()}{_BASE_URL}")
        secret = services.settings.variable(name)
        report = await fetch_report(door, provider, secret, asked, base_url)
    except ValueError as error:
        raise TuppenceError(
            f"{provider} has no usage interface that is known here.", "Use --report FILE."
        ) from error
    finally:
        await door.aclose()
    own = await services.database.read(own_side, services.catalog, provider, first, last)
    found = reconcile(own.calls, report.rows, report.facts, first, last)
    return _result(provider, own, found)


async def with_bill(
    services: Services, provider: str, month: date, bill_pusd: int
) -> ProviderResult:
    """Against the one figure of a bill: what it differs by has no name."""
    first, last = month_days(month)
    own = await services.database.read(own_side, services.catalog, provider, first, last)
    differences = []
    rest = bill_pusd - own.charged_pusd - own.written_off_pusd
    unpriced = sum(1 for call in own.calls if call.figures.cost_pusd is None)
    if rest and unpriced:
        differences.append(Difference(Reason.PRICE_UNKNOWN, unpriced, 0, rest))
    elif rest:
        differences.append(Difference(Reason.UNEXPLAINED, 0, 0, rest))
    return ProviderResult(
        provider, "the bill", first, last, bill_pusd, own.charged_pusd, own.written_off_pusd,
        tuple(differences), bool(rest),
    )  # fmt: skip


def own_side(catalog: PlanCatalog, provider: str, first: date, last: date) -> Steps[OwnSide]:
    """Our calls of a provider on the operator's keys, oldest first, with a day more at either end;
    the sums are of the days themselves."""
    hosts = _hosts_of(provider)
    marks = ", ".join("?" * len(hosts))
    start, end = _midnight(first), _midnight(last + _DAY)
    rows = yield Sql(
        "SELECT r.at_ms, r.route, r.model, r.input_tokens, r.output_tokens, r.cost_pusd,"
        " r.lost_pusd, r.upstream_id, r.ending, CAST(h.basis AS TEXT), r.flagged FROM requests r"
        " LEFT JOIN ledger_holds h ON h.id = r.id WHERE r.at_ms >= ? AND r.at_ms < ?"
        f" AND r.own_key = '' AND r.host IN ({marks}) ORDER BY r.at_ms, r.id",
        (ms_from(start - _DAY), ms_from(end + _DAY), *hosts),
    )
    calls, charged, lost = list[OwnCall](), 0, 0
    for row in rows:
        if row[8] == "released" and not row[5]:
            continue  # nothing was sent, or nothing of it is billed
        at = at_from(row[0])
        if start <= at < end:
            charged += (row[5] or 0) - row[6]
            lost += row[6]
        figures = Figures(1, row[3], 0, 0, row[4], row[5])
        is_estimate = row[9] != Basis.PROVIDER_USAGE or bool(row[10])
        name = _name_there(catalog, row[2], row[1])
        calls.append(OwnCall(at, row[1], name, figures, is_estimate, request_id=row[7] or None))
    for hold in (yield from open_holds()):
        sent = hold.state in (HoldState.DISPATCHED, HoldState.UNKNOWN) and hold.frozen
        if sent and start <= hold.created_at < end:
            call = call_of_hold(hold)
            route = next((each for each in call.routes if each.route == hold.route), None)
            if route is not None and route.host in hosts and not route.own_key:
                calls.append(OwnCall(hold.created_at, hold.route, route.model, Figures(),
                                     unfinished=True))  # fmt: skip
    return OwnSide(tuple(sorted(calls, key=lambda call: call.at)), charged, lost)


def month_days(month: date) -> tuple[date, date]:
    """The first and the last day of a month."""
    first = month.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - _DAY


def _result(provider: str, own: OwnSide, found: Reconciliation) -> ProviderResult:
    return ProviderResult(
        provider,
        found.facts.source,
        found.first,
        found.last,
        found.theirs.cost_pusd,
        own.charged_pusd,
        own.written_off_pusd,
        tuple(found.differences),
        found.is_open,
    )


def _hosts_of(provider: str) -> tuple[str, ...]:
    found = [host.id for host in HOSTS.values() if provider in (host.id, host.price_provider)]
    if not found:
        raise TuppenceError(f"There is no provider {provider}.", f"One of: {', '.join(HOSTS)}.")
    return tuple(dict.fromkeys(found))


def _name_there(catalog: PlanCatalog, model: str, route: str) -> str:
    """A model as a route's provider writes it."""
    listed = catalog.model(model)
    return listed.name_at(route) if listed is not None else model


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
