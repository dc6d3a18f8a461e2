"""The usage page through the core: sums, pages of calls, and files that are whole or not there."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from app.money import pico_from_usd
from app.seam import commands, events
from app.seam.usage_views import UsageOrder, UsagePeriod, UsageScope
from app.store.records import UsageRecord
from app.store.usage import write_usage
from tests.fixtures.core import CoreDriver

ALL = UsageScope(UsagePeriod.ALL)
CALLS = 1_250


@pytest.fixture
def used(driver: CoreDriver) -> CoreDriver:
    now = driver.core.clock.now()
    rows = [
        UsageRecord(
            f"u{n:05}", f"m{n}", f"c{n % 7}", now - timedelta(minutes=n), "k1", "openai", "gpt-4o",
            n, 0, 0, n, 0, 10**6 + n, "exact",
        )
        for n in range(CALLS)
    ]  # fmt: skip
    write_usage(driver.core.shelves.database, rows)
    return driver


async def export(driver: CoreDriver, path: Path, form: str = "calls") -> events.UsageExportEnded:
    return await driver.ask(commands.ExportUsage(7, ALL, str(path), form), events.UsageExportEnded)


async def test_the_page_comes_with_the_number_of_its_question(used: CoreDriver) -> None:
    shown = await used.ask(commands.AskUsage(41, ALL), events.UsageShown)
    assert shown.serial == 41
    assert shown.usage.total.calls == CALLS
    assert shown.usage.total.total_pusd == sum(10**6 + n for n in range(CALLS))


async def test_calls_come_from_any_place_and_never_more_than_a_window_shows(
    used: CoreDriver,
) -> None:
    for offset, limit, count in ((0, 100, 100), (1_200, 100, 50), (9_999, 100, 0), (0, 10**9, 500)):
        shown = await used.ask(
            commands.AskUsageCalls(5, ALL, UsageOrder.DEAREST, offset, limit),
            events.UsageCallsShown,
        )
        assert (shown.serial, shown.offset, len(shown.calls)) == (5, offset, count)


@pytest.mark.parametrize("form", ["calls", "parts"])
async def test_a_file_holds_every_call_and_adds_up(
    used: CoreDriver, tmp_path: Path, form: str
) -> None:
    ended = await export(used, tmp_path / "usage.csv", form)
    assert ended.outcome == "written"
    with (tmp_path / "usage.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    amount = "cost_usd" if form == "calls" else "amount_usd"
    assert len(rows) == CALLS
    assert sum(pico_from_usd(row[amount]) for row in rows) == sum(10**6 + n for n in range(CALLS))
    moved = used.all(events.UsageExportMoved)
    assert [event.done for event in moved] == sorted(event.done for event in moved)
    assert (moved[-1].done, moved[-1].calls) == (CALLS, CALLS)


async def test_an_export_that_is_stopped_leaves_the_old_file_as_it_was(
    used: CoreDriver, tmp_path: Path
) -> None:
    path = tmp_path / "usage.csv"
    path.write_text("what was there", "utf-8")
    used.dispatcher.take(commands.ExportUsage(7, ALL, str(path)))
    await used.wait_for(events.UsageExportMoved)
    used.dispatcher.take(commands.StopUsageExport(7))
    ended = await used.wait_for(events.UsageExportEnded)
    assert ended.outcome == "stopped"
    assert path.read_text("utf-8") == "what was there"
    assert list(tmp_path.glob("*.part")) == []
    assert len(used.all(events.UsageExportMoved)) < CALLS // 100
    assert (await export(used, path)).outcome == "written"


async def test_other_orders_are_answered_while_a_file_is_written(
    used: CoreDriver, tmp_path: Path
) -> None:
    used.dispatcher.take(commands.ExportUsage(7, ALL, str(tmp_path / "usage.csv")))
    await used.wait_for(events.UsageExportMoved)
    await used.ask(commands.ListChats(), events.ChatsListed)
    assert used.all(events.UsageExportEnded) == []
    await used.wait_for(events.UsageExportEnded)


async def test_where_nothing_can_be_written_it_is_said_in_words(
    used: CoreDriver, tmp_path: Path
) -> None:
    for path in (tmp_path / "nowhere" / "usage.csv", tmp_path):
        ended = await export(used, path)
        assert ended.outcome == "failed"
        assert path.name in ended.message
    assert list(tmp_path.rglob("*.part")) == []


async def test_a_core_that_closes_leaves_no_half_of_a_file(
    used: CoreDriver, tmp_path: Path
) -> None:
    used.dispatcher.take(commands.ExportUsage(7, ALL, str(tmp_path / "usage.csv")))
    await used.wait_for(events.UsageExportMoved)
    await used.dispatcher.close()
    assert [path.name for path in tmp_path.glob("usage*")] == []
