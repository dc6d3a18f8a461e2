"""A thousand holds across midnights, month ends, leap days, billing days and clocks that jump:
what is given back is in the window that it was taken from, to the unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from app.catalog.plans import Flag, Unit, Window
from app.errors import MeteringError
from app.metering.allowances import Account, Balance, BoughtPack, grants_for
from app.metering.allowances_admission import Admitted, admit
from app.metering.allowances_keeper import Keeper, names_of
from app.metering.allowances_split import Draw, WorstCase, settle_split
from tests.metering.allowance_accounts import ALL_IDS, account, catalog

BEGUN = datetime(2027, 12, 30, 15, 30, tzinfo=UTC)  # of the subscriptions: half past three
# Just before each of these something resets: a day, a month, a year, a leap day, a billing day.
TURNS = [
    datetime(2027, 12, 31, 15, 30, tzinfo=UTC),
    datetime(2028, 1, 1, tzinfo=UTC),
    datetime(2028, 2, 1, tzinfo=UTC),
    datetime(2028, 2, 29, tzinfo=UTC),
    datetime(2028, 2, 29, 15, 30, tzinfo=UTC),
    datetime(2028, 3, 1, tzinfo=UTC),
    datetime(2028, 4, 30, 15, 30, tzinfo=UTC),
    datetime(2028, 5, 1, tzinfo=UTC),
    datetime(2100, 3, 1, tzinfo=UTC),  # no leap year
]
SETUPS = [
    ("tuppence", "premium", ["gpt-4o", "qwen-max", "mistralai/mistral-7b-instruct"]),
    ("tuppence", "organization", ["openai/gpt-4", "qwen-turbo", "google/gemini-2.5-pro"]),
    ("packs-and-weights", "premium", ["qwen-turbo", "openai/gpt-4"]),
    ("daily-budgets", "organization", ["gpt-4o", "gpt-4o-mini"]),
    ("monthly-plans", "starter", ["gpt-4o", "o1-mini"]),
]
HOLDS_EACH = 200


@dataclass(frozen=True)
class Open:
    """A hold that has not ended, with the time at which it was taken."""

    at: datetime
    worst: WorstCase
    admitted: Admitted


def window_start(window: Window, at: datetime) -> str:
    """Where a window begins, found by counting: not by the code under test."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    match window:
        case Window.DAY:
            start = day
        case Window.MONTH:
            start = day.replace(day=1)
        case Window.BILLING_DAY:
            start = at.replace(hour=15, minute=30, second=0, microsecond=0)
            start -= timedelta(days=1) if start > at else timedelta(0)
        case Window.ONCE:
            return "once"
    return start.strftime("%Y-%m-%dT%H:%M:%S")


def times(chance: Random) -> Iterator[datetime]:
    """A clock that mostly goes on, and now and then is set back, forward or to a turn."""
    now = TURNS[0] - timedelta(minutes=5)
    while True:
        yield now
        dice = chance.random()
        if dice < 0.3:
            now = chance.choice(TURNS) - timedelta(seconds=chance.randint(1, 90))
        elif dice < 0.4:
            now -= timedelta(seconds=chance.randint(1, 3 * 86_400))  # set back
        elif dice < 0.45:
            now += timedelta(days=chance.randint(1, 40))
        else:
            now += timedelta(seconds=chance.randint(1, 120))
        now = max(now, BEGUN)


def setting(name: str, plan: str) -> tuple[Keeper, Account]:
    keeper = Keeper()
    unit = Unit.PLAN_TOKENS
    packs = tuple(BoughtPack(f"pack-{n}", unit, 40_000, BEGUN) for n in range(3))
    who = account(plan, subscribed_at=BEGUN, packs=packs if catalog(name).packs else ())
    caps = {each.id: each.amount // 2 for each in catalog(name).allowances
            if each.amount and each.scope.value == "organization"}  # fmt: skip
    return keeper, replace(who, balances=keeper.balances, member_caps=caps)


def snapshot(keeper: Keeper) -> dict[str, Balance]:
    return {name: each for name, each in keeper.balances.items() if each != Balance()}


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: f"{setup[0]}-{setup[1]}")
def test_what_a_hold_gives_back_is_in_the_window_that_it_was_taken_from(
    setup: tuple[str, str, list[str]],
) -> None:
    name, plan, models = setup
    sold = catalog(name)
    windows = {each.id: each.window for each in sold.allowances}
    keeper, who = setting(name, plan)
    chance = Random(f"{name}/{plan}")
    clock = times(chance)
    waiting: list[Open] = []
    taken = crossed = 0
    while taken < HOLDS_EACH or waiting:
        now = next(clock)
        if taken < HOLDS_EACH and len(waiting) < 12:
            model = chance.choice(models)
            tokens = chance.randint(1, 900)
            worst = WorstCase(
                tokens, chance.randint(0, 400), sold.weight(model), tokens * 5_000_000, 15_000_000
            )
            admitted = admit(sold, who, model, worst, now)
            if isinstance(admitted, Admitted):
                before = snapshot(keeper)
                keeper.hold(admitted.draws)
                check_taken(before, keeper, admitted.draws, windows, now)
                waiting.append(Open(now, worst, admitted))
                taken += 1
        elif waiting:
            ended = waiting.pop(chance.randrange(len(waiting)))
            before = snapshot(keeper)
            charged = end(keeper, ended, chance)
            check_returned(before, keeper, ended.admitted.draws, charged)
            later = {each.id for each in grants_for(sold, who, models[0], now)} & {
                draw.grant.id for draw in ended.admitted.draws
            }
            crossed += not later
        for grant in grants_for(sold, who, models[0], now):
            assert 0 <= grant.used + grant.held <= grant.amount
    assert taken == HOLDS_EACH
    assert crossed > 20  # many ended when their window was over
    assert all(balance.held == 0 for balance in keeper.balances.values())


def check_taken(
    before: dict[str, Balance],
    keeper: Keeper,
    draws: tuple[Draw, ...],
    windows: dict[str, Window],
    now: datetime,
) -> None:
    """Only the draws' own balances grew, by their amounts, in the window of the moment."""
    expected = dict(before)
    for draw in draws:
        for name in names_of(draw):
            there = expected.get(name, Balance())
            expected[name] = Balance(there.used, there.held + draw.amount)
        if draw.grant.source in windows:
            assert window_start(windows[draw.grant.source], now) in draw.grant.id
    assert snapshot(keeper) == {name: each for name, each in expected.items() if each != Balance()}


def end(keeper: Keeper, ended: Open, chance: Random) -> dict[str, int]:
    """Settle for a part of the answer, or release; returns what is charged, by balance."""
    draws = ended.admitted.draws
    if chance.random() < 0.3:
        keeper.release(draws)
        return {}
    output = chance.randint(0, ended.admitted.output_tokens_max)
    settled = settle_split(draws, ended.worst.at(output))
    keeper.settle(draws, settled)
    charged: dict[str, int] = {}
    for draw in settled.draws:
        for name in names_of(draw):
            charged[name] = charged.get(name, 0) + draw.amount
    return charged


def check_returned(
    before: dict[str, Balance],
    keeper: Keeper,
    draws: tuple[Draw, ...],
    charged: dict[str, int],
) -> None:
    """Only the hold's own balances changed: nothing is held there for it, the charge is used."""
    expected = dict(before)
    for draw in draws:
        for name in names_of(draw):
            there = expected[name]
            expected[name] = Balance(there.used, there.held - draw.amount)
    for name, amount in charged.items():
        expected[name] = Balance(expected[name].used + amount, expected[name].held)
    assert snapshot(keeper) == {name: each for name, each in expected.items() if each != Balance()}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (datetime(2028, 2, 28, 23, 59, 59, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
        (datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)),
        (datetime(2100, 2, 28, 23, 59, 59, tzinfo=UTC), datetime(2100, 3, 1, tzinfo=UTC)),
    ],
    ids=["leap day begins", "leap day ends", "new year", "no leap day"],
)
def test_a_hold_of_yesterday_takes_nothing_from_today(before: datetime, after: datetime) -> None:
    sold = catalog("daily-budgets")
    keeper = Keeper()
    who = account("basic", balances=keeper.balances)
    worst = WorstCase(0, 7_000, None, 0, 15_000_000)  # exactly $0.105
    admitted = admit(sold, who, "gpt-4o", worst, before)
    assert isinstance(admitted, Admitted)
    keeper.hold(admitted.draws)
    (yesterday,) = grants_for(sold, who, "gpt-4o", before)
    (today,) = grants_for(sold, who, "gpt-4o", after)
    assert (yesterday.left, today.left) == (0, today.amount)
    keeper.release(admitted.draws)
    (yesterday,) = grants_for(sold, who, "gpt-4o", before)
    assert yesterday.left == yesterday.amount


def test_a_clock_that_was_set_back_meets_the_window_as_it_was_left() -> None:
    """Going back to yesterday gives nobody yesterday's budget a second time."""
    sold = catalog("daily-budgets")
    keeper = Keeper()
    who = account("basic", balances=keeper.balances)
    now = datetime(2028, 3, 1, 12, tzinfo=UTC)
    worst = WorstCase(0, 7_000, None, 0, 15_000_000)
    for at in (now, now + timedelta(days=1)):
        admitted = admit(sold, who, "gpt-4o", worst, at)
        assert isinstance(admitted, Admitted)
        keeper.hold(admitted.draws)
        keeper.settle(admitted.draws, settle_split(admitted.draws, worst.at(7_000)))
    again = admit(sold, who, "gpt-4o", worst, now)
    assert not isinstance(again, Admitted)


def test_a_clock_before_the_subscription_has_no_billing_day() -> None:
    sold = catalog("packs-and-weights")
    who = account("premium", subscribed_at=BEGUN)
    before = [grant.source for grant in grants_for(sold, who, "qwen-turbo", BEGUN - timedelta(1))]
    assert before == ["free-monthly"]


def test_a_hold_from_before_a_payment_was_past_due_still_comes_back() -> None:
    sold = catalog("tuppence")
    keeper = Keeper()
    who = account("premium", subscribed_at=BEGUN, balances=keeper.balances)
    admitted = admit(sold, who, "gpt-4o", WorstCase(100, 300, 5, 0), BEGUN)
    assert isinstance(admitted, Admitted)
    keeper.hold(admitted.draws)
    owing = replace(who, flags=frozenset({Flag.PAST_DUE}))
    assert "premium-daily" not in [g.source for g in grants_for(sold, owing, "gpt-4o", BEGUN)]
    keeper.release(admitted.draws)
    (premium, *_) = grants_for(sold, who, "gpt-4o", BEGUN)
    assert (premium.source, premium.left) == ("premium-daily", 30_000)


def test_a_hold_ends_once() -> None:
    sold = catalog("tuppence")
    keeper = Keeper()
    who = account("free", balances=keeper.balances, ids=ALL_IDS)
    admitted = admit(sold, who, "gpt-4o", WorstCase(100, 300, 5, 0), BEGUN)
    assert isinstance(admitted, Admitted)
    keeper.hold(admitted.draws)
    keeper.release(admitted.draws)
    with pytest.raises(MeteringError, match="ended twice"):
        keeper.release(admitted.draws)


def test_a_hold_above_its_limit_is_not_taken_and_leaves_nothing_behind() -> None:
    sold = catalog("tuppence")
    keeper = Keeper()
    who = account("free", balances=keeper.balances)
    first = admit(sold, who, "gpt-4o", WorstCase(1_900, 100, 5, 0), BEGUN)
    second = admit(sold, who, "gpt-4o", WorstCase(1_900, 100, 5, 0), BEGUN)
    assert isinstance(first, Admitted)
    assert isinstance(second, Admitted)  # it was asked before the first one was held
    keeper.hold(first.draws)
    before = snapshot(keeper)
    with pytest.raises(MeteringError, match="does not cover"):
        keeper.hold(second.draws)
    assert snapshot(keeper) == before


def test_a_seat_cap_counts_what_is_held_as_well() -> None:
    sold = catalog("daily-budgets")
    keeper = Keeper()
    cap = {"organization-daily": 1_000 * 15_000_000}
    who = account("organization", balances=keeper.balances, member_caps=cap)
    worst = WorstCase(0, 600, None, 0, 15_000_000)
    first = admit(sold, who, "gpt-4o", worst, BEGUN)
    assert isinstance(first, Admitted)
    keeper.hold(first.draws)
    second = admit(sold, who, "gpt-4o", worst, BEGUN)
    assert isinstance(second, Admitted)
    assert (second.shortened, second.output_tokens_max) == (True, 400)
    keeper.release(first.draws)
    again = admit(sold, who, "gpt-4o", worst, BEGUN)
    assert isinstance(again, Admitted)
    assert not again.shortened
