"""Seats and the other limits of plans: who fits, and what would make room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.catalog.plans import Holder, LimitRule, Plan, Seats
from app.metering.allowances_limits import (
    LimitReason,
    limit_of,
    may_activate,
    may_order,
    seats_of,
)
from tests.metering.allowance_accounts import catalog


def plan(name: str, plan_id: str) -> Plan:
    found = catalog(name).plan(plan_id)
    assert found is not None
    return found


def test_an_organization_has_five_seats_until_it_orders_more() -> None:
    sold = catalog("daily-budgets")
    assert [may_activate(sold, "organization", active=n).allowed for n in (0, 4, 5)] == [
        True, True, False,
    ]  # fmt: skip
    assert may_activate(sold, "organization", active=5, ordered=6).allowed
    assert not may_activate(sold, "organization", active=6, ordered=6).allowed


def test_five_seats_are_a_floor_under_what_was_ordered() -> None:
    assert seats_of(plan("daily-budgets", "organization"), ordered=2) == 5


def test_a_full_organization_is_told_of_the_seat_that_is_not_for_sale_yet() -> None:
    room = may_activate(catalog("daily-budgets"), "organization", active=5)
    assert (room.reason, room.most) == (LimitReason.ALL_TAKEN, 5)
    assert [(offer.id, offer.for_sale) for offer in room.offers] == [("organization-seat", False)]


@pytest.mark.parametrize(
    ("seats", "active", "reason"),
    [(4, 0, LimitReason.BELOW_LEAST), (5, 0, None), (500, 0, None),
     (6, 7, LimitReason.BELOW_ACTIVE)],
)  # fmt: skip
def test_seats_are_ordered_from_five_up_and_never_below_those_in_use(
    seats: int, active: int, reason: LimitReason | None
) -> None:
    room = may_order(catalog("daily-budgets"), "organization", seats, active=active)
    assert (room.allowed, room.reason) == (reason is None, reason)


def test_a_named_most_is_the_limit() -> None:
    sold = catalog("daily-budgets")
    team = replace(plan("daily-budgets", "organization"), seats=Seats(least=2, most=9))
    sold = replace(sold, plans=(team,))
    assert seats_of(team) == 9
    assert seats_of(team, ordered=3) == 3
    assert seats_of(team, ordered=30) == 9
    assert may_order(sold, "organization", 10, active=0).reason is LimitReason.ABOVE_MOST


def test_an_account_of_ones_own_has_one_seat() -> None:
    sold = catalog("daily-budgets")
    assert may_activate(sold, "basic", active=0).allowed
    assert not may_activate(sold, "basic", active=1).allowed


def test_custom_seats_are_what_the_operator_sets_and_one_until_then() -> None:
    sold = catalog("workspaces")
    assert may_activate(sold, "custom", active=0).allowed
    second = may_activate(sold, "custom", active=1)
    assert (second.allowed, second.reason) == (False, LimitReason.NOT_SET)
    assert may_activate(sold, "custom", active=1, custom={"seats": 2}).allowed
    assert not may_activate(sold, "custom", active=2, custom={"seats": 2}).allowed


@pytest.mark.parametrize("plan_id", ["unlimited", "pro", "enterprise"])
def test_unlimited_seats_and_seats_that_nobody_names_are_not_limited(plan_id: str) -> None:
    room = may_activate(catalog("workspaces"), plan_id, active=100_000)
    assert (room.allowed, room.most) == (True, None)


def test_a_plan_that_is_not_there_seats_nobody() -> None:
    room = may_activate(catalog("workspaces"), "gone", active=0)
    assert (room.allowed, room.reason) == (False, LimitReason.NO_SUCH_PLAN)


@pytest.mark.parametrize("thing", ["chats", "storage", "seats"])
def test_custom_limits_of_a_workspace_hold_for_each_thing(thing: str) -> None:
    custom = plan("workspaces", "custom")
    assert limit_of(custom, thing, {}) is LimitReason.NOT_SET
    assert limit_of(custom, thing, {thing: 10}) == 10
    assert limit_of(plan("workspaces", "unlimited"), thing, {thing: 10}) is None
    assert limit_of(plan("workspaces", "free"), thing, {}) is None


def test_a_number_in_the_catalog_is_the_limit_whatever_is_set_beside_it() -> None:
    ten = replace(plan("workspaces", "pro"), limits=(("chats", 10), ("seats", LimitRule.CUSTOM)))
    assert limit_of(ten, "chats", {"chats": 99}) == 10
    assert ten.holder is Holder.ORGANIZATION
