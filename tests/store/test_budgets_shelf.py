"""Budgets as rows: kept, changed, counted from usage and holds, and brought out of a wreck."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.metering.budgets import Budget, Period, Scope, window_at
from app.store.database import Database
from app.store.records import LimitRecord
from app.store.salvage import TABLES
from app.store.shelves import Shelves
from app.store.usage import write_usage
from tests.store.given import NOON, Records

DAY = Budget("day", Scope.DAY, 1000, True, period=Period.DAY)
CHAT = Budget("chat", Scope.CHAT, 500, False, "chat", Period.EVER, 50)
KEY = Budget("key", Scope.KEY, 700, True, "other", Period.MONTH)


def spend(shelves: Shelves, records: Records, id_: str, cost: int | None, **fields: object) -> None:
    with shelves.database.transaction():
        write_usage(shelves.database, [records.usage(id_, f"of {id_}", cost_pusd=cost, **fields)])


def spent(shelves: Shelves, budget: Budget, at: datetime = NOON) -> int:
    return shelves.budgets.use(window_at(budget, at)).spent_pusd


def test_budgets_are_kept_as_they_were_made(shelves: Shelves) -> None:
    for budget in (DAY, CHAT, KEY):
        shelves.budgets.save(budget)
    shelves.budgets.save(replace(CHAT, limit_pusd=900))
    shelves.budgets.remove("day")
    assert shelves.budgets.rows() == [replace(CHAT, limit_pusd=900), KEY]
    assert shelves.budgets.get("day") is None


def test_each_budget_counts_what_is_its_own(shelves: Shelves, records: Records) -> None:
    yesterday = NOON - timedelta(days=1)
    spend(shelves, records, "u1", 10)
    spend(shelves, records, "u2", 200, key_id="other")
    spend(shelves, records, "u3", 3000, chat_id="another", at=yesterday, key_id="other")
    spend(shelves, records, "u4", None)
    assert spent(shelves, DAY) == 210
    assert spent(shelves, DAY, yesterday) == 3000
    assert spent(shelves, CHAT) == 210
    assert spent(shelves, KEY) == 3200
    assert spent(shelves, KEY, datetime(2026, 12, 1, tzinfo=UTC)) == 0


def test_a_hold_made_before_a_budget_stands_in_its_way(shelves: Shelves, records: Records) -> None:
    shelves.holds.admit(records.hold("early", amount_pusd=300))
    window = window_at(DAY, NOON)
    assert shelves.budgets.use(window).held_pusd == 300
    assert shelves.budgets.held_elsewhere(window) == 300
    limit = LimitRecord(window.account, 1000, 300)
    shelves.holds.admit(records.hold("late", amount_pusd=700, limits=(limit,)))
    assert shelves.budgets.use(window).left_pusd == 0
    assert shelves.budgets.held_elsewhere(window) == 300  # the late one drew on the budget itself
    shelves.holds.release("early")
    assert shelves.budgets.use(window).left_pusd == 300


def test_a_notice_is_remembered_until_its_budget_changes(shelves: Shelves) -> None:
    shelves.budgets.save(DAY)
    window = window_at(DAY, NOON)
    shelves.budgets.tell(window, [80])
    shelves.budgets.tell(window, [80, 100])
    assert shelves.budgets.told(window.account) == {80, 100}
    shelves.budgets.save(DAY)
    assert shelves.budgets.told(window.account) == {80, 100}
    shelves.budgets.save(replace(DAY, limit_pusd=2000))
    assert shelves.budgets.told(window.account) == set()


def test_recent_costs_are_of_messages_newest_first(shelves: Shelves, records: Records) -> None:
    with shelves.database.transaction():
        rows = [
            records.usage(f"u{n}", f"m{n // 2}", at=NOON + timedelta(minutes=n), cost_pusd=n)
            for n in range(120)
        ]
        write_usage(shelves.database, rows)
    costs = shelves.budgets.recent_costs()
    assert len(costs) == 50
    assert costs[:2] == [119 + 118, 117 + 116]


@pytest.mark.parametrize("table", ["budgets", "budget_notices"])
def test_a_rescue_brings_budgets_along(table: str) -> None:
    assert table in TABLES
    columns = [row[1] for row in Database.in_memory().rows(f"PRAGMA table_info({table})")]
    assert columns[0] == "seq"
