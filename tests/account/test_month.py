"""A simulated month: every figure that the program shows equals the server's ledger and its own, to
the unit: panel, usage page, CSV, `tuppence usage`."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.commands.parser import parse
from app.commands.usage import run_usage
from app.money import pico_from_usd
from app.seam import commands, events
from app.seam.usage_views import UsageOrder, UsagePeriod, UsageScope, UsageSum
from tests.account.desktop import Desktop, desktop_at
from tests.account.month import OWN_WORDS, Month
from tests.commands.test_usage_command import Collected
from tests.end_to_end.hosted_faults.books import Auditor
from tests.fixtures.provider_server import ProviderServer
from tests.server.proxy.conftest import open_place
from tests.server.upstreams.upstream import upstream

CATALOGS = {
    "tuppence": 60,
    "packs-and-weights": 30,
    "daily-budgets": 30,
}  # messages, at least one a day
UNITS = ("plan_tokens", "tokens", "requests")
ALL = UsageScope(UsagePeriod.ALL)


@dataclass(frozen=True, slots=True)
class Charge:
    """What one call was charged: by the server's postings, or by the provider of an own key."""

    id: str
    at: datetime
    model: str
    input_tokens: int
    output_tokens: int
    drawn: dict[str, int]

    @property
    def pusd(self) -> int:
        return self.drawn.get("usd", 0)


async def charged_there(desktop: Desktop) -> list[Charge]:
    """Every call that the server settled, from its postings and its rows."""
    server = desktop.place.server
    drawn: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for call, unit, amount in await server.run(
        "SELECT e.hold_id, CAST(p.unit AS TEXT), p.amount FROM ledger_postings p"
        " JOIN ledger_entries e ON e.id = p.entry_id"
        " JOIN ledger_accounts a ON a.id = p.account AND a.tenant = p.tenant"
        " WHERE e.hold_id IS NOT NULL AND CAST(a.kind AS TEXT) IN ('window', 'wallet')"
        " AND p.tenant <> 'free'"
    ):
        word = {"pusd": "usd", "picodollars": "usd"}.get(str(unit), str(unit))
        drawn[str(call)][word] -= int(str(amount))
    rows = await server.run(
        "SELECT h.id, h.key, h.created_ms, r.model, r.input_tokens, r.output_tokens"
        " FROM ledger_holds h JOIN requests r ON r.id = h.id WHERE h.state = 'settled'"
    )
    return [
        Charge(
            str(key),
            datetime.fromtimestamp(int(str(at)) / 1000, UTC),
            str(model),
            int(str(read)),
            int(str(written)),
            dict(drawn[str(id_)]),
        )
        for id_, key, at, model, read, written in rows
    ]


def by_day(charges: Iterable[Charge]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for each in charges:
        for unit, amount in each.drawn.items():
            found[each.at.date().isoformat()][unit] += amount
    return found


def sum_of(charges: Iterable[Charge], unit: str) -> int:
    return sum(each.drawn.get(unit, 0) for each in charges)


def figures(total: UsageSum) -> dict[str, int]:
    drawn = {each.unit: each.amount for each in total.drawn}
    return {unit: drawn.get(unit, 0) for unit in UNITS}


async def audit(month: Month) -> None:
    desktop = month.desktop
    await Auditor(desktop, retries=True).check()  # the last calls may still be asked for
    there = await charged_there(desktop)
    own_pusd = await audit_own_key(month)
    await audit_page(desktop, there, own_pusd, month.own_calls)
    await audit_rows(desktop, there, own_pusd)
    await audit_command(desktop, there, own_pusd)
    await audit_server(desktop, there)
    await audit_panel(desktop, own_pusd, there)


async def audit_own_key(month: Month) -> int:
    """What the key's provider was asked for, at the public price of GPT-4o; in picodollars."""
    assert month.own_calls == len(month.own.posts)
    usage = _told_usage(month.own)
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    read, written = usage["prompt_tokens"] - cached, usage["completion_tokens"]
    assert OWN_WORDS
    once = read * 2_500_000 + cached * 1_250_000 + written * 10_000_000
    shelves = month.desktop.driver.core.shelves
    [[spent]] = shelves.database.rows(
        "SELECT coalesce(sum(cost_pusd), 0) FROM usage WHERE key_id NOT LIKE 'hosted:%'"
    )
    [[held]] = shelves.database.rows(
        "SELECT coalesce(sum(settled_pusd), 0) FROM holds WHERE key_id NOT LIKE 'hosted:%'"
    )
    assert spent == held == once * month.own_calls
    return int(spent)


def _told_usage(own: ProviderServer) -> dict[str, Any]:
    for event in reversed(own.replies[0].body.split(b"\n\n")):
        if event.startswith(b"data: {"):
            usage = json.loads(event.removeprefix(b"data: ")).get("usage")
            if usage:
                return dict(usage)
    raise AssertionError("the recording tells no usage")


async def audit_page(desktop: Desktop, there: list[Charge], own_pusd: int, own_calls: int) -> None:
    ready = await desktop.driver.ask(commands.AskUsage(1, ALL), events.UsageShown)
    view = ready.usage
    expected = {unit: sum_of(there, unit) for unit in UNITS}
    assert figures(view.total) == expected
    assert view.total.total_pusd == own_pusd + sum_of(there, "usd")
    assert view.total.calls == len(there) + own_calls
    for lines in (view.models, view.chats, view.keys, view.payers):
        for unit in UNITS:
            assert sum(figures(line.sum)[unit] for line in lines) == expected[unit]
        assert sum(line.sum.total_pusd or 0 for line in lines) == view.total.total_pusd
        assert sum(line.sum.calls for line in lines) == view.total.calls
    hosted_models: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for each in there:
        for unit in UNITS:
            hosted_models[each.model][unit] += each.drawn.get(unit, 0)
    shown: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in view.models:
        for unit, amount in figures(line.sum).items():
            shown[line.id.partition("/")[2]][unit] += amount
    for model, drawn in hosted_models.items():
        assert shown[model] == drawn, model
    assert sum(bar.drawn_tokens for bar in view.bars) == expected["plan_tokens"]
    days = by_day(there)
    page = desktop.driver.core.spending.page
    lines = {line.id: line.sum for line in page.days(page.span(ALL))}
    for day, drawn in days.items():
        assert figures(lines[day]) == {unit: drawn.get(unit, 0) for unit in UNITS}, day


async def audit_rows(desktop: Desktop, there: list[Charge], own_pusd: int) -> None:
    """The CSV, call by call."""
    written = await usage_said(desktop, "--csv")
    rows = list(csv.DictReader(io.StringIO(written)))
    plan = sum(int(row["plan_tokens"] or 0) for row in rows)
    assert plan == sum_of(there, "plan_tokens")
    dollars = sum(pico_from_usd(row["cost_usd"]) for row in rows if row["cost_usd"])
    assert dollars == own_pusd + sum_of(there, "usd")
    names = desktop.driver.core.spending.names
    own = {names.key(key.id) for key in desktop.driver.core.shelves.keys.rows()}
    hosted = [row for row in rows if row["key"] not in own]
    assert len(hosted) == len(there)
    assert sum(
        int(row["input_tokens"]) + int(row["cache_read_tokens"]) + int(row["cache_write_tokens"])
        for row in hosted
    ) == sum(each.input_tokens for each in there)
    assert sum(int(row["output_tokens"]) + int(row["reasoning_tokens"]) for row in hosted) == sum(
        each.output_tokens for each in there
    )
    listed = desktop.driver.core.spending.page.calls(ALL, UsageOrder.OLDEST, 0, 500)
    assert len(listed) == min(len(rows), 500)


async def audit_command(desktop: Desktop, there: list[Charge], own_pusd: int) -> None:
    """What `tuppence usage` says."""
    said = json.loads(await usage_said(desktop, "--json"))["total"]
    assert said["plan_tokens"] == sum_of(there, "plan_tokens")
    assert said["tokens_of_free_models"] == sum_of(there, "tokens")
    assert said["requests_of_free_models"] == sum_of(there, "requests")
    assert pico_from_usd(said["cost_usd"]) == own_pusd + sum_of(there, "usd")
    days = {
        row["id"]: row for row in json.loads(await usage_said(desktop, "--by", "day", "--json"))
    }
    for day, drawn in by_day(there).items():
        assert days[day]["plan_tokens"] == drawn.get("plan_tokens", 0), day


async def usage_said(desktop: Desktop, *words: str) -> str:
    arguments = parse(["usage", "--from", "2026-11-01", "--to", "2027-01-31", *words])
    collected = Collected(desktop.folder)
    await run_usage(arguments, desktop.driver.core, collected)
    return "".join(collected.written)


async def audit_server(desktop: Desktop, there: list[Charge]) -> None:
    """What the server says of the same days."""
    said = await desktop.asked("/api/usage?by=day&start=2026-11-01")
    days = by_day(there)
    assert {row["group"] for row in said["rows"]} == set(days)
    for row in said["rows"]:
        platform, drawn = row["platform"], days[row["group"]]
        assert platform["plan_tokens"] == drawn.get("plan_tokens", 0)
        assert pico_from_usd(platform["usd"]) == drawn.get("usd", 0)


async def audit_panel(desktop: Desktop, own_pusd: int, there: list[Charge]) -> None:
    """Own keys in the panel; the wallet's figures are the auditor's."""
    billing = (await desktop.driver.ask(commands.AskBilling(), events.BillingReady)).billing
    now = desktop.place.server.time.at
    month = [each for each in there if (each.at.year, each.at.month) == (now.year, now.month)]
    [[own]] = desktop.driver.core.shelves.database.rows(
        "SELECT coalesce(sum(cost_pusd), 0) FROM usage WHERE key_id NOT LIKE 'hosted:%'"
        " AND at_ms >= ?",
        (int(datetime(now.year, now.month, 1, tzinfo=UTC).timestamp() * 1000),),
    )
    assert billing.month.total_pusd in (own, own + sum_of(month, "usd"))
    assert sum(line.total_pusd or 0 for line in billing.by_key) == billing.month.total_pusd
    wallet = await Auditor(desktop).shown()
    assert wallet.used_this_month == sum_of(month, "plan_tokens") or not any(
        each.drawn.get("plan_tokens") for each in there
    )


async def lived(folder: Path, own: ProviderServer, catalog: str, days: int, messages: int) -> None:
    with upstream() as provider:
        async with open_place(folder / "server", provider, catalog=catalog, DEMO="true") as place:
            desktop = await desktop_at(place, folder / "desk")
            month = Month(desktop, own, random.Random(catalog))
            try:
                await month.begin()
                await month.live(days, messages)
                assert month.own_calls
                assert month.asked > messages // 3
                await audit(month)
                assert await place.troubles() == []
            finally:
                await desktop.driver.close()


@pytest.mark.parametrize("catalog", CATALOGS)
async def test_every_figure_of_a_month_is_the_ledgers(
    tmp_path: Path, provider_server: ProviderServer, catalog: str
) -> None:
    await lived(tmp_path, provider_server, catalog, days=30, messages=CATALOGS[catalog])


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("catalog", CATALOGS)
async def test_every_figure_of_1500_messages_is_the_ledgers(
    tmp_path: Path, provider_server: ProviderServer, catalog: str
) -> None:
    await lived(tmp_path, provider_server, catalog, days=30, messages=500)
